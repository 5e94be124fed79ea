// The way of a webhook through the project service: from AcceptWebhooks to BatchCreateBuilds.

#include <set>
#include <thread>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/json.h"
#include "lib/rpc/result_status.h"
#include "services/project/service_fixture.h"

namespace kozmic::project {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using Response = v1::AcceptWebhooksResponse;

constexpr int64_t kAnn = 1;
constexpr int64_t kRepository = 9;
constexpr int64_t kGithubHook = 77;
constexpr char kSecret[] = "0123456789abcdef0123456789abcdef";
constexpr char kSha[] = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
constexpr char kZero[] = "0000000000000000000000000000000000000000";
constexpr int kWaiting = 1;
constexpr int kBuilt = 2;
constexpr int kIgnored = 3;
constexpr int kFailed = 4;

nlohmann::json Push(const std::string& ref = "refs/heads/main", const std::string& sha = kSha) {
  return {{"ref", ref},
          {"before", kZero},
          {"after", sha},
          {"repository", {{"id", kRepository}, {"full_name", "evil/other"}}},
          {"head_commit", {{"message", "Fix"}, {"author", {{"name", "Ann"}}}}}};
}

nlohmann::json Ping(int64_t github_hook = kGithubHook) {
  return {{"zen", "z"}, {"hook_id", github_hook}, {"repository", {{"id", kRepository}}}};
}

nlohmann::json PullRequest(const std::string& action, int number, const std::string& sha) {
  return {{"action", action},
          {"number", number},
          {"repository", {{"id", kRepository}}},
          {"pull_request",
           {{"title", "T"}, {"head", {{"ref", "main"}, {"sha", sha}, {"repo", {{"id", 9}}}}}}}};
}

class WebhookTest : public ::testing::Test, protected ServiceFixture {
 protected:
  WebhookTest() : ServiceFixture({"http://g", "http://127.0.0.1:1", "http://k"}) {}

  v1::Webhook Webhook(const std::string& event, const std::string& body) {
    v1::Webhook request;
    request.set_hook_id(hook_);
    request.add_event(event);
    request.add_delivery(random_.Hex(16));
    request.add_signature(Sign(kSecret, body));
    request.set_body(body);
    return request;
  }

  using ServiceFixture::Accept;
  absl::StatusOr<Response::Disposition> Accept(const std::string& event,
                                               const nlohmann::json& body) {
    return Accept(Webhook(event, body.dump()));
  }

  const int64_t project_ = AddProject(kRepository, kAnn);
  const int64_t hook_ = AddHook(project_, kGithubHook, kSecret);
};

TEST_F(WebhookTest, K28APushIsStoredThenBuilt) {
  const auto accepted = Accept("push", Push());
  ASSERT_TRUE(accepted.ok()) << accepted.status();
  EXPECT_EQ(*accepted, Response::DISPOSITION_ACCEPTED);
  ASSERT_TRUE(build_.WaitForRequests(1));
  const build::v1::CreateBuildRequest request = build_.Requests()[0];
  EXPECT_EQ(request.parent(), absl::StrCat("projects/", project_));
  EXPECT_EQ(request.request_id(), absl::StrCat(project_, "/refs/heads/main/", kSha, "/", kZero));
  EXPECT_EQ(request.repository(), "octo/hello") << "the body never says which repository it is";
  EXPECT_EQ(request.ref(), "refs/heads/main");
  EXPECT_EQ(request.commit(), kSha);
  EXPECT_EQ(request.message(), "Fix");
  EXPECT_EQ(request.author().display_name(), "Ann");
  EXPECT_EQ(request.commit_url(), absl::StrCat("http://g/octo/hello/commit/", kSha));
  ASSERT_EQ(request.jobs_size(), 1);
  EXPECT_EQ(request.jobs(0).hook(), absl::StrCat("projects/", project_, "/hooks/", hook_));
  EXPECT_EQ(request.jobs(0).title(), "Tests");
  EXPECT_EQ(request.jobs(0).image(), "debian:12");
  EXPECT_EQ(request.jobs(0).script(), "make\n");
  EXPECT_EQ(request.jobs(0).timeout_seconds(), 3600);
  EXPECT_EQ(request.jobs(0).stall_timeout_seconds(), 900);
  EXPECT_EQ(request.trigger(), build::v1::TRIGGER_PUSH);
  EXPECT_EQ(request.pull_request(), 0);
  EXPECT_EQ(request.fork(), "");
  EXPECT_FALSE(request.needs_approval());
  EXPECT_EQ(WaitForSettled(1), kBuilt);
}

TEST_F(WebhookTest, K32TwoHooksOfOnePushAskForTheSameBuild) {
  const int64_t second = AddHook(project_, 78, "another secret", SomeFields("Lint"));
  const std::string body = Push().dump();
  v1::Webhook other = Webhook("push", body);
  other.set_hook_id(second);
  other.set_signature(0, Sign("another secret", body));
  std::thread one([&] { EXPECT_TRUE(Accept(Webhook("push", body)).ok()); });
  std::thread two([&] { EXPECT_TRUE(Accept(other).ok()); });
  one.join();
  two.join();
  ASSERT_TRUE(build_.WaitForRequests(2));
  EXPECT_EQ(WaitForSettled(2), kBuilt);
  const auto requests = build_.Requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].request_id(), requests[1].request_id());
  EXPECT_EQ(requests[0].jobs_size(), 2);
  EXPECT_EQ(requests[1].jobs_size(), 2);
}

