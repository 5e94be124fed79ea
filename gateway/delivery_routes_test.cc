#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/testing/gateway_fixture.h"
#include "lib/status/annotate.h"

namespace kozmic::gateway {
namespace {

using http::StatusOf;
using nlohmann::json;

using http::Eventually;
using project::v1::Delivery;

constexpr char kDeliveries[] = "/api/v1/projects/1/deliveries";

class DeliveryRoutesTest : public GatewayTest {
 protected:
  Delivery Put(int64_t number, Delivery::State state) {
    Delivery delivery;
    delivery.set_name(absl::StrCat("projects/1/deliveries/", number));
    delivery.set_state(state);
    delivery.set_body("{\"ref\": \"\xc3\xa9\"}");
    delivery.set_body_size(11);
    projects_.PutDelivery(delivery);
    return delivery;
  }
};

// N6: every delivery, and what became of it and why.
TEST_F(DeliveryRoutesTest, ADeliveryTellsWhatBecameOfIt) {
  Delivery delivery = Put(1, Delivery::STATE_BUILT);
  delivery.set_hook("projects/1/hooks/4");
  delivery.set_hook_title("tests");
  delivery.set_guid("72d3162e");
  delivery.set_event("pull_request");
  delivery.set_action("opened");
  delivery.set_ref("refs/pull/3/head");
  delivery.set_commit("abc");
  delivery.mutable_receive_time()->set_seconds(1700000000);
  delivery.set_outcome("Built.");
  delivery.add_builds("projects/1/builds/12");
  delivery.set_receipts(2);
  projects_.PutDelivery(delivery);
  json expected = json::parse(R"({"id": 1, "hook_id": 4, "hook_title": "tests",
      "guid": "72d3162e", "event": "pull_request", "action": "opened", "ref": "refs/pull/3/head",
      "commit": "abc", "received_at": "2023-11-14T22:13:20.000Z", "status": "built",
      "outcome": "Built.", "builds": [12], "receipts": 2, "body_size": 11})");
  EXPECT_EQ(Json(Get(kDeliveries)),
            json({{"deliveries", json::array({expected})}, {"next_page_token", nullptr}}));
  const std::string answer = Get(absl::StrCat(kDeliveries, "/1"));
  EXPECT_EQ(StatusOf(answer), 200);
  expected["body"] = "{\"ref\": \"\xc3\xa9\"}";
  EXPECT_EQ(Json(answer), expected);
}

TEST_F(DeliveryRoutesTest, DeliveriesComeInPages) {
  for (int i = 1; i <= 5; ++i) Put(i, Delivery::STATE_IGNORED);
  const json first = Json(Get(absl::StrCat(kDeliveries, "?limit=2")));
  ASSERT_EQ(first["deliveries"].size(), 2U);
  EXPECT_EQ(first["deliveries"][0]["id"], 5);
  const std::string token = first["next_page_token"];
  const json last = Json(Get(absl::StrCat(kDeliveries, "?limit=3&page_token=", token)));
  ASSERT_EQ(last["deliveries"].size(), 3U);
  EXPECT_EQ(last["deliveries"][0]["id"], 3);
  EXPECT_EQ(last["next_page_token"], nullptr);
}

TEST_F(DeliveryRoutesTest, DeliveriesOfOneStateAreFound) {
  const std::vector<std::pair<Delivery::State, std::string>> states = {
      {Delivery::STATE_WAITING, "waiting"},
      {Delivery::STATE_BUILT, "built"},
      {Delivery::STATE_IGNORED, "ignored"},
      {Delivery::STATE_FAILED, "failed"},
      {Delivery::STATE_DONE, "done"}};
  int64_t number = 0;
  for (const auto& [state, word] : states) Put(++number, state);
  number = 0;
  for (const auto& [state, word] : states) {
    const json found = Json(Get(absl::StrCat(kDeliveries, "?state=", word)))["deliveries"];
    ASSERT_EQ(found.size(), 1U) << word;
    EXPECT_EQ(found[0]["id"], ++number) << word;
    EXPECT_EQ(found[0]["status"], word);
  }
  EXPECT_EQ(Json(Get(absl::StrCat(kDeliveries, "?state=")))["deliveries"].size(), 5U);
}

// Bad inputs 34 to 37.
TEST_F(DeliveryRoutesTest, WhatIsNotThereOrNotForYouIsRefused) {
  Put(1, Delivery::STATE_BUILT);
  for (const char* query : {"limit=0", "limit=101", "limit=x", "limit=", "state=Built", "state=%ff",
                            "page_token=%ff", "page_token=x"}) {
    EXPECT_EQ(StatusOf(Get(absl::StrCat(kDeliveries, "?", query))), 400) << query;
  }
  for (const char* id : {"-1", "0", "01", "9223372036854775808", "1e3", "%00", "x", "2"}) {
    EXPECT_EQ(StatusOf(Get(absl::StrCat(kDeliveries, "/", id))), 404) << id;
  }
  for (const std::string& path : {std::string(), std::string("/1")}) {
    EXPECT_EQ(StatusOf(Get(kDeliveries + path, "")), 401) << path;
    EXPECT_EQ(StatusOf(Change("DELETE", kDeliveries + path)), 405) << path;
    EXPECT_EQ(StatusOf(Get("/api/v1/projects/2/deliveries" + path, CookieOf("session-8"))), 404)
        << path;
  }
  EXPECT_EQ(StatusOf(Get("/api/v1/projects/2/deliveries/1")), 404) << "another project's";
  EXPECT_EQ(StatusOf(Get(kDeliveries, CookieOf("session-8"))), 200);
  EXPECT_EQ(StatusOf(Get(absl::StrCat(kDeliveries, "/1"), CookieOf("session-8"))), 403)
      << "a body is for managers";
}

TEST_F(DeliveryRoutesTest, TheLargestBodyIsShown) {
  Delivery delivery = Put(1, Delivery::STATE_BUILT);
  delivery.set_body(std::string(25 << 20, '"'));
  projects_.PutDelivery(delivery);
  const std::string answer = Get(absl::StrCat(kDeliveries, "/1"));
  EXPECT_EQ(StatusOf(answer), 200);
  EXPECT_EQ(Json(answer)["body"].get_ref<const std::string&>(), delivery.body());
}

TEST_F(DeliveryRoutesTest, BodiesInMemoryHaveACap) {
  Put(1, Delivery::STATE_BUILT);
  std::atomic<int> shown = 0, refused = 0;
  std::vector<std::thread> readers;
  {
    // Who gets a place stays there meanwhile.
    const absl::MutexLock lock(&projects_.mutex);
    for (int i = 0; i < 6; ++i) {
      readers.emplace_back([&] {
        const std::string answer = Get(absl::StrCat(kDeliveries, "/1"));
        if (StatusOf(answer) == 200) ++shown;
        if (Json(answer).value("code", "") == "too_many_downloads") ++refused;
      });
    }
    EXPECT_TRUE(Eventually([&] { return refused == 4; })) << refused;
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(shown, 2);
  EXPECT_EQ(StatusOf(Get(absl::StrCat(kDeliveries, "/1"))), 200) << "their places are free again";
}

}  // namespace
}  // namespace kozmic::gateway
