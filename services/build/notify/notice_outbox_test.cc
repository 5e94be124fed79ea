#include <set>
#include <thread>
#include <tuple>

#include "services/build/notify/notices_fixture.h"

namespace kozmic::build {
namespace {

constexpr v1::State kSuccess = v1::STATE_SUCCESS;
constexpr v1::State kFailure = v1::STATE_FAILURE;

class NoticeOutboxTest : public NoticesFixture {
 protected:
  // Tried, and failed, now.
  void Fail(const Message& message, absl::Duration wait = absl::Seconds(5)) {
    ASSERT_TRUE(
        outbox_->Failed(message, "the answer was 500", wait, absl::Seconds(1), kPatience).ok());
  }
};

TEST_F(NoticeOutboxTest, AVerdictIsRecordedOnce) {
  AddProject(1);
  ASSERT_TRUE(Record({Verdict(1, 1, kFailure), Verdict(1, 1, kFailure)}).ok());
  ASSERT_TRUE(Record({Verdict(1, 1, kFailure)}).ok());
  ASSERT_TRUE(Record({}).ok());
  EXPECT_EQ(Count("notices"), 1);
  EXPECT_EQ(FanOut(), 1);
  ASSERT_TRUE(Record({Verdict(1, 1, kFailure)}).ok());
  EXPECT_EQ(FanOut(), 0) << "also after it was told";
}

TEST_F(NoticeOutboxTest, AVerdictThatIsNotCommittedIsNotTold) {
  AddProject(1);
  const absl::Status status = pool_.Transact([&](pqxx::work& tx) {
    RecordNotices(tx, {Verdict(1, 1, kFailure)});
    return absl::CancelledError("the build was changed meanwhile");
  });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(FanOut(), 0);
}

TEST_F(NoticeOutboxTest, K37MailIsForFailuresAndErrorsWhereItIsWanted) {
  AddProject(1, 4);
  AddProject(2, 1);
  Execute("UPDATE projects SET mail = false WHERE project_id = 2");
  RecordAndFanOut({Verdict(1, 1, kSuccess), Verdict(1, 2, kFailure), Verdict(1, 3, v1::STATE_ERROR),
                   Verdict(1, 4, v1::STATE_CANCELLED), Verdict(2, 1, kFailure)});
  std::set<int64_t> builds;
  while (const auto mail = Claim(Receiver::kMail)) builds.insert(mail->build_number);
  EXPECT_EQ(builds, (std::set<int64_t>{2, 3}));
  EXPECT_EQ(Count("messages"), 2);
}

TEST_F(NoticeOutboxTest, K77NoMailWhereItIsSwitchedOff) {
  AddProject(1);
  ASSERT_TRUE(Record({Verdict(1, 1, kFailure)}).ok());
  EXPECT_EQ(FanOut(/*mail=*/false), 1);
  EXPECT_EQ(Count("messages"), 0);
}

TEST_F(NoticeOutboxTest, P36EveryHookHearsEveryVerdict) {
  AddProject(1, 2);
  AddProject(2);
  const int64_t one = AddHook(1);
  const int64_t two = AddHook(1, "https://two.example.org/");
  AddHook(2);
  RecordAndFanOut({Verdict(1, 1, kSuccess), Verdict(1, 2, v1::STATE_CANCELLED)});
  std::set<std::pair<int64_t, int64_t>> told;
  while (const auto message = Claim(Receiver::kHook)) {
    told.emplace(message->hook, message->build_number);
    EXPECT_EQ(message->repository, "octo/hello");
    EXPECT_EQ(message->ref, "refs/heads/main");
    EXPECT_EQ(message->commit, "c0ffee0011223344556677889900aabbccddeeff");
    EXPECT_EQ(message->job_title, "Test");
    ASSERT_TRUE(outbox_->Sent(*message, "200").ok());
  }
  EXPECT_EQ(told, (std::set<std::pair<int64_t, int64_t>>{{one, 1}, {one, 2}, {two, 1}, {two, 2}}));
  EXPECT_EQ(Value("SELECT last_result FROM notification_hooks ORDER BY 1 DESC LIMIT 1"), "200");
  EXPECT_EQ(Count("messages WHERE sent"), 4);
}

TEST_F(NoticeOutboxTest, WhatIsClaimedIsNobodyElsesUntilTheClaimExpires) {
  AddProject(1, 2);
  AddHook(1);
  RecordAndFanOut({Verdict(1, 1, kSuccess)});
  RecordAndFanOut({Verdict(1, 2, kSuccess)});
  const auto first = Claim(Receiver::kHook);
  ASSERT_TRUE(first.has_value());
  EXPECT_FALSE(Claim(Receiver::kHook).has_value()) << "a hook is called once at a time";
  LetPass(kClaim);
  const auto again = Claim(Receiver::kHook);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->build_number, first->build_number);
  EXPECT_GT(again->claim, first->claim);
  // Whoever has lost the claim changes nothing any more.
  Fail(*first, absl::Hours(1));
  ASSERT_TRUE(outbox_->GiveUp(*first, "no").ok());
  EXPECT_EQ(Count("messages WHERE end_time IS NULL AND claim_expire_time > now()"), 1);
}

TEST_F(NoticeOutboxTest, ANewerVerdictTakesTheOlderOnesPlace) {
  AddProject(1);
  AddHook(1);
  RecordAndFanOut({Verdict(1, 1, kFailure)});
  Fail(*Claim(Receiver::kHook), absl::Hours(1));
  RecordAndFanOut({Verdict(1, 1, kSuccess, 2)});
  LetPass(absl::Minutes(1));
  const auto message = Claim(Receiver::kHook);
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->generation, 2);
  EXPECT_EQ(message->state, kSuccess);
  EXPECT_EQ(message->failures, 0);
  EXPECT_FALSE(Claim(Receiver::kMail).has_value()) << "the failure is history";
}