TEST_F(WebhookTest, BadInput17ACommitThatIsPushedAgainIsBuiltAgain) {
  const std::string a(40, 'a');
  const std::string b(40, 'b');
  const std::vector<std::pair<std::string, std::string>> pushes = {
      {kZero, a}, {a, b}, {b, a}, {a, b}, {b, a}};
  std::set<std::string> ids;
  size_t asked = 0;
  for (const auto& [before, after] : pushes) {
    nlohmann::json push = Push("refs/heads/main", after);
    push["before"] = before;
    push["repository"]["pushed_at"] = asked;
    const v1::Webhook webhook = Webhook("push", push.dump());
    ASSERT_TRUE(Accept(webhook).ok());
    EXPECT_EQ(*Accept(webhook), Response::DISPOSITION_DUPLICATE);
    // Both pull requests of the branch tell of the push as well.
    for (const int number : {3, 4}) {
      nlohmann::json synchronize = PullRequest("synchronize", number, after);
      synchronize["before"] = before;
      synchronize["after"] = after;
      synchronize["asked"] = asked;
      ASSERT_TRUE(Accept("pull_request", synchronize).ok());
    }
    asked += 3;
    ASSERT_TRUE(build_.WaitForRequests(asked));
    const auto requests = build_.Requests();
    ASSERT_EQ(requests.size(), asked);
    EXPECT_EQ(requests[asked - 1].request_id(), requests[asked - 3].request_id());
    EXPECT_EQ(requests[asked - 2].request_id(), requests[asked - 3].request_id());
    EXPECT_TRUE(ids.insert(requests[asked - 1].request_id()).second);
  }
}

TEST_F(WebhookTest, TheSecondHookOfARepeatedPushAsksForItsBuild) {
  const int64_t second = AddHook(project_, 78, "another secret", SomeFields("Lint"));
  for (size_t round = 0; round < 3; ++round) {
    nlohmann::json push = Push();
    push["repository"]["pushed_at"] = round;
    v1::Webhook other = Webhook("push", push.dump());
    other.set_hook_id(second);
    other.set_signature(0, Sign("another secret", push.dump()));
    ASSERT_TRUE(Accept("push", push).ok());
    ASSERT_TRUE(Accept(other).ok());
    ASSERT_TRUE(build_.WaitForRequests(2 * round + 2));
    const auto requests = build_.Requests();
    EXPECT_EQ(requests[2 * round].request_id(), requests[2 * round + 1].request_id());
    if (round > 0) {
      EXPECT_NE(requests[2 * round].request_id(), requests[2 * round - 1].request_id());
    }
  }
}

