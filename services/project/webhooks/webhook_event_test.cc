#include "services/project/webhooks/webhook_event.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/json.h"

namespace kozmic::project {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using Kind = WebhookEvent::Kind;

constexpr char kSha[] = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
constexpr char kZero[] = "0000000000000000000000000000000000000000";

nlohmann::json Push(const std::string& ref = "refs/heads/main") {
  return {{"ref", ref},
          {"before", kZero},
          {"after", kSha},
          {"deleted", false},
          {"repository", {{"id", 9}}},
          {"sender", {{"login", "ann"}, {"avatar_url", "http://a/5"}}},
          {"head_commit",
           {{"id", kSha},
            {"message", "Fix it"},
            {"author", {{"name", "Ann"}, {"email", "a@b"}, {"username", "ann"}}}}}};
}

nlohmann::json PullRequest(const std::string& action = "opened") {
  return {{"action", action},
          {"number", 3},
          {"repository", {{"id", 9}}},
          {"pull_request",
           {{"title", "Better"},
            {"body", nullptr},
            {"user", {{"login", "ann"}, {"avatar_url", "http://a/5"}}},
            {"head", {{"ref", "topic"}, {"sha", kSha}, {"repo", {{"id", 9}}}}}}}};
}

absl::StatusOr<WebhookEvent> Parse(absl::string_view name, const nlohmann::json& body) {
  return ParseWebhookEvent(name, body.dump());
}

absl::StatusCode CodeOf(absl::string_view name, const nlohmann::json& body) {
  return Parse(name, body).status().code();
}

TEST(PushTest, BuildsTheBranchsNewHead) {
  const auto event = Parse("push", Push());
  ASSERT_TRUE(event.ok()) << event.status();
  EXPECT_EQ(event->kind, Kind::kBuild);
  EXPECT_EQ(event->repository_id, 9);
  EXPECT_EQ(event->head.ref, "refs/heads/main");
  EXPECT_EQ(event->head.commit, kSha);
  EXPECT_EQ(event->head.message, "Fix it");
  EXPECT_EQ(event->head.author_name, "Ann");
  EXPECT_EQ(event->head.author_login, "ann");
  EXPECT_EQ(event->head.author_avatar_url, "http://a/5");
}

TEST(PushTest, TheSendersPictureIsNotAnotherAuthors) {
  nlohmann::json push = Push();
  push["sender"]["login"] = "bob";
  EXPECT_EQ(Parse("push", push)->head.author_avatar_url, "");
}

TEST(PushTest, BadInput18BuildsACommitThatIsNotDescribed) {
  nlohmann::json push = Push();
  push["head_commit"] = nullptr;
  const auto event = Parse("push", push);
  ASSERT_TRUE(event.ok()) << event.status();
  EXPECT_EQ(event->kind, Kind::kBuild);
  EXPECT_EQ(event->head.commit, kSha);
  EXPECT_EQ(event->head.message, "");
}

TEST(PushTest, BadInput15DeletionsAndOtherRefsAreIgnored) {
  nlohmann::json deletion = Push();
  deletion["after"] = kZero;
  EXPECT_EQ(Parse("push", deletion)->outcome, "The ref was deleted.");
  deletion = Push();
  deletion["deleted"] = true;
  EXPECT_EQ(Parse("push", deletion)->kind, Kind::kIgnored);
  EXPECT_EQ(Parse("push", Push("refs/notes/x"))->kind, Kind::kIgnored);
}

TEST(PushTest, P10BadInput16ATagIsBuiltAtTheCommitThatItNames) {
  const auto light = Parse("push", Push("refs/tags/v1"));
  ASSERT_TRUE(light.ok()) << light.status();
  EXPECT_EQ(light->kind, Kind::kBuild);
  EXPECT_EQ(light->trigger, kOnTag);
  EXPECT_EQ(light->head.ref, "refs/tags/v1");
  // An annotated one is an object of its own.
  const std::string commit(40, 'c');
  nlohmann::json annotated = Push("refs/tags/v1");
  annotated["head_commit"]["id"] = commit;
  EXPECT_EQ(Parse("push", annotated)->head.commit, commit);
  annotated["head_commit"]["id"] = "--upload-pack=x";
  EXPECT_EQ(Parse("push", annotated).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Parse("push", Push())->trigger, kOnPush);
}

TEST(AccessEventTest, ChangesOfAccessHaveGithubAskedAndAreNotBelieved) {
  for (const std::string name : {"member", "team_add", "repository", "public"}) {
    const auto event = Parse(
        name, {{"action", "renamed"}, {"repository", {{"id", 9}, {"full_name", "evil/other"}}}});
    ASSERT_TRUE(event.ok()) << event.status();
    EXPECT_EQ(event->kind, Kind::kAccess) << name;
    EXPECT_EQ(event->repository_id, 9);
  }
  EXPECT_EQ(Parse("repository", {{"action", "deleted"}})->kind, Kind::kGone);
  EXPECT_EQ(Parse("star", {{"action", "deleted"}})->kind, Kind::kIgnored);
}

TEST(PushTest, BadInput20StrangeRefsThatGitAllowsAreBuilt) {
  for (const std::string ref : {"$(id)", "<script>", "\xF0\x9F\x9A\x80", "\xD7\x90\xD7\x91",
                                "--upload-pack=x", "a/b/c", "@", "x.locked", "a.b"}) {
    const auto event = Parse("push", Push("refs/heads/" + ref));
    ASSERT_TRUE(event.ok()) << ref;
    EXPECT_EQ(event->kind, Kind::kBuild) << ref;
    EXPECT_EQ(event->head.ref, "refs/heads/" + ref);
  }
  EXPECT_TRUE(Parse("push", Push("refs/heads/" + std::string(1024, 'a'))).ok());
}

TEST(PushTest, BadInput21RefsThatGitDoesNotAllowAreRefused) {
  for (const std::string ref :
       {"",         "a\nb", "a..b", "a\x1b[0m", "a b",  "a~1",  "a^",   "a:b",
        "a?",       "a*",   "a[b",  "a\\b",     "a@{b", ".a",   "a/.b", "a.lock",
        "a.lock/b", "a.",   "a/",   "/a",       "a//b", "a\x7f"}) {
    EXPECT_EQ(CodeOf("push", Push("refs/heads/" + ref)), absl::StatusCode::kInvalidArgument) << ref;
  }
  for (const char* ref : {"main", "", "heads/main", "HEAD"}) {
    EXPECT_EQ(CodeOf("push", Push(ref)), absl::StatusCode::kInvalidArgument) << ref;
  }
  EXPECT_EQ(CodeOf("push", Push("refs/heads/" + std::string(5000, 'a'))),
            absl::StatusCode::kInvalidArgument);
}

TEST(PushTest, BadInput19WhatIsNoCommitIsRefused) {
  for (const char* sha : {"", "main", "$(id)", "da39a3", "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709",
                          "zz39a3ee5e6b4b0d3255bfef95601890afd80709"}) {
    nlohmann::json push = Push();
    push["after"] = sha;
    EXPECT_EQ(CodeOf("push", push), absl::StatusCode::kInvalidArgument) << sha;
  }
  nlohmann::json push = Push();
  push["after"] = 7;
  EXPECT_EQ(CodeOf("push", push), absl::StatusCode::kInvalidArgument);
}

TEST(EventTest, ABuildsEventSaysWhatWasBefore) {
  const auto push = Parse("push", Push());
  EXPECT_EQ(push->before, kZero);
  EXPECT_EQ(push->source, "push");
  nlohmann::json odd = Push();
  odd["before"] = "main";
  EXPECT_EQ(CodeOf("push", odd), absl::StatusCode::kInvalidArgument);
  const auto opened = Parse("pull_request", PullRequest());
  EXPECT_EQ(opened->before, "");
  EXPECT_EQ(opened->source, "pull_request/3");
  nlohmann::json synchronize = PullRequest("synchronize");
  synchronize["before"] = kZero;
  EXPECT_EQ(Parse("pull_request", synchronize)->before, kZero);
}

TEST(EventTest, ABuildsEventSaysWhenItHappened) {
  nlohmann::json push = Push();
  EXPECT_EQ(Parse("push", push)->event_seconds, 0);
  push["repository"]["pushed_at"] = 1790000000;
  EXPECT_EQ(Parse("push", push)->event_seconds, 1790000000);
  push["repository"]["pushed_at"] = -5;
  EXPECT_EQ(Parse("push", push)->event_seconds, 0);
  nlohmann::json pull = PullRequest();
  EXPECT_EQ(Parse("pull_request", pull)->event_seconds, 0);
  pull["pull_request"]["updated_at"] = "2026-09-21T14:13:20Z";
  EXPECT_EQ(Parse("pull_request", pull)->event_seconds, 1790000000);
  pull["pull_request"]["updated_at"] = "yesterday";
  EXPECT_EQ(Parse("pull_request", pull)->event_seconds, 0);
}

TEST(PushTest, BadInput22ALongMessageIsCutAndSaysSo) {
  nlohmann::json push = Push();
  push["head_commit"]["message"] = std::string(65536, 'x');
  EXPECT_EQ(Parse("push", push)->head.message.size(), 65536u);

  std::string large;
  while (large.size() < (10 << 20)) large += "é€𝄞";
  push["head_commit"]["message"] = large;
  const std::string message = Parse("push", push)->head.message;
  EXPECT_LE(message.size(), 65536u);
  EXPECT_GT(message.size(), 65500u);
  EXPECT_THAT(message, EndsWith("cut at 64 KB)"));
  EXPECT_EQ(DumpJson(message).find("\xEF\xBF\xBD"), std::string::npos) << "half a character";
}

TEST(PushTest, K31BadInput23ASkippedCommitIsIgnored) {
  nlohmann::json push = Push();
  push["head_commit"]["message"] = "Typo [ci skip]";
  const auto event = Parse("push", push);
  EXPECT_EQ(event->kind, Kind::kIgnored);
  EXPECT_THAT(event->outcome, HasSubstr("skip"));
}

TEST(PullRequestTest, K29BuildsHeadsOfTheSameRepository) {
  for (const char* action : {"opened", "synchronize", "reopened"}) {
    const auto event = Parse("pull_request", PullRequest(action));
    ASSERT_TRUE(event.ok()) << event.status();
    EXPECT_EQ(event->kind, Kind::kBuild);
    EXPECT_EQ(event->head.ref, "refs/heads/topic");
    EXPECT_EQ(event->head.commit, kSha);
    EXPECT_EQ(event->head.message, "Better");
  }
}

TEST(PullRequestTest, BadInput24OtherActionsAreIgnored) {
  for (const char* action : {"closed", "labeled", "edited"}) {
    EXPECT_EQ(Parse("pull_request", PullRequest(action))->kind, Kind::kIgnored);
  }
}

nlohmann::json FromFork() {
  nlohmann::json event = PullRequest();
  event["pull_request"]["head"]["repo"] = {{"id", 10}, {"full_name", "mallory/app"}};
  event["pull_request"]["head"]["ref"] = "main";
  event["pull_request"]["base"] = {{"ref", "release/1"}};
  event["sender"] = {{"login", "mallory"}, {"id", 66}, {"avatar_url", "http://a/66"}};
  return event;
}

TEST(PullRequestTest, P4AForksHeadIsNoBranchOfOurs) {
  for (const char* action : {"opened", "synchronize", "reopened"}) {
    nlohmann::json fork = FromFork();
    fork["action"] = action;
    const auto event = Parse("pull_request", fork);
    ASSERT_TRUE(event.ok()) << event.status();
    EXPECT_EQ(event->kind, Kind::kBuild);
    EXPECT_EQ(event->head.ref, "refs/pull/3/head") << "I18: touches no branch's badge";
    EXPECT_EQ(event->head.commit, kSha);
    EXPECT_EQ(event->fork, "mallory/app");
    EXPECT_EQ(event->pull_request, 3);
    EXPECT_EQ(event->trigger, kOnPullRequest);
    EXPECT_EQ(event->branch_ref, "refs/heads/release/1");
    EXPECT_EQ(event->head.author_login, "mallory") << "who sent it, whoever the commit names";
    EXPECT_EQ(event->head.author_avatar_url, "http://a/66");
  }
  const auto own = Parse("pull_request", PullRequest());
  EXPECT_EQ(own->fork, "");
  EXPECT_EQ(own->branch_ref, "refs/heads/topic");
  EXPECT_EQ(own->action, "opened");
}

TEST(PullRequestTest, P4AForkMustSayWhoItIs) {
  const auto code_with = [](const std::string& pointer, const nlohmann::json& value) {
    nlohmann::json event = FromFork();
    event[nlohmann::json::json_pointer(pointer)] = value;
    return CodeOf("pull_request", event);
  };
  EXPECT_EQ(code_with("/x", 1), absl::StatusCode::kOk);
  for (const char* name : {"", "mallory", "../../etc", "a/b/c", "a b/c"}) {
    EXPECT_EQ(code_with("/pull_request/head/repo/full_name", name),
              absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(code_with("/sender/id", nullptr), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code_with("/sender/login", ""), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code_with("/pull_request/base/ref", "a..b"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code_with("/number", 0), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code_with("/number", -3), absl::StatusCode::kInvalidArgument);
}

TEST(PullRequestTest, BadInput25ADeletedForkIsAFailureThatNamesIt) {
  nlohmann::json event = FromFork();
  event["pull_request"]["head"]["repo"] = nullptr;
  event["pull_request"]["head"]["label"] = "mallory:main";
  const auto gone = Parse("pull_request", event);
  ASSERT_TRUE(gone.ok()) << gone.status();
  EXPECT_EQ(gone->kind, Kind::kFailed);
  EXPECT_THAT(gone->outcome, HasSubstr("#3"));
  EXPECT_THAT(gone->outcome, HasSubstr("mallory:main"));
}

TEST(PullRequestTest, K31BadInput23TitleAndBodyMaySkip) {
  nlohmann::json event = PullRequest();
  event["pull_request"]["body"] = "please skip_ci";
  EXPECT_EQ(Parse("pull_request", event)->kind, Kind::kIgnored);
  event = PullRequest();
  event["pull_request"]["title"] = nullptr;
  EXPECT_EQ(Parse("pull_request", event)->kind, Kind::kBuild);
}

TEST(EventTest, K27BadInput10APingNamesItsHook) {
  const nlohmann::json ping = {
      {"zen", "Design for failure."}, {"hook_id", 77}, {"hook", {{"id", 77}}}, {"more", "keys"}};
  const auto event = Parse("ping", ping);
  ASSERT_TRUE(event.ok()) << event.status();
  EXPECT_EQ(event->kind, Kind::kPing);
  EXPECT_EQ(event->github_hook_id, 77);
}

TEST(EventTest, BadInput9UnknownEventsAreIgnored) {
  const auto event = Parse("gollum", {{"repository", {{"id", 9}}}});
  ASSERT_TRUE(event.ok()) << event.status();
  EXPECT_EQ(event->kind, Kind::kIgnored);
  EXPECT_EQ(event->repository_id, 9);
}

TEST(EventTest, BadInput13ANameThatContradictsTheBodyIsRefused) {
  const nlohmann::json ping = {{"zen", "z"}, {"hook_id", 77}};
  EXPECT_EQ(CodeOf("ping", Push()), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf("gollum", Push()), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf("push", ping), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf("push", PullRequest()), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf("pull_request", Push()), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf("push", nlohmann::json::array()), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf("push", nlohmann::json::object()), absl::StatusCode::kInvalidArgument);
}

TEST(AsksToSkipTest, K31KnowsItsFourPatterns) {
  for (const char* text : {"[ci skip]", "[CI  Skip]", "x [skip\tci] y", "[skip\n ci]", "skip_ci",
                           "Ci_Skip", "[[ci skip]", "[ci [ci skip]"}) {
    EXPECT_TRUE(AsksToSkip(text)) << text;
  }
  for (const char* text : {"", "ci skip", "[ciskip]", "[ci skip", "[ci skip now]", "[ ci skip]",
                           "[skip", "skip ci", "[ci skip ]", "["}) {
    EXPECT_FALSE(AsksToSkip(text)) << text;
  }
}

TEST(AsksToSkipTest, BadInput23TakesLinearTime) {
  std::string text;
  while (text.size() < (8 << 20)) text += "[ci" + std::string(1000, ' ');
  text += std::string(4 << 20, '[');
  const absl::Time start = absl::Now();
  EXPECT_FALSE(AsksToSkip(text));
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
}

}  // namespace
}  // namespace kozmic::project
