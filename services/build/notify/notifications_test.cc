#include "services/build/notify/notifications.h"

#include <memory>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "lib/base/json.h"
#include "lib/crypto/digest.h"
#include "lib/mail/test_smtp_server.h"
#include "lib/postgres/listener.h"
#include "lib/testing/http_server.h"
#include "services/build/notify/notices_fixture.h"

namespace kozmic::build {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kSecret[] = "sixteen letters!";
constexpr absl::Duration kSoon = absl::Seconds(60);

// All of it as the service has it: real database, real notifications, real servers to tell.
class NotificationsTest : public NoticesFixture {
 protected:
  NotificationsTest() {
    hooked_.server().Post("/hook",
                          [this](const httplib::Request& request, httplib::Response& response) {
                            absl::MutexLock lock(&mutex_);
                            posts_.push_back(request);
                            response.status = answer_;
                          });
    hooked_.Start();
  }

  NotificationSettings Settings() {
    NotificationSettings settings{
        .secret_keys = {.current = "a secret key that is long enough to be one!"}};
    settings.mail = true;
    settings.smtp.host = "127.0.0.1";
    settings.smtp.port = smtp_.port();
    settings.smtp.sender = "ci@example.org";
    settings.smtp.sender_name = "Kozmic CI";
    settings.rules = *AddressRules::Make({"127.0.0.0/8"});
    return settings;
  }

  void Start(const NotificationSettings& settings) {
    notifications_ = std::make_unique<Notifications>(
        pool_, settings, "https://ci.example.org",
        [this](int64_t) -> absl::StatusOr<std::vector<std::string>> { return recipients_; }, clock_,
        random_);
    notifications_->Start();
    listener_ = std::make_unique<PostgresListener>(
        url_, std::vector<std::string>{kNoticesChannel},
        [this](absl::string_view, absl::string_view) { notifications_->Wake(); });
  }

  bool Await(const std::function<bool()>& condition) {
    const absl::Time deadline = absl::Now() + kSoon;
    while (!condition()) {
      if (absl::Now() > deadline) return false;
      std::this_thread::yield();
    }
    return true;
  }
  bool AwaitPosts(size_t count) {
    const auto there = [&]()
                           ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return posts_.size() >= count; };
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(&there), kSoon);
  }
  bool AwaitNothingWaits() {
    return Await([this] { return Count("messages WHERE end_time IS NULL") == 0; });
  }

  std::string HookUrl() const { return hooked_.url() + "/hook"; }

  SystemClock clock_;
  SystemRandom random_;
  std::vector<std::string> recipients_ = {"owner@example.org", "member@example.org",
                                          "owner@example.org", "not an address"};
  TestSmtpServer smtp_;
  absl::Mutex mutex_;
  std::vector<httplib::Request> posts_ ABSL_GUARDED_BY(mutex_);
  int answer_ ABSL_GUARDED_BY(mutex_) = 200;
  TestHttpServer hooked_;
  std::unique_ptr<Notifications> notifications_;
  std::unique_ptr<PostgresListener> listener_;
};

TEST_F(NotificationsTest, K37AndP36AFailureIsToldToMembersAndHooks) {
  AddProject(1);
  Start(Settings());
  ASSERT_TRUE(notifications_->hooks().Create(1, HookUrl(), kSecret, {}).ok());
  ASSERT_TRUE(Record({Verdict(1, 1, v1::STATE_FAILURE)}).ok());
  ASSERT_TRUE(AwaitPosts(1));
  ASSERT_TRUE(Await([this] { return !smtp_.mails().empty(); }));
  ASSERT_TRUE(AwaitNothingWaits());

  ASSERT_THAT(smtp_.mails(), SizeIs(1));
  const TestSmtpServer::Received mail = smtp_.mails()[0];
  EXPECT_THAT(mail.recipients, ElementsAre("<owner@example.org>", "<member@example.org>"));
  EXPECT_THAT(mail.Header("Message-ID"), HasSubstr("<kozmic.1.1.1."));
  EXPECT_THAT(mail.data, HasSubstr("https://ci.example.org/projects/1/builds/1/"));

  absl::MutexLock lock(&mutex_);
  ASSERT_THAT(posts_, SizeIs(1));
  const httplib::Request& post = posts_[0];
  EXPECT_EQ(post.get_header_value("X-Kozmic-Signature-256"),
            absl::StrCat("sha256=", absl::BytesToHexString(HmacSha256(kSecret, post.body))));
  EXPECT_EQ(post.get_header_value("X-Kozmic-Event"), "build");
  EXPECT_EQ(JsonText(*ParseJson(post.body), "state"), "failure");
  const auto hooks = notifications_->hooks().List(1);
  ASSERT_EQ(hooks->hooks_size(), 1);
  EXPECT_EQ(hooks->hooks(0).last_result(), "200");
}

