#include "services/build/notify/notification_hooks.h"

#include "absl/strings/match.h"
#include "lib/history/settings_history.h"
#include "lib/status/annotate.h"
#include "services/build/notify/notices_fixture.h"
#include "services/build/notify/postgres_notification_hook_store.h"

namespace kozmic::build {
namespace {

constexpr char kUrl[] = "https://hooks.example.org/kozmic";
constexpr char kSecret[] = "sixteen letters!";
constexpr char kOldKey[] = "the secret key that was replaced, long enough";
constexpr char kNewKey[] = "the secret key that has replaced it, long too";

class NotificationHooksTest : public NoticesFixture {
 protected:
  int64_t IdOf(const v1::NotificationHook& hook) {
    return std::stoll(hook.name().substr(hook.name().rfind('/') + 1));
  }
  std::string SealedSecret() { return Value("SELECT secret FROM notification_hooks"); }

  SystemRandom random_;
  const HttpPoster poster_{HttpPoster::Options{}};
  const SealedBox box_{kOldKey, "notification_hook", random_};
  const std::unique_ptr<NotificationHookStore> store_ = NewPostgresNotificationHookStore(pool_);
  const NotificationHooks hooks_{*store_, box_, poster_};
};

TEST_F(NotificationHooksTest, P36AHookIsMadeListedAndRemoved) {
  // Also for a project that was never built.
  const auto made = hooks_.Create(5, kUrl, kSecret, {});
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_TRUE(absl::StartsWith(made->name(), "projects/5/notificationHooks/"));
  EXPECT_EQ(made->url(), kUrl);
  EXPECT_GT(made->create_time().seconds(), 1700000000);
  EXPECT_FALSE(made->has_last_time());
  const auto list = hooks_.List(5);
  ASSERT_TRUE(list.ok()) << list.status();
  ASSERT_EQ(list->hooks_size(), 1);
  EXPECT_EQ(list->hooks(0).DebugString(), made->DebugString());
  EXPECT_EQ(hooks_.List(6)->hooks_size(), 0);
  EXPECT_TRUE(absl::IsNotFound(hooks_.Delete(6, IdOf(*made), {})));
  EXPECT_TRUE(hooks_.Delete(5, IdOf(*made), {}).ok());
  EXPECT_TRUE(absl::IsNotFound(hooks_.Delete(5, IdOf(*made), {})));
  EXPECT_EQ(hooks_.List(5)->hooks_size(), 0);
}

// P51
TEST_F(NotificationHooksTest, TheHistoryTellsWhoseAddressesCameAndWent) {
  const SettingsHistory history(pool_);
  const Author ada = {.user_id = 7, .login = "ada"};
  const std::string url = "https://chat.example.org:8443/services/T0/a-secret-path?k=v";
  const auto made = hooks_.Create(1, url, kSecret, ada);
  ASSERT_TRUE(made.ok()) << made.status();
  ASSERT_TRUE(hooks_.Create(1, url, "another secret of it", ada).ok());
  ASSERT_TRUE(hooks_.Delete(1, IdOf(*made), ada).ok());
  const auto list = *history.List(1, 0, 10);
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list[2].change.action, Change::Action::kAdded);
  EXPECT_EQ(list[1].change.action, Change::Action::kChanged);
  EXPECT_EQ(list[0].change.action, Change::Action::kRemoved);
  for (const ChangeRecord& one : list) {
    EXPECT_EQ(one.author.login, "ada");
    EXPECT_EQ(one.change.subject, absl::StrCat("notificationHooks/", IdOf(*made)));
    // The path of many a chat's address is its secret.
    EXPECT_EQ(one.change.title, "https://chat.example.org:8443");
    EXPECT_TRUE(one.change.fields.empty());
  }
}

TEST_F(NotificationHooksTest, TheSecretIsSealedForItsUrl) {
  ASSERT_TRUE(hooks_.Create(1, kUrl, kSecret, {}).ok());
  const std::string sealed = SealedSecret();
  EXPECT_FALSE(absl::StrContains(sealed, kSecret));
  EXPECT_EQ(*hooks_.OpenSecret(1, kUrl, sealed), kSecret);
  EXPECT_FALSE(hooks_.OpenSecret(1, "https://thief.example.org/", sealed).ok());
  EXPECT_FALSE(hooks_.OpenSecret(2, kUrl, sealed).ok());
}

TEST_F(NotificationHooksTest, TheSameUrlAgainChangesTheSecret) {
  const auto made = hooks_.Create(1, kUrl, kSecret, {});
  const auto again = hooks_.Create(1, kUrl, "another secret of it", {});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->name(), made->name());
  EXPECT_EQ(*hooks_.OpenSecret(1, kUrl, SealedSecret()), "another secret of it");
  EXPECT_EQ(Count("notification_hooks"), 1);
}