TEST_F(WebhookTest, AnOpenedPullRequestBuildsWhatNoPushDid) {
  const std::string a(40, 'a');
  const std::string b(40, 'b');
  const auto push = [&](const std::string& before, const std::string& after) {
    nlohmann::json body = Push("refs/heads/main", after);
    body["before"] = before;
    return body;
  };
  // Pushed before the hook was; its push comes late; pushed on; opened; pushed back.
  ASSERT_TRUE(Accept("pull_request", PullRequest("opened", 3, a)).ok());
  ASSERT_TRUE(Accept("push", push(kZero, a)).ok());
  ASSERT_TRUE(Accept("push", push(a, b)).ok());
  ASSERT_TRUE(Accept("pull_request", PullRequest("reopened", 4, b)).ok());
  ASSERT_TRUE(Accept("push", push(b, a)).ok());
  ASSERT_TRUE(build_.WaitForRequests(5));
  std::vector<std::string> ids;
  for (const auto& request : build_.Requests()) ids.push_back(request.request_id());
  EXPECT_EQ(ids[0], ids[1]);
  EXPECT_EQ(ids[2], ids[3]);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 3u);
}

TEST_F(WebhookTest, APushBackToWhatAPullRequestBuiltIsBuilt) {
  const std::string a(40, 'a');
  ASSERT_TRUE(Accept("pull_request", PullRequest("opened", 3, a)).ok());
  nlohmann::json on = Push();
  on["before"] = a;
  ASSERT_TRUE(Accept("push", on).ok());
  nlohmann::json back = Push("refs/heads/main", a);
  back["before"] = kSha;
  ASSERT_TRUE(Accept("push", back).ok());
  ASSERT_TRUE(build_.WaitForRequests(3));
  EXPECT_NE(build_.Requests()[0].request_id(), build_.Requests()[2].request_id());
}

TEST_F(WebhookTest, AHooksFirstPingFinishesIt) {
  const int64_t half = *parts_.hook_store.NextHookId();
  ASSERT_TRUE(parts_.hook_store
                  .AddHook({.hook_id = half, .project_id = project_},
                           parts_.hook_box.Seal(kSecret, SecretPlace(half)), {}, false)
                  .ok());
  ASSERT_EQ(parts_.hook_store.ListHooks(project_)->size(), 1u);
  v1::Webhook ping = Webhook("ping", Ping(80).dump());
  ping.set_hook_id(half);
  EXPECT_EQ(*Accept(ping), Response::DISPOSITION_PONG);
  EXPECT_EQ(parts_.hook_store.ListHooks(project_)->size(), 2u);
  EXPECT_EQ(parts_.deliveries.GetHookKey(half)->github_hook_id, 80);
}

TEST_F(WebhookTest, BadInputs1And2And5WhatIsNotSignedIsRefusedAlikeAndNotStored) {
  const std::string body = Push().dump();
  std::vector<v1::Webhook> bad;
  bad.push_back(Webhook("push", body));
  bad.back().clear_signature();
  const std::string good = Sign(kSecret, body);
  for (const std::string& signature :
       {std::string(), Sign("wrong", body), Sign("", body), good.substr(0, 70), good + "0",
        "sha1=" + good.substr(7), good.substr(7), std::string("sha256="),
        absl::AsciiStrToUpper(good)}) {
    bad.push_back(Webhook("push", body));
    bad.back().set_signature(0, signature);
  }
  bad.push_back(Webhook("push", body));
  bad.back().set_body(body + " ");
  for (const int64_t unknown : {int64_t{404}, int64_t{0}, int64_t{-1}, INT64_MAX}) {
    bad.push_back(Webhook("push", body));
    bad.back().set_hook_id(unknown);
  }
  // Nothing about the rest of the request is told before the signature is good.
  bad.push_back(Webhook("push", "{"));
  bad.back().set_signature(0, Sign("wrong", "{"));
  bad.back().clear_delivery();
  for (const auto& request : bad) {
    const absl::Status status = Accept(request).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated) << request.ShortDebugString();
    EXPECT_EQ(Reason(status), "bad_signature");
    EXPECT_EQ(status.message(), "the signature is not good");
  }
  EXPECT_TRUE(Deliveries().empty());
}

