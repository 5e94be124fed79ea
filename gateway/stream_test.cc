#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/testing/gateway_fixture.h"
#include "gateway/testing/viewer.h"
#include "lib/crypto/digest.h"

namespace kozmic::gateway {
namespace {

using http::StatusOf;
using nlohmann::json;

using http::Eventually;

constexpr char kLog[] = "logs/1-1-1-2";

using StreamTest = GatewayTest;

TEST_F(StreamTest, AStreamCarriesALogToItsEnd) {
  builds_.Put(1, build::v1::STATE_PENDING);
  logs_.Append(kLog, "hello\n");
  Viewer viewer(port(), "log=1/1/1/2@2");
  EXPECT_EQ(viewer.ReadLog("1/1/1/2", 2, 6), "llo\n");
  EXPECT_EQ(viewer.last_id, "6");
  logs_.Append(kLog, "more");
  EXPECT_EQ(viewer.ReadLog("1/1/1/2", 6, 10), "more");
  logs_.Seal(kLog);
  const Viewer::Event end = viewer.Next();
  EXPECT_EQ(end.name, "log_end");
  EXPECT_EQ(end.id, "10");
  EXPECT_EQ(end.data,
            json({{"log", "1/1/1/2"}, {"size", 10}, {"sha256", Sha256Hex("hello\nmore")}}));
}

TEST_F(StreamTest, ManyViewersCostOneUpstream) {
  builds_.Put(1, build::v1::STATE_PENDING);
  std::vector<std::unique_ptr<Viewer>> viewers;
  for (int i = 0; i < 20; ++i) viewers.push_back(std::make_unique<Viewer>(port(), "log=1/1/1/2@0"));
  logs_.Append(kLog, "x");
  for (auto& viewer : viewers) EXPECT_EQ(viewer->ReadLog("1/1/1/2", 0, 1), "x");
  EXPECT_EQ(logs_.begun(), 1);
  viewers.clear();
  EXPECT_TRUE(Eventually([&] { return logs_.running() == 0; })) << "the last one ends it";
}

TEST_F(StreamTest, ABrokenUpstreamLosesAndRepeatsNothing) {
  builds_.Put(1, build::v1::STATE_PENDING);
  logs_.SetPiece(777);
  Viewer viewer(port(), "log=1/1/1/2@0");
  std::string expected;
  for (int round = 0; round < 5; ++round) {
    std::string part;
    for (int i = 0; i < 3000; ++i) absl::StrAppend(&part, round, ":", i, "\n");
    logs_.Append(kLog, part);
    const std::string before = expected;
    expected += part;
    if (round % 2 == 0) logs_.Break();
    ASSERT_EQ(viewer.ReadLog("1/1/1/2", before.size(), expected.size()), part);
    logs_.Break();
  }
  EXPECT_GT(logs_.begun(), 4);
}

TEST_F(StreamTest, AReconnectingBrowserGoesOnWhereItWas) {
  builds_.Put(1, build::v1::STATE_PENDING);
  builds_.AddJob(1, 2, 1);
  logs_.Append(kLog, "0123456789");
  logs_.Append("logs/1-1-2-1", "abc");
  std::string id;
  {
    Viewer first(port(), "log=1/1/1/2@0&log=1/1/2/1@0");
    first.ReadLog("1/1/1/2", 0, 10);
    while (first.last_id != "10,3") {
      const Viewer::Event event = first.Next();
      ASSERT_FALSE(event.name.empty());
      first.last_id = event.id;
    }
    id = first.last_id;
  }
  logs_.Append(kLog, "XYZ");
  Viewer second(port(), "log=1/1/1/2@0&log=1/1/2/1@0",
                absl::StrCat(kCookie, "Last-Event-ID: ", id, "\r\n"));
  EXPECT_EQ(second.ReadLog("1/1/1/2", 10, 13), "XYZ");
  EXPECT_EQ(second.last_id, "13,3");
}

TEST_F(StreamTest, AProjectBeginsWithItsBuildsForEveryViewer) {
  builds_.Put(1, build::v1::STATE_SUCCESS);
  builds_.Put(2, build::v1::STATE_PENDING);
  Viewer first(port(), "project=1");
  Viewer::Event event = first.Next();
  EXPECT_EQ(event.name, "project");
  EXPECT_EQ(event.id, "");
  EXPECT_EQ(event.data["project_id"], 1);
  EXPECT_EQ(event.data["builds"].size(), 2U);
  builds_.Put(2, build::v1::STATE_FAILURE);
  event = first.Next();
  ASSERT_EQ(event.data["builds"].size(), 1U);
  EXPECT_EQ(event.data["builds"][0]["status"], "failure");

  Viewer second(port(), "project=1");
  event = second.Next();
  EXPECT_EQ(event.data["revision"], 3);
  EXPECT_EQ(event.data["builds"].size(), 2U);
  EXPECT_EQ(event.data["builds"][0]["status"], "failure");
  EXPECT_EQ(builds_.watches(), 1);

  builds_.Break();
  builds_.Put(3, build::v1::STATE_ENQUEUED);
  for (Viewer* viewer : {&first, &second}) {
    event = viewer->Next();
    EXPECT_EQ(event.data["builds"][0]["number"], 3) << "what changed during a break arrives";
  }
}

TEST_F(StreamTest, AProjectWithoutBuildsHasASnapshotToo) {
  Viewer viewer(port(), "project=1");
  EXPECT_EQ(viewer.Next().data, json::parse(R"({"project_id": 1, "revision": 0, "builds": []})"));
}

TEST_F(StreamTest, BadInputs45And47StreamsAreForMembersOnOurOwnPages) {
  const auto status = [&](const std::string& query, const std::string& headers = "") {
    return StatusOf(Get("/api/v1/stream?" + query, kCookie + headers));
  };
  EXPECT_EQ(status("project=4"), 404);
  EXPECT_EQ(status("log=4/1/1/1@0"), 404);
  EXPECT_EQ(status("project=1&log=4/1/1/1@0"), 404);
  EXPECT_EQ(status("project=1", "Origin: https://evil.example\r\n"), 403);
  EXPECT_EQ(status("project=1", "Origin: null\r\n"), 403);
  EXPECT_EQ(status("log=1/1/1/1@0", "Last-Event-ID: x\r\n"), 400);
  EXPECT_EQ(status("log=1/1/1/1@0", "Last-Event-ID: 1,2\r\n"), 400);
  EXPECT_EQ(status("log=1/1/1@0"), 400);
  EXPECT_EQ(status("project=abc"), 400);
  EXPECT_EQ(status(""), 400);
}

TEST_F(StreamTest, ALogThatWillNeverBeIsNotStreamed) {
  builds_.Put(1, build::v1::STATE_PENDING);
  for (const char* log : {"1/2/1/1", "1/1/2/1", "1/1/1/3"}) {
    EXPECT_EQ(StatusOf(Get(absl::StrCat("/api/v1/stream?log=", log, "@0"))), 404) << log;
    EXPECT_EQ(StatusOf(Get(absl::StrCat("/api/v1/stream?log=1/1/1/2@0&log=", log, "@0"))), 404);
  }
  EXPECT_EQ(logs_.begun(), 0) << "nothing waits for it";
  Viewer earlier(port(), "log=1/1/1/1@0");
  logs_.Append("logs/1-1-1-1", "x");
  EXPECT_EQ(earlier.ReadLog("1/1/1/1", 0, 1), "x");
}

TEST_F(StreamTest, AnOffsetBeyondTheEndHoldsUpNobodyElse) {
  builds_.Put(1, build::v1::STATE_PENDING);
  logs_.Append(kLog, "hello");
  Viewer beyond(port(), "log=1/1/1/2@1000000");
  ASSERT_TRUE(Eventually([&] { return logs_.begun() == 1; }));
  Viewer viewer(port(), "log=1/1/1/2@5");
  logs_.Append(kLog, " world");
  EXPECT_EQ(viewer.ReadLog("1/1/1/2", 5, 11), " world");
  logs_.Seal(kLog);
  for (Viewer* one : {&viewer, &beyond}) {
    const Viewer::Event end = one->Next();
    EXPECT_EQ(end.name, "log_end");
    EXPECT_EQ(end.id, "11");
  }
}

TEST_F(StreamTest, StoppingClosesStreams) {
  builds_.Put(1, build::v1::STATE_PENDING);
  Viewer viewer(port(), "log=1/1/1/2@0");
  gateway_->Stop(absl::Seconds(5));
  viewer.client().ReadToEnd();
  EXPECT_TRUE(viewer.client().at_end());
  EXPECT_TRUE(Eventually([&] { return logs_.running() == 0; }));
}

}  // namespace
}  // namespace kozmic::gateway
