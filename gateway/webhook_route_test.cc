#include "gateway/webhook_route.h"

#include <gtest/gtest.h>

#include <numeric>
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

using http::RawClient;

using WebhookRouteTest = GatewayTest;

TEST_F(WebhookRouteTest, ADeliveryIsHandedOnAsItCame) {
  const std::string body = "{\"a\":  \"\\u0000 \xf0\x9f\x98\x80\"}\n";
  const std::string answer =
      Send("POST", "/_hooks/hook/12/", body,
           "X-GitHub-Event: push\r\nX-GitHub-Delivery: d-1\r\nX-Hub-Signature-256: sha256=1\r\n"
           "X-Hub-Signature-256: sha256=2\r\n");
  EXPECT_EQ(StatusOf(answer), 200);
  EXPECT_EQ(Body(answer), R"({"result":"accepted"})");
  absl::MutexLock lock(&projects_.mutex);
  EXPECT_EQ(projects_.webhook.hook_id(), 12);
  EXPECT_EQ(projects_.webhook.body(), body);
  EXPECT_EQ(projects_.webhook.event(0), "push");
  EXPECT_EQ(projects_.webhook.delivery(0), "d-1");
  EXPECT_EQ(projects_.webhook.signature_size(), 2) << "which one counts is not ours to choose";
}

TEST_F(WebhookRouteTest, ADeliveryOf25MegabytesPasses) {
  const std::string body(kLargestWebhook, ' ');
  EXPECT_EQ(StatusOf(Send("POST", "/_hooks/hook/12/", body)), 200);
  EXPECT_EQ(StatusOf(http::Ask(port(), absl::StrCat("POST /_hooks/hook/12/ HTTP/1.1\r\nHost: "
                                                    "localhost\r\nContent-Type: application/json"
                                                    "\r\nContent-Length: ",
                                                    body.size() + 1, "\r\n\r\n"))),
            413);
}

TEST_F(WebhookRouteTest, ADeliveryThatDoesNotEndIs408AfterTenSeconds) {
  const absl::Time start = absl::Now();
  RawClient client(port());
  client.Send(
      absl::StrCat("POST /_hooks/hook/12/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                   "application/json\r\nContent-Length: 24900001\r\n\r\n",
                   std::string(24900000, ' ')));
  client.Read(std::chrono::seconds(20));
  EXPECT_EQ(StatusOf(client.received), 408);
  EXPECT_GT(absl::Now() - start, absl::Seconds(9));
  EXPECT_LT(absl::Now() - start, absl::Seconds(15));
}

TEST_F(WebhookRouteTest, WhatProjectSaysOfADeliveryBecomesItsStatus) {
  const std::vector<std::pair<absl::Status, int>> cases = {
      {absl::UnauthenticatedError("x"), 401},
      {absl::NotFoundError("x"), 401},
      {absl::InvalidArgumentError("x"), 400},
      {WithReason(absl::FailedPreconditionError("x"), "repository_mismatch"), 409},
      {absl::UnavailableError("x"), 503},
      {absl::DeadlineExceededError("x"), 503},
      {absl::InternalError("secret"), 500}};
  for (const auto& [status, expected] : cases) {
    {
      absl::MutexLock lock(&projects_.mutex);
      projects_.webhook_status = status;
    }
    const std::string answer = Send("POST", "/_hooks/hook/12/", "{}");
    EXPECT_EQ(StatusOf(answer), expected) << status;
    EXPECT_FALSE(Json(answer)["code"].get<std::string>().empty());
    EXPECT_FALSE(absl::StrContains(answer, "secret"));
  }
}