TEST_F(WebhookTest, BadInput4AHookWithoutASecretAcceptsNothing) {
  const int64_t open = AddHook(project_, 79, "");
  const std::string body = Push().dump();
  v1::Webhook request = Webhook("push", body);
  request.set_hook_id(open);
  request.set_signature(0, Sign("", body));
  EXPECT_EQ(Accept(request).status().code(), absl::StatusCode::kInternal);
  EXPECT_TRUE(Deliveries().empty());
}

TEST_F(WebhookTest, BadInputs3And7And8BadBodiesAndHeadersAreRefusedAndNotStored) {
  std::vector<v1::Webhook> bad;
  const std::string push = Push().dump();
  for (const std::string& body :
       {std::string(), std::string("{"), std::string("[]"), std::string("payload=%7B%7D"),
        std::string(10000, '[') + std::string(10000, ']'),
        "{\"ref\":\"refs/heads/x\"," + push.substr(1),
        push.substr(0, push.size() - 1) + ",\"x\":\"\\u0000\"}", Push("refs/heads/a\nb").dump(),
        Push("refs/heads/a..b").dump(), Push("refs/heads/\x1b[0m").dump(),
        Push("refs/heads/main", "$(id)").dump(), Ping().dump()}) {
    bad.push_back(Webhook("push", body));
  }
  bad.push_back(Webhook("ping", push));
  bad.push_back(Webhook("ping", Ping(999).dump()));
  bad.push_back(Webhook("push", push));
  bad.back().add_signature(bad.back().signature(0));
  bad.push_back(Webhook("push", push));
  bad.back().add_event("ping");
  bad.push_back(Webhook("push", push));
  bad.back().clear_delivery();
  bad.push_back(Webhook("push", push));
  bad.back().set_delivery(0, "' OR 1=1");
  for (const auto& request : bad) {
    EXPECT_EQ(Accept(request).status().code(), absl::StatusCode::kInvalidArgument)
        << request.ShortDebugString().substr(0, 500);
  }
  EXPECT_TRUE(Deliveries().empty());
}

TEST_F(WebhookTest, BadInput6ABodyAbove25MegabytesIsRefused) {
  v1::Webhook large = Webhook("push", Push().dump());
  large.set_body(large.body() + std::string((25 << 20) + 1 - large.body().size(), ' '));
  large.set_signature(0, Sign(kSecret, large.body()));
  EXPECT_EQ(Accept(large).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(Deliveries().empty());
}

TEST_F(WebhookTest, BadInput14AnotherRepositorysEventIsRefused) {
  nlohmann::json push = Push();
  push["repository"]["id"] = 10;
  const absl::Status status = Accept("push", push).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Reason(status), "repository_mismatch");
  push.erase("repository");
  EXPECT_EQ(Reason(Accept("push", push).status()), "repository_mismatch");
  EXPECT_TRUE(Deliveries().empty());
}

TEST_F(WebhookTest, K27BadInput10APingIsAnsweredWithAPong) {
  EXPECT_EQ(*Accept("ping", Ping()), Response::DISPOSITION_PONG);
  EXPECT_EQ(*Accept("ping", Ping()), Response::DISPOSITION_PONG);
  EXPECT_THAT(Deliveries(), ElementsAre(Field(&Outcome::state, kIgnored)));
}

TEST_F(WebhookTest, K32BadInputs11And12RepeatsHaveNoSecondEffect) {
  const v1::Webhook push = Webhook("push", Push().dump());
  EXPECT_EQ(*Accept(push), Response::DISPOSITION_ACCEPTED);
  EXPECT_EQ(*Accept(push), Response::DISPOSITION_DUPLICATE);
  v1::Webhook same_body = push;
  same_body.set_delivery(0, "another-guid");
  EXPECT_EQ(*Accept(same_body), Response::DISPOSITION_DUPLICATE);
  EXPECT_EQ(WaitForSettled(1), kBuilt);
  EXPECT_EQ(Deliveries().size(), 1u);
  EXPECT_EQ(build_.Requests().size(), 1u);
  EXPECT_EQ(CountRows("deliveries WHERE receipts = 3"), 1);
}

