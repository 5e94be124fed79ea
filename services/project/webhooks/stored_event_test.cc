#include "services/project/webhooks/stored_event.h"

#include "gtest/gtest.h"

namespace kozmic::project {
namespace {

TEST(StoredEventTest, KeepsAllThatDispatchNeeds) {
  const WebhookEvent event{.kind = WebhookEvent::Kind::kBuild,
                           .outcome = "fine",
                           .action = "opened",
                           .head = {.ref = "refs/pull/7/head",
                                    .commit = std::string(40, 'a'),
                                    .message = "größer\n\"x\"",
                                    .author_name = "O",
                                    .author_login = "octo",
                                    .author_avatar_url = "https://example.com/a"},
                           .before = std::string(40, 'b'),
                           .source = "pull_request/7",
                           .trigger = kOnPullRequest,
                           .pull_request = 7,
                           .event_seconds = 1700000000,
                           .fork = "mona/project",
                           .branch_ref = "refs/heads/main"};
  const auto loaded = LoadEvent(StoreEvent(event));
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->kind, event.kind);
  EXPECT_EQ(loaded->outcome, event.outcome);
  EXPECT_EQ(loaded->action, event.action);
  EXPECT_EQ(loaded->head.ref, event.head.ref);
  EXPECT_EQ(loaded->head.commit, event.head.commit);
  EXPECT_EQ(loaded->head.message, event.head.message);
  EXPECT_EQ(loaded->head.author_name, event.head.author_name);
  EXPECT_EQ(loaded->head.author_login, event.head.author_login);
  EXPECT_EQ(loaded->head.author_avatar_url, event.head.author_avatar_url);
  EXPECT_EQ(loaded->before, event.before);
  EXPECT_EQ(loaded->source, event.source);
  EXPECT_EQ(loaded->trigger, event.trigger);
  EXPECT_EQ(loaded->pull_request, event.pull_request);
  EXPECT_EQ(loaded->event_seconds, event.event_seconds);
  EXPECT_EQ(loaded->fork, event.fork);
  EXPECT_EQ(loaded->branch_ref, event.branch_ref);
}

TEST(StoredEventTest, KeepsEachKind) {
  using Kind = WebhookEvent::Kind;
  for (const Kind kind :
       {Kind::kPing, Kind::kBuild, Kind::kAccess, Kind::kGone, Kind::kFailed, Kind::kIgnored}) {
    EXPECT_EQ(LoadEvent(StoreEvent({.kind = kind}))->kind, kind);
  }
}

TEST(StoredEventTest, ReadsWhatOtherReleasesStored) {
  const auto loaded = LoadEvent(R"({"kind":"gone","news":1})");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->kind, WebhookEvent::Kind::kGone);
  EXPECT_EQ(loaded->trigger, kOnPush);
}

TEST(StoredEventTest, SaysWhatIsNoEvent) {
  for (const char* text : {"", "{", "[]", R"({"head":"text"})"}) {
    EXPECT_EQ(LoadEvent(text).status().code(), absl::StatusCode::kDataLoss) << text;
  }
}

}  // namespace
}  // namespace kozmic::project