TEST_F(NoticeOutboxTest, ANewerVerdictWaitsUntilTheOlderOnesTryIsOver) {
  AddProject(1);
  AddHook(1);
  RecordAndFanOut({Verdict(1, 1, kFailure)});
  const auto older = Claim(Receiver::kHook);
  RecordAndFanOut({Verdict(1, 1, kFailure, 2)});
  EXPECT_FALSE(Claim(Receiver::kHook).has_value());
  ASSERT_TRUE(outbox_->Sent(*older, "200").ok());
  const auto newer = Claim(Receiver::kHook);
  ASSERT_TRUE(newer.has_value());
  EXPECT_EQ(newer->generation, 2);
  ASSERT_TRUE(outbox_->Sent(*newer, "200").ok());
  // What comes late is not told.
  RecordAndFanOut({Verdict(1, 1, kSuccess, 1)});
  EXPECT_FALSE(Claim(Receiver::kHook).has_value());
}

TEST_F(NoticeOutboxTest, TheFirstVerdictOfAGenerationStandsAndIsMailedOnce) {
  AddProject(1);
  RecordAndFanOut({Verdict(1, 1, kFailure)});
  RecordAndFanOut({Verdict(1, 1, v1::STATE_ERROR)});
  const auto mail = Claim(Receiver::kMail);
  ASSERT_TRUE(mail.has_value());
  EXPECT_EQ(mail->state, kFailure);
  ASSERT_TRUE(outbox_->Sent(*mail, "").ok());
  EXPECT_FALSE(Claim(Receiver::kMail).has_value());
}

TEST_F(NoticeOutboxTest, GenerationsThatComeTogetherAreToldAsTheNewest) {
  AddProject(1);
  AddHook(1);
  RecordAndFanOut(
      {Verdict(1, 1, kSuccess, 3), Verdict(1, 1, kFailure, 1), Verdict(1, 1, kFailure, 2)});
  EXPECT_EQ(Claim(Receiver::kHook)->generation, 3);
  EXPECT_FALSE(Claim(Receiver::kMail).has_value());
  EXPECT_EQ(Count("messages"), 1);
}