TEST_F(WebhookRouteTest, WhatProjectSaysOfACallIsSaidOfItsWebhooks) {
  const std::vector<std::pair<absl::Status, int>> cases = {{absl::UnavailableError("x"), 503},
                                                           {absl::ResourceExhaustedError("x"), 503},
                                                           {absl::InternalError("secret"), 500}};
  for (const auto& [status, expected] : cases) {
    {
      absl::MutexLock lock(&projects_.mutex);
      projects_.webhook_call_status = status;
    }
    EXPECT_EQ(StatusOf(Send("POST", "/_hooks/hook/12/", "{}")), expected) << status;
  }
}

class WebhooksTogetherTest : public GatewayTest {
 protected:
  // Sends them at once while project answers none, until it has all. Their answers.
  std::vector<std::string> SendHeld(const std::vector<std::string>& bodies) {
    Hold(true);
    std::vector<std::string> answers(bodies.size());
    std::vector<std::thread> threads;
    for (size_t i = 0; i < bodies.size(); ++i) {
      threads.emplace_back([&, i] { answers[i] = Send("POST", "/_hooks/hook/12/", bodies[i]); });
    }
    {
      const auto has_all = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(projects_.mutex) {
        const auto& calls = projects_.webhook_calls;
        return std::accumulate(calls.begin(), calls.end(), size_t{0}) == bodies.size();
      };
      absl::MutexLock lock(&projects_.mutex);
      EXPECT_TRUE(projects_.mutex.AwaitWithTimeout(absl::Condition(&has_all), absl::Seconds(7)))
          << "calls that are not answered hold up the rest";
    }
    Hold(false);
    for (std::thread& thread : threads) thread.join();
    return answers;
  }

  std::vector<int> Calls() {
    absl::MutexLock lock(&projects_.mutex);
    return projects_.webhook_calls;
  }

 private:
  void Hold(bool held) {
    absl::MutexLock lock(&projects_.mutex);
    projects_.webhooks_are_held = held;
  }
};

TEST_F(WebhooksTogetherTest, WhatComesWhileCallsAreUnderWayGoesTogetherAndABadOneHarmsNoOther) {
  std::vector<std::string> bodies(16, "{}");
  for (const size_t bad : {3, 8, 15}) bodies[bad] = FakeProjects::kBadWebhook;
  const std::vector<std::string> answers = SendHeld(bodies);
  for (size_t i = 0; i < bodies.size(); ++i) {
    EXPECT_EQ(StatusOf(answers[i]), bodies[i] == FakeProjects::kBadWebhook ? 400 : 200) << i;
  }
  EXPECT_LT(Calls().size(), bodies.size());
}

TEST_F(WebhooksTogetherTest, LargeOnesGoAlone) {
  const std::vector<std::string> bodies(4, std::string(300 << 10, ' '));
  for (const std::string& answer : SendHeld(bodies)) EXPECT_EQ(StatusOf(answer), 200);
  EXPECT_EQ(Calls(), std::vector<int>(4, 1));
}

TEST_F(WebhookRouteTest, WebhooksWithABadAddressTypeOrHeaderAreRefusedHere) {
  for (const char* id : {"0", "-1", "9223372036854775808", "x"}) {
    EXPECT_EQ(StatusOf(Send("POST", absl::StrCat("/_hooks/hook/", id, "/"), "{}")), 401) << id;
  }
  EXPECT_EQ(StatusOf(Send("POST", "/_hooks/hook/1/", "{}", "X-GitHub-Event: \xff\r\n")), 400);
  EXPECT_EQ(StatusOf(Send("POST", "/_hooks/hook/1/", "{}", "Content-Encoding: gzip\r\n")), 415);
  EXPECT_EQ(StatusOf(http::Ask(port(),
                               "POST /_hooks/hook/1/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                               "application/x-www-form-urlencoded\r\nContent-Length: 2\r\n\r\n{}")),
            415);
}

TEST_F(WebhookRouteTest, WebhooksWhileProjectIsDownAre503) {
  services_->Stop(absl::ZeroDuration());
  EXPECT_EQ(StatusOf(Send("POST", "/_hooks/hook/1/", "{}")), 503);
}

}  // namespace
}  // namespace kozmic::gateway