TEST_F(NotificationHooksTest, BadInputsAreRefusedAtTheEdge) {
  const auto field = [&](const std::string& url, const std::string& secret) {
    const absl::Status status = hooks_.Create(1, url, secret, {}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << url;
    return Detail(status, "field");
  };
  for (const char* url : {"", "hooks.example.org", "http://hooks.example.org/", "ftp://example.org",
                          "https://user:pass@example.org/", "https://127.0.0.1/", "https://[::1]/",
                          "https://169.254.169.254/latest/meta-data", "https://10.1.2.3/",
                          "https://example.org/\r\nX-Evil: 1", "javascript:alert(1)"}) {
    EXPECT_EQ(field(url, kSecret), "url") << url;
  }
  EXPECT_EQ(field("https://example.org/" + std::string(3000, 'a'), kSecret), "url");
  for (const std::string& secret :
       {std::string(), std::string("fifteen letters"), std::string(201, 'a'),
        std::string("sixteen letters\n"), std::string("sixteen\0letters!", 16)}) {
    EXPECT_EQ(field(kUrl, secret), "secret");
  }
  EXPECT_EQ(Count("notification_hooks"), 0);
}

TEST_F(NotificationHooksTest, AProjectHasAtMostTwenty) {
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(hooks_.Create(1, absl::StrCat(kUrl, i), kSecret, {}).ok());
  }
  const absl::Status status = hooks_.Create(1, kUrl, kSecret, {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Reason(status), "too_many_notification_hooks");
  EXPECT_TRUE(hooks_.Create(2, kUrl, kSecret, {}).ok());
}

TEST_F(NotificationHooksTest, ADeletedProjectGetsNone) {
  AddProject(1);
  AddHook(1);
  Execute("UPDATE projects SET delete_time = now()");
  EXPECT_TRUE(absl::IsNotFound(hooks_.Create(1, kUrl, kSecret, {}).status()));
  EXPECT_EQ(hooks_.List(1)->hooks_size(), 0);
}

TEST_F(NotificationHooksTest, WhatWaitsIsCountedAndRemovedWithTheHook) {
  AddProject(1, 2);
  const auto made = hooks_.Create(1, kUrl, kSecret, {});
  RecordAndFanOut({Verdict(1, 1, v1::STATE_FAILURE), Verdict(1, 2, v1::STATE_SUCCESS)});
  const auto first = Claim(Receiver::kHook);
  ASSERT_TRUE(outbox_->Sent(*first, "200").ok());
  const v1::NotificationHook hook = hooks_.List(1)->hooks(0);
  EXPECT_EQ(hook.waiting(), 1);
  EXPECT_EQ(hook.last_result(), "200");
  EXPECT_GT(hook.last_time().seconds(), 1700000000);
  ASSERT_TRUE(hooks_.Delete(1, IdOf(*made), {}).ok());
  EXPECT_FALSE(Claim(Receiver::kHook).has_value());
  EXPECT_EQ(Count("messages WHERE notification_hook_id > 0"), 0);
}

TEST_F(NotificationHooksTest, SecretsAreSealedAnewWhenTheKeyIsReplaced) {
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(hooks_.Create(i + 1, kUrl, kSecret, {}).ok());
  }
  AddHook(1, "https://lost.example.org/", "k2:00000000:nobody opens this");
  const SealedBox rotating({.current = kNewKey, .previous = {kOldKey}}, "notification_hook",
                           random_);
  const NotificationHooks hooks(*store_, rotating, poster_);
  EXPECT_EQ(*hooks.Reseal(), 3);
  EXPECT_EQ(*hooks.Reseal(), 0);
  const SealedBox fresh(kNewKey, "notification_hook", random_);
  const NotificationHooks later(*store_, fresh, poster_);
  EXPECT_EQ(*later.OpenSecret(3, kUrl,
                              Value("SELECT secret FROM notification_hooks WHERE project_id = 3")),
            kSecret);
}

}  // namespace
}  // namespace kozmic::build