TEST_F(NotificationsTest, K37ASuccessIsNotMailed) {
  AddProject(1, 2);
  Start(Settings());
  ASSERT_TRUE(notifications_->hooks().Create(1, HookUrl(), kSecret, {}).ok());
  ASSERT_TRUE(Record({Verdict(1, 1, v1::STATE_SUCCESS), Verdict(1, 2, v1::STATE_CANCELLED)}).ok());
  ASSERT_TRUE(AwaitPosts(2));
  ASSERT_TRUE(AwaitNothingWaits());
  EXPECT_THAT(smtp_.mails(), SizeIs(0));
}

TEST_F(NotificationsTest, P36AHookThatFailedHearsTheSameAgain) {
  AddProject(1, 2);
  {
    absl::MutexLock lock(&mutex_);
    answer_ = 500;
  }
  NotificationSettings settings = Settings();
  settings.mail = false;
  Start(settings);
  ASSERT_TRUE(notifications_->hooks().Create(1, HookUrl(), kSecret, {}).ok());
  ASSERT_TRUE(Record({Verdict(1, 1, v1::STATE_FAILURE)}).ok());
  ASSERT_TRUE(AwaitPosts(1));
  ASSERT_TRUE(Await([this] { return Count("messages WHERE failures > 0") == 1; }));
  {
    absl::MutexLock lock(&mutex_);
    answer_ = 204;
  }
  LetPass(absl::Minutes(1));
  // What comes meanwhile wakes the senders.
  ASSERT_TRUE(Record({Verdict(1, 2, v1::STATE_SUCCESS)}).ok());
  ASSERT_TRUE(AwaitPosts(3));
  ASSERT_TRUE(AwaitNothingWaits());
  absl::MutexLock lock(&mutex_);
  std::vector<httplib::Request> of_first;
  for (const httplib::Request& post : posts_) {
    if (JsonInteger(*ParseJson(post.body), "number") == 1) of_first.push_back(post);
  }
  ASSERT_THAT(of_first, SizeIs(2));
  EXPECT_EQ(of_first[0].body, of_first[1].body);
  EXPECT_EQ(of_first[0].get_header_value("X-Kozmic-Delivery"),
            of_first[1].get_header_value("X-Kozmic-Delivery"));
  EXPECT_EQ(notifications_->hooks().List(1)->hooks(0).last_result(), "204");
}

TEST_F(NotificationsTest, P36AHookThatIsGoneIsNotCalledAgain) {
  AddProject(1);
  {
    absl::MutexLock lock(&mutex_);
    answer_ = 410;
  }
  Start(Settings());
  ASSERT_TRUE(notifications_->hooks().Create(1, HookUrl(), kSecret, {}).ok());
  ASSERT_TRUE(Record({Verdict(1, 1, v1::STATE_SUCCESS)}).ok());
  ASSERT_TRUE(AwaitPosts(1));
  ASSERT_TRUE(AwaitNothingWaits());
  EXPECT_EQ(notifications_->hooks().List(1)->hooks(0).last_result(), "the answer was 410");
}

TEST_F(NotificationsTest, P36ANameOfThisMachineIsNotCalled) {
  AddProject(1);
  NotificationSettings settings = Settings();
  settings.rules = {};
  Start(settings);
  // A name tells its address only when it is resolved.
  ASSERT_TRUE(
      notifications_->hooks()
          .Create(1, absl::StrCat("https://localhost:", hooked_.port(), "/hook"), kSecret, {})
          .ok());
  ASSERT_TRUE(Record({Verdict(1, 1, v1::STATE_SUCCESS)}).ok());
  ASSERT_TRUE(Await([this] { return Count("messages WHERE end_time IS NOT NULL") == 1; }));
  EXPECT_THAT(notifications_->hooks().List(1)->hooks(0).last_result(),
              HasSubstr("the address is refused"));
  absl::MutexLock lock(&mutex_);
  EXPECT_THAT(posts_, SizeIs(0));
}

TEST_F(NotificationsTest, K37AMailThatTheServerRefusesForGoodIsGivenUp) {
  smtp_.Answer("RCPT", "550 No such user.");
  AddProject(1);
  Start(Settings());
  ASSERT_TRUE(Record({Verdict(1, 1, v1::STATE_ERROR)}).ok());
  ASSERT_TRUE(Await([this] { return Count("messages WHERE end_time IS NOT NULL") == 1; }));
  EXPECT_EQ(Count("messages WHERE sent"), 0);
  EXPECT_THAT(Value("SELECT last_error FROM messages"), HasSubstr("550"));
}

TEST_F(NotificationsTest, WhatWaitedWhileNothingRanIsTold) {
  AddProject(1);
  ASSERT_TRUE(Record({Verdict(1, 1, v1::STATE_FAILURE)}).ok());
  Start(Settings());
  EXPECT_TRUE(Await([this] { return smtp_.mails().size() == 1; }));
}

}  // namespace
}  // namespace kozmic::build