TEST_F(NoticeOutboxTest, AFailureThatIsFoundLateIsNotMailedAfterANewerVerdict) {
  AddProject(1);
  RecordAndFanOut({Verdict(1, 1, kSuccess, 2)});
  RecordAndFanOut({Verdict(1, 1, kFailure, 1)});
  EXPECT_EQ(Count("messages"), 0);
}

TEST_F(NoticeOutboxTest, TriesEndAfterADayAndTheReasonIsKept) {
  AddProject(1);
  AddHook(1);
  RecordAndFanOut({Verdict(1, 1, kFailure)});
  Fail(*Claim(Receiver::kHook));
  EXPECT_FALSE(Claim(Receiver::kHook).has_value());
  LetPass(absl::Hours(23));
  // The last try is at the end of the day, not two hours later.
  Fail(*Claim(Receiver::kHook), absl::Hours(2));
  LetPass(absl::Hours(1));
  const auto last = Claim(Receiver::kHook);
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(last->failures, 2);
  EXPECT_EQ(last->hook_failures, 2);
  EXPECT_EQ(Value("SELECT last_result FROM notification_hooks"), "");
  Fail(*last);
  EXPECT_EQ(Count("messages WHERE end_time IS NOT NULL AND NOT sent"), 1);
  EXPECT_EQ(Value("SELECT last_error FROM messages WHERE notification_hook_id > 0"),
            "the answer was 500");
  EXPECT_EQ(Value("SELECT last_result FROM notification_hooks"), "the answer was 500");
  EXPECT_EQ(*outbox_->UntilNextDue(Receiver::kHook), absl::InfiniteDuration());
}

TEST_F(NoticeOutboxTest, AHookThatFailsForADayKeepsNoQueue) {
  AddProject(1, 50);
  AddProject(2);
  AddHook(1);
  AddHook(2);
  std::vector<Notice> notices;
  for (int i = 1; i < 50; ++i) notices.push_back(Verdict(1, i, kSuccess));
  RecordAndFanOut(notices);
  LetPass(kPatience);
  RecordAndFanOut({Verdict(1, 50, kSuccess), Verdict(2, 1, kSuccess)});
  Fail(*Claim(Receiver::kHook));
  EXPECT_EQ(Count("messages WHERE end_time IS NOT NULL"), 49);
  EXPECT_EQ(Claim(Receiver::kHook)->project, 2) << "the hook that failed is left alone a moment";
  EXPECT_FALSE(Claim(Receiver::kHook).has_value());
  EXPECT_LE(*outbox_->UntilNextDue(Receiver::kHook), absl::Seconds(1));
  LetPass(absl::Seconds(1));
  EXPECT_EQ(Claim(Receiver::kHook)->build_number, 50);
}

TEST_F(NoticeOutboxTest, NothingOfADeletedProjectIsTold) {
  AddProject(1, 2);
  AddHook(1);
  RecordAndFanOut({Verdict(1, 1, kFailure)});
  ASSERT_TRUE(Record({Verdict(1, 2, kFailure)}).ok());
  Execute("UPDATE projects SET delete_time = now()");
  EXPECT_EQ(FanOut(), 0);
  EXPECT_FALSE(Claim(Receiver::kHook).has_value());
  EXPECT_FALSE(Claim(Receiver::kMail).has_value());
  EXPECT_EQ(*outbox_->UntilNextDue(Receiver::kHook), absl::InfiniteDuration());
}