TEST_F(WebhookTest, I2BadInput11ManyRepeatsAtOnceHaveOneEffect) {
  const v1::Webhook push = Webhook("push", Push().dump());
  std::atomic<int> accepted{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const auto answer = Accept(push);
      ASSERT_TRUE(answer.ok()) << answer.status();
      accepted += *answer == Response::DISPOSITION_ACCEPTED;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(accepted, 1);
  EXPECT_EQ(WaitForSettled(1), kBuilt);
  EXPECT_EQ(build_.Requests().size(), 1u);
}

TEST_F(WebhookTest, OfManyTogetherEachHasItsOwnResult) {
  const int64_t open = AddHook(project_, 79, "");
  v1::AcceptWebhooksRequest request;
  const auto add = [&](const v1::Webhook& webhook) { *request.add_webhooks() = webhook; };
  const v1::Webhook first = Webhook("push", Push("refs/heads/first").dump());
  add(first);
  add(Webhook("push", "{"));
  add(Webhook("push", Push("refs/heads/unsigned").dump()));
  request.mutable_webhooks(2)->set_signature(0, Sign("wrong", request.webhooks(2).body()));
  add(Webhook("push", Push("refs/heads/nowhere").dump()));
  request.mutable_webhooks(3)->set_hook_id(404);
  add(first);
  add(Webhook("ping", Ping().dump()));
  add(Webhook("push", Push("refs/heads/without-a-secret").dump()));
  request.mutable_webhooks(6)->set_hook_id(open);
  add(Webhook("watch", R"({"repository":{"id":9}})"));
  add(Webhook("push", Push("refs/heads/last").dump()));
  const auto answer = Ask(&v1::ProjectService::Stub::AcceptWebhooks, request, Token("gateway"));
  ASSERT_TRUE(answer.ok()) << answer.status();
  std::vector<std::string> told;
  for (const Response::Result& result : answer->results()) {
    const absl::Status status = ResultStatus(result);
    told.push_back(
        status.ok() ? Response::Disposition_Name(result.disposition())
                    : absl::StrCat(absl::StatusCodeToString(status.code()), " ", Reason(status)));
  }
  EXPECT_THAT(told, ElementsAre("DISPOSITION_ACCEPTED", "INVALID_ARGUMENT ",
                                "UNAUTHENTICATED bad_signature", "UNAUTHENTICATED bad_signature",
                                "DISPOSITION_DUPLICATE", "DISPOSITION_PONG", "INTERNAL ",
                                "DISPOSITION_IGNORED", "DISPOSITION_ACCEPTED"));
  EXPECT_EQ(answer->results(6).message(), "internal error");
  ASSERT_TRUE(build_.WaitForRequests(2));
  EXPECT_EQ(build_.Requests()[0].ref(), "refs/heads/first");
  EXPECT_EQ(build_.Requests()[1].ref(), "refs/heads/last");
  EXPECT_EQ(WaitForSettled(4), kBuilt);
}

TEST_F(WebhookTest, ACallBringsFrom1To256Webhooks) {
  v1::AcceptWebhooksRequest request;
  const auto ask = [&] {
    return Ask(&v1::ProjectService::Stub::AcceptWebhooks, request, Token("gateway"));
  };
  EXPECT_EQ(ask().status().code(), absl::StatusCode::kInvalidArgument);
  for (int i = 0; i < 256; ++i) {
    *request.add_webhooks() = Webhook("push", Push(absl::StrCat("refs/heads/", i), kZero).dump());
  }
  const auto answer = ask();
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->results_size(), 256);
  EXPECT_EQ(Deliveries().size(), 256u);
  *request.add_webhooks() = request.webhooks(0);
  EXPECT_EQ(ask().status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(WebhookTest, WhatAsksForNothingIsStoredWithItsReason) {
  EXPECT_EQ(*Accept("push", Push("refs/heads/x", kZero)), Response::DISPOSITION_IGNORED);
  nlohmann::json skipped = Push();
  skipped["head_commit"]["message"] = "[skip ci]";
  EXPECT_EQ(*Accept("push", skipped), Response::DISPOSITION_IGNORED);
  EXPECT_EQ(*Accept("watch", {{"repository", {{"id", kRepository}}}}),
            Response::DISPOSITION_IGNORED);
  const auto outcomes = Deliveries();
  ASSERT_EQ(outcomes.size(), 3u);
  for (const Outcome& outcome : outcomes) {
    EXPECT_EQ(outcome.state, kIgnored);
    EXPECT_FALSE(outcome.outcome.empty());
  }
  EXPECT_TRUE(build_.Requests().empty());
}

nlohmann::json ForkPullRequest(const std::string& sha = kSha) {
  nlohmann::json event = PullRequest("opened", 3, sha);
  event["pull_request"]["head"]["repo"] = {{"id", 10}, {"full_name", "mallory/hello"}};
  event["pull_request"]["base"] = {{"ref", "main"}};
  event["pull_request"]["user"] = {{"login", "ann"}};
  event["sender"] = {{"login", "mallory"}, {"id", 66}, {"avatar_url", "http://a/66"}};
  // What it says of the repository itself is not believed.
  event["repository"]["private"] = false;
  return event;
}

TEST_F(WebhookTest, P4I18AForksPullRequestWaitsForApproval) {
  ASSERT_TRUE(Accept("pull_request", ForkPullRequest()).ok());
  ASSERT_TRUE(build_.WaitForRequests(1));
  const build::v1::CreateBuildRequest request = build_.Requests()[0];
  EXPECT_EQ(request.ref(), "refs/pull/3/head");
  EXPECT_EQ(request.commit(), kSha);
  EXPECT_EQ(request.fork(), "mallory/hello");
  EXPECT_TRUE(request.needs_approval());
  EXPECT_EQ(request.trigger(), build::v1::TRIGGER_PULL_REQUEST);
  EXPECT_EQ(request.pull_request(), 3);
  EXPECT_EQ(request.author().login(), "mallory");
  EXPECT_EQ(request.repository(), "octo/hello") << "where the commit is fetched from";
  EXPECT_EQ(WaitForSettled(1), kBuilt);
  // What is pushed later is another build, which waits anew.
  ASSERT_TRUE(Accept("pull_request", ForkPullRequest(std::string(40, 'b'))).ok());
  ASSERT_TRUE(build_.WaitForRequests(2));
  EXPECT_TRUE(build_.Requests()[1].needs_approval());
  EXPECT_NE(build_.Requests()[1].request_id(), request.request_id());
}

TEST_F(WebhookTest, P4APrivateRepositorysForksAreNotBuilt) {
  ASSERT_TRUE(parts_.projects
                  .SetFacts(project_, {.repository_id = kRepository,
                                       .repository = "octo/hello",
                                       .is_private = true,
                                       .url = "http://g/octo/hello",
                                       .default_branch = "main"})
                  .ok());
  ASSERT_TRUE(Accept("pull_request", ForkPullRequest()).ok());
  EXPECT_EQ(WaitForSettled(1), kIgnored);
  EXPECT_EQ(Deliveries()[0].outcome,
            "Pull requests from forks of a private repository are not built.");
  EXPECT_TRUE(build_.Requests().empty());
  // Its own are.
  ASSERT_TRUE(Accept("pull_request", PullRequest("opened", 4, kSha)).ok());
  ASSERT_TRUE(build_.WaitForRequests(1));
  EXPECT_EQ(build_.Requests()[0].fork(), "");
  EXPECT_FALSE(build_.Requests()[0].needs_approval());
}

TEST_F(WebhookTest, BadInput25ADeletedForkFailsByName) {
  nlohmann::json event = ForkPullRequest();
  event["pull_request"]["head"]["repo"] = nullptr;
  event["pull_request"]["head"]["label"] = "mallory:main";
  EXPECT_EQ(*Accept("pull_request", event), Response::DISPOSITION_IGNORED);
  ASSERT_EQ(Deliveries().size(), 1u);
  EXPECT_EQ(Deliveries()[0].state, kFailed);
  EXPECT_THAT(Deliveries()[0].outcome, ::testing::HasSubstr("mallory:main"));
  EXPECT_TRUE(build_.Requests().empty());
}

TEST_F(WebhookTest, K29P11AForksBranchNameChoosesNoHook) {
  HookFields fields = SomeFields("Releases");
  fields.branches = {"release/*"};
  ASSERT_TRUE(parts_.hook_store.SetFields(project_, hook_, fields, {}).ok());
  nlohmann::json event = ForkPullRequest();
  event["pull_request"]["head"]["ref"] = "release/1";
  ASSERT_TRUE(Accept("pull_request", event).ok());
  EXPECT_EQ(WaitForSettled(1), kIgnored);
  event["pull_request"]["base"]["ref"] = "release/1";
  ASSERT_TRUE(Accept("pull_request", event).ok());
  EXPECT_EQ(WaitForSettled(2), kBuilt);
}

TEST_F(WebhookTest, OnlyTheGatewayBringsWebhooks) {
  const v1::Webhook push = Webhook("push", Push().dump());
  for (const std::string& bearer : {Token("build"), Session(kAnn)}) {
    EXPECT_EQ(Accept(push, bearer).status().code(), absl::StatusCode::kPermissionDenied);
  }
  EXPECT_EQ(Accept(push, "").status().code(), absl::StatusCode::kUnauthenticated);
}

TEST_F(WebhookTest, ABodyOf25MegabytesIsTaken) {
  nlohmann::json push = Push();
  push["head_commit"]["message"] = std::string((25 << 20) - push.dump().size() - 100, 'm');
  const auto accepted = Accept("push", push);
  ASSERT_TRUE(accepted.ok()) << accepted.status();
  ASSERT_TRUE(build_.WaitForRequests(1));
  EXPECT_EQ(build_.Requests()[0].message().size(), 65536u);
}

TEST_F(WebhookTest, WhatWasAcceptedBeforeACrashIsDispatchedAfterIt) {
  parts_.Stop();
  ASSERT_TRUE(Accept("push", Push()).ok());
  // The one that crashed had claimed it already.
  ASSERT_TRUE(parts_.deliveries.ClaimDeliveries(1, absl::ZeroDuration())->size() == 1);
  EXPECT_TRUE(build_.Requests().empty());
  parts_.Start();
  ASSERT_TRUE(build_.WaitForRequests(1));
  EXPECT_EQ(WaitForSettled(1), kBuilt);
}

TEST_F(WebhookTest, WhatAnEarlierReleaseAcceptedIsDispatchedFromItsBody) {
  parts_.Stop();
  ASSERT_TRUE(Accept("push", Push()).ok());
  ASSERT_TRUE(pool_
                  .Autocommit([](pqxx::nontransaction& tx) {
                    tx.exec0("UPDATE deliveries SET stored_event = NULL");
                    return absl::OkStatus();
                  })
                  .ok());
  parts_.Start();
  EXPECT_EQ(WaitForSettled(1), kBuilt);
}

TEST_F(WebhookTest, ABuildServiceThatIsAwayIsTriedAgain) {
  build_.Answer(absl::UnavailableError("away"));
  ASSERT_TRUE(Accept("push", Push()).ok());
  ASSERT_TRUE(build_.WaitForRequests(3));
  EXPECT_EQ(Deliveries()[0].state, kWaiting);
  build_.Answer(absl::OkStatus());
  EXPECT_EQ(WaitForSettled(1), kBuilt);
}

TEST_F(WebhookTest, ADeliveryThatFailsForItsOwnReasonsDoesNotHoldUpOthers) {
  build_.Answer(absl::InternalError("broken"));
  ASSERT_TRUE(Accept("push", Push()).ok());
  ASSERT_TRUE(build_.WaitForRequests(1));
  build_.Answer(absl::OkStatus());
  ASSERT_TRUE(Accept("push", Push("refs/heads/other")).ok());
  EXPECT_EQ(WaitForSettled(2), kBuilt);
}

TEST_F(WebhookTest, WhatBuildServiceWillNeverTakeIsGivenUp) {
  build_.Answer(absl::InvalidArgumentError("no such thing"));
  ASSERT_TRUE(Accept("push", Push()).ok());
  EXPECT_EQ(WaitForSettled(1), kFailed);
  EXPECT_EQ(Deliveries()[0].outcome, "no such thing");
  EXPECT_EQ(build_.Requests().size(), 1u);
}

TEST_F(WebhookTest, FromAnswerToBuildTakesMilliseconds) {
  // Connections are made on first use.
  ASSERT_TRUE(Accept("push", Push("refs/heads/warm-up")).ok());
  ASSERT_TRUE(build_.WaitForRequests(1));
  EXPECT_EQ(WaitForSettled(1), kBuilt);
  absl::Duration best = absl::InfiniteDuration();
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(Accept("push", Push("refs/heads/" + std::to_string(i))).ok());
    const absl::Time answered = absl::Now();
    ASSERT_TRUE(build_.WaitForRequests(i + 2));
    best = std::min(best, absl::Now() - answered);
  }
  RecordProperty("best", absl::FormatDuration(best));
  EXPECT_LT(best, absl::Milliseconds(10));
}

TEST_F(WebhookTest, P11WhatNoHookWantsIsNotBuilt) {
  HookFields fields = SomeFields("Releases");
  fields.branches = {"release/*"};
  ASSERT_TRUE(parts_.hook_store.SetFields(project_, hook_, fields, {}).ok());
  ASSERT_TRUE(Accept("push", Push()).ok());
  EXPECT_EQ(WaitForSettled(1), kIgnored);
  EXPECT_EQ(Deliveries()[0].outcome, "No hook of the project builds this.");
  ASSERT_TRUE(Accept("push", Push("refs/heads/release/1")).ok());
  EXPECT_EQ(WaitForSettled(2), kBuilt);
  fields.enabled = false;
  ASSERT_TRUE(parts_.hook_store.SetFields(project_, hook_, fields, {}).ok());
  ASSERT_TRUE(Accept("push", Push("refs/heads/release/2")).ok());
  EXPECT_EQ(WaitForSettled(3), kIgnored);
  EXPECT_EQ(build_.Requests().size(), 1u);
}

TEST_F(WebhookTest, P10ATagIsBuiltByHooksThatWantTags) {
  ASSERT_TRUE(Accept("push", Push("refs/tags/v1")).ok());
  EXPECT_EQ(WaitForSettled(1), kIgnored);
  HookFields fields = SomeFields();
  fields.events = kOnTag;
  fields.install_script = "apt-get install -y make\n";
  fields.tracked_files = {"Makefile"};
  ASSERT_TRUE(parts_.hook_store.SetFields(project_, hook_, fields, {}).ok());
  ASSERT_TRUE(Accept("push", Push("refs/tags/v2")).ok());
  EXPECT_EQ(WaitForSettled(2), kBuilt);
  ASSERT_EQ(build_.Requests().size(), 1u);
  EXPECT_EQ(build_.Requests()[0].ref(), "refs/tags/v2");
  EXPECT_EQ(build_.Requests()[0].trigger(), build::v1::TRIGGER_TAG);
  EXPECT_EQ(build_.Requests()[0].jobs(0).install_script(), "apt-get install -y make\n");
  EXPECT_THAT(build_.Requests()[0].jobs(0).tracked_files(), ElementsAre("Makefile"));
}

TEST_F(WebhookTest, ADeletedHooksDeliveriesAreRefused) {
  ASSERT_TRUE(parts_.hook_store.RemoveHook(hook_, nullptr).ok());
  EXPECT_EQ(Accept("push", Push()).status().code(), absl::StatusCode::kUnauthenticated);
}

TEST(BuildRequestIdTest, FitsItsLimit) {
  const Head head = {.ref = "refs/heads/main", .commit = kSha};
  EXPECT_EQ(BuildRequestId(7, head, ""), absl::StrCat("7/refs/heads/main/", kSha));
  EXPECT_EQ(BuildRequestId(7, head, "b/1"), absl::StrCat("7/refs/heads/main/", kSha, "/b/1"));
  const Head one = {.ref = "refs/heads/" + std::string(1000, 'a'), .commit = std::string(64, 'f')};
  Head other = one;
  other.ref += "b";
  EXPECT_LE(BuildRequestId(INT64_MAX, one, std::string(64, 'f') + "/12").size(), 256u);
  EXPECT_NE(BuildRequestId(7, one, ""), BuildRequestId(7, other, ""));
}

}  // namespace
}  // namespace kozmic::project