TEST_F(NoticeOutboxTest, ADeletedProjectIsRemovedInParts) {
  AddProject(1, 5);
  AddProject(2);
  AddHook(1);
  AddHook(2);
  RecordAndFanOut({Verdict(2, 1, kFailure)});
  for (int i = 1; i <= 5; ++i) RecordAndFanOut({Verdict(1, i, kFailure)});
  int parts = 0;
  bool nothing_left = false;
  while (!nothing_left) {
    ASSERT_LT(++parts, 10);
    ASSERT_TRUE(pool_
                    .Transact([&](pqxx::work& tx) {
                      nothing_left = DeleteNotices(tx, 1, 2);
                      return absl::OkStatus();
                    })
                    .ok());
  }
  EXPECT_EQ(parts, 4);
  for (const char* table : {"notices", "messages", "notification_hooks"}) {
    EXPECT_EQ(Count(absl::StrCat(table, " WHERE project_id = 1")), 0) << table;
    EXPECT_GT(Count(absl::StrCat(table, " WHERE project_id = 2")), 0) << table;
  }
}

TEST_F(NoticeOutboxTest, WhatIsOldIsForgotten) {
  AddProject(1, 3);
  RecordAndFanOut({Verdict(1, 1, kFailure), Verdict(1, 2, kFailure)});
  Execute("UPDATE notices SET create_time = now() - interval '31 days'");
  RecordAndFanOut({Verdict(1, 3, kFailure)});
  EXPECT_EQ(*outbox_->Prune(absl::Hours(30 * 24), 1), 1);
  EXPECT_EQ(*outbox_->Prune(absl::Hours(30 * 24), 10), 1);
  EXPECT_EQ(*outbox_->Prune(absl::Hours(30 * 24), 10), 0);
  EXPECT_EQ(Count("messages"), 1);
}

TEST_F(NoticeOutboxTest, ManyReplicasTellEachVerdictOnce) {
  constexpr int kBuilds = 60;
  AddProject(1, kBuilds);
  for (int i = 0; i < 3; ++i) AddHook(1, absl::StrCat("https://example.org/", i));
  std::vector<Notice> notices;
  for (int i = 1; i <= kBuilds; ++i) notices.push_back(Verdict(1, i, kFailure));
  ASSERT_TRUE(Record(notices).ok());
  absl::Mutex mutex;
  std::multiset<std::tuple<int64_t, int64_t>> told;
  std::vector<std::thread> replicas;
  for (int i = 0; i < 4; ++i) {
    replicas.emplace_back([&] {
      const absl::Time deadline = absl::Now() + absl::Seconds(60);
      while (absl::Now() < deadline) {
        ASSERT_TRUE(outbox_->FanOut(7, true).ok());
        for (const Receiver receiver : {Receiver::kMail, Receiver::kHook}) {
          const auto message = outbox_->Claim(receiver, kClaim);
          ASSERT_TRUE(message.ok()) << message.status();
          if (!message->has_value()) continue;
          ASSERT_TRUE(outbox_->Sent(**message, "200").ok());
          absl::MutexLock lock(&mutex);
          told.emplace((*message)->hook, (*message)->build_number);
        }
        absl::MutexLock lock(&mutex);
        if (told.size() >= 4 * kBuilds) return;
      }
    });
  }
  for (std::thread& replica : replicas) replica.join();
  EXPECT_EQ(told.size(), 4U * kBuilds);
  EXPECT_EQ((std::set<std::tuple<int64_t, int64_t>>(told.begin(), told.end()).size()),
            4U * kBuilds);
  EXPECT_EQ(Count("messages WHERE sent"), 4 * kBuilds);
}

TEST_F(NoticeOutboxTest, ANoticeWakesWhoeverListens) {
  AddProject(1);
  pqxx::connection connection(url_);
  struct Heard final : pqxx::notification_receiver {
    using notification_receiver::notification_receiver;
    void operator()(const std::string&, int) override { ++count; }
    int count = 0;
  } heard(connection, kNoticesChannel);
  ASSERT_TRUE(Record({Verdict(1, 1, kFailure)}).ok());
  connection.await_notification(10, 0);
  EXPECT_EQ(heard.count, 1);
}

}  // namespace
}  // namespace kozmic::build
