#include "services/build/notify/message_sender.h"

#include <map>
#include <utility>

#include "lib/base/random.h"
#include "services/build/notify/notices_fixture.h"

namespace kozmic::build {
namespace {

constexpr v1::State kFailure = v1::STATE_FAILURE;

// The outbox of a process that dies: at the call `dies_at` (from 1), before the database hears of
// it or after. From then on nothing of the process has any effect.
class DyingOutbox final : public NoticeOutbox {
 public:
  DyingOutbox(NoticeOutbox& outbox, int dies_at, bool heard)
      : outbox_(outbox), dies_at_(dies_at), heard_(heard) {}

  bool dead() const { return calls_ >= dies_at_; }

  absl::StatusOr<int> FanOut(int limit, bool mail) override {
    return Call<absl::StatusOr<int>>([&] { return outbox_.FanOut(limit, mail); });
  }
  absl::StatusOr<std::optional<Message>> Claim(Receiver receiver, absl::Duration claim) override {
    return Call<absl::StatusOr<std::optional<Message>>>(
        [&] { return outbox_.Claim(receiver, claim); });
  }
  absl::StatusOr<absl::Duration> UntilNextDue(Receiver receiver) override {
    return outbox_.UntilNextDue(receiver);
  }
  absl::Status Sent(const Message& message, absl::string_view result) override {
    return Call<absl::Status>([&] { return outbox_.Sent(message, result); });
  }
  absl::Status Failed(const Message& message, absl::string_view error, absl::Duration wait,
                      absl::Duration pause, absl::Duration patience) override {
    return Call<absl::Status>(
        [&] { return outbox_.Failed(message, error, wait, pause, patience); });
  }
  absl::Status GiveUp(const Message& message, absl::string_view error) override {
    return Call<absl::Status>([&] { return outbox_.GiveUp(message, error); });
  }
  absl::StatusOr<int> Prune(absl::Duration age, int limit) override {
    return outbox_.Prune(age, limit);
  }

 private:
  template <typename Result>
  Result Call(const std::function<Result()>& call) {
    const bool dead_before = dead();
    ++calls_;
    if (!dead_before && (!dead() || heard_)) {
      const Result result = call();
      if (!dead()) return result;
    }
    return absl::UnavailableError("this process is dead");
  }

  NoticeOutbox& outbox_;
  const int dies_at_;
  const bool heard_;
  int calls_ = 0;
};

class MessageSenderTest : public NoticesFixture {
 protected:
  MessageSender Sender(Receiver receiver, MessageSender::Send send) {
    return {*outbox_, receiver, std::move(send), clock_, random_};
  }

  int Waiting() { return static_cast<int>(Count("messages WHERE end_time IS NULL")); }

  // Another process does what is left, for as long as it takes.
  void Finish(Receiver receiver, const MessageSender::Send& send) {
    MessageSender sender = Sender(receiver, send);
    for (int i = 0; i < 20; ++i) {
      FanOut();
      sender.Step();
      if (Waiting() == 0) return;
      LetPass(absl::Hours(1));
    }
  }

  FakeClock clock_{absl::FromUnixSeconds(1700000000)};
  SeededRandom random_{1};
};

TEST_F(MessageSenderTest, SendsWhatIsDueOneByOne) {
  AddProject(1, 2);
  RecordAndFanOut({Verdict(1, 1, kFailure), Verdict(1, 2, kFailure)});
  int sent = 0;
  MessageSender sender = Sender(Receiver::kMail, [&](const Message&) {
    ++sent;
    return "1 address";
  });
  EXPECT_EQ(sender.Step(), absl::ZeroDuration());
  EXPECT_EQ(sent, 1);
  EXPECT_EQ(sender.Step(), absl::ZeroDuration());
  EXPECT_GT(sender.Step(), absl::ZeroDuration());
  EXPECT_EQ(sent, 2);
  EXPECT_EQ(Waiting(), 0);
}

TEST_F(MessageSenderTest, FailuresAreTriedAgainLaterAndLater) {
  AddProject(1);
  AddHook(1);
  RecordAndFanOut({Verdict(1, 1, kFailure)});
  int tries = 0;
  MessageSender sender =
      Sender(Receiver::kHook, [&](const Message&) -> absl::StatusOr<std::string> {
        ++tries;
        return absl::UnavailableError("the answer was 500");
      });
  sender.Step();
  sender.Step();
  EXPECT_EQ(tries, 1) << "not at once";
  // It doubles from 5 s up to 2 h: some twenty times a day, and then no more.
  while (tries < 100) {
    const auto until = outbox_->UntilNextDue(Receiver::kHook);
    ASSERT_TRUE(until.ok()) << until.status();
    if (*until == absl::InfiniteDuration()) break;
    LetPass(absl::Ceil(*until, absl::Seconds(1)));
    sender.Step();
  }
  EXPECT_GT(tries, 15);
  EXPECT_LT(tries, 40);
  EXPECT_EQ(Value("SELECT last_error FROM messages WHERE notification_hook_id > 0"),
            "the answer was 500");
  EXPECT_EQ(Value("SELECT extract(epoch FROM end_time - queue_time)::bigint / 3600 FROM messages "
                  "WHERE notification_hook_id > 0"),
            "24");
}

TEST_F(MessageSenderTest, WhatCanNeverBeSentIsGivenUpAtOnce) {
  AddProject(1, 3);
  int build = 0;
  for (const absl::Status& error :
       {absl::FailedPreconditionError("550 No."), absl::InvalidArgumentError("no address"),
        absl::NotFoundError("no such project")}) {
    RecordAndFanOut({Verdict(1, ++build, kFailure)});
    MessageSender sender = Sender(
        Receiver::kMail, [&](const Message&) -> absl::StatusOr<std::string> { return error; });
    sender.Step();
    EXPECT_EQ(Waiting(), 0);
    EXPECT_EQ(Value("SELECT last_error FROM messages ORDER BY end_time DESC LIMIT 1"),
              error.message());
  }
}

TEST_F(MessageSenderTest, AMailServerThatIsAwayIsLeftAloneAMoment) {
  AddProject(1, 2);
  RecordAndFanOut({Verdict(1, 1, kFailure), Verdict(1, 2, kFailure)});
  bool away = true;
  MessageSender sender =
      Sender(Receiver::kMail, [&](const Message&) -> absl::StatusOr<std::string> {
        if (away) return absl::UnavailableError("connection refused");
        return "";
      });
  const absl::Duration first = sender.Step();
  EXPECT_GT(first, absl::ZeroDuration());
  EXPECT_GT(sender.Step(), first / 2);
  away = false;
  LetPass(absl::Minutes(1));
  EXPECT_EQ(sender.Step(), absl::ZeroDuration());
}

TEST_F(MessageSenderTest, WhoStoodStillForTooLongSendsNothing) {
  class SlowClock final : public Clock {
   public:
    absl::Time Now() const override { return now_ += absl::Seconds(50); }

   private:
    mutable absl::Time now_ = absl::FromUnixSeconds(1700000000);
  } stopped;
  AddProject(1);
  RecordAndFanOut({Verdict(1, 1, kFailure)});
  MessageSender sender(
      *outbox_, Receiver::kMail,
      [](const Message&) -> absl::StatusOr<std::string> {
        ADD_FAILURE() << "sent under a claim that may be over";
        return "";
      },
      stopped, random_);
  sender.Step();
  EXPECT_EQ(Waiting(), 1);
}

// A crash between any two steps: whatever the last thing was that the process did, everything is
// told, and only the message under way at that moment is told twice, in the same words.
TEST_F(MessageSenderTest, ACrashAtAnyStepRepeatsAtMostOneMessage) {
  constexpr int kBuilds = 3;
  int64_t project = 0;
  for (const Receiver receiver : {Receiver::kMail, Receiver::kHook}) {
    for (const bool refused_at_first : {false, true}) {
      bool died = true;
      for (int dies_at = 1; died; ++dies_at) {
        for (const bool heard : {false, true}) {
          AddProject(++project, kBuilds);
          if (receiver == Receiver::kHook) AddHook(project);
          // Not in the way of the receiver that is tested.
          Execute(absl::StrCat("UPDATE projects SET mail = ",
                               receiver == Receiver::kMail ? "true" : "false"));
          std::vector<Notice> notices;
          for (int i = 1; i <= kBuilds; ++i) notices.push_back(Verdict(project, i, kFailure));
          ASSERT_TRUE(Record(notices).ok());

          std::map<int64_t, int> told;
          bool refuse = refused_at_first;
          const MessageSender::Send send =
              [&](const Message& message) -> absl::StatusOr<std::string> {
            if (std::exchange(refuse, false)) return absl::UnavailableError("not now");
            EXPECT_EQ(message.project, project);
            EXPECT_EQ(message.state, kFailure);
            ++told[message.build_number];
            return "200";
          };
          DyingOutbox dying(*outbox_, dies_at, heard);
          MessageSender first(dying, receiver, send, clock_, random_);
          for (int i = 0; i < 2 * kBuilds && !dying.dead(); ++i) {
            (void)dying.FanOut(kBatch, true);
            if (!dying.dead()) first.Step();
          }
          died = dying.dead();
          Finish(receiver, send);

          int times = 0;
          for (const auto& [build, count] : told) times += count;
          EXPECT_EQ(told.size(), static_cast<size_t>(kBuilds)) << "died at call " << dies_at;
          EXPECT_LE(times, kBuilds + 1) << "died at call " << dies_at;
          EXPECT_EQ(Waiting(), 0);
          EXPECT_EQ(Count(absl::StrCat("messages WHERE sent AND project_id = ", project)), kBuilds);
        }
      }
    }
  }
}

// Three processes that send at random, die at random and are restarted, among verdicts that go on
// coming. A seed that fails replays.
TEST_F(MessageSenderTest, NoOlderVerdictFollowsANewerOne) {
  constexpr int kSeeds = 25;
  constexpr int kBuilds = 2;
  for (int seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    SeededRandom random(static_cast<uint64_t>(seed));
    const auto chance = [&](double of) { return random.Unit() < of; };
    AddProject(seed, kBuilds);
    const int64_t hook = AddHook(seed);
    // By receiver and build.
    std::map<std::pair<int64_t, int64_t>, int> newest_told;
    std::map<int64_t, int> generations;
    // What each process has in hand.
    std::vector<std::optional<Message>> in_hand(3);
    const auto tell = [&](const Message& message) {
      int& newest = newest_told[{message.hook, message.build_number}];
      EXPECT_GE(message.generation, newest) << "build " << message.build_number;
      newest = std::max(newest, message.generation);
    };
    for (int step = 0; step < 60; ++step) {
      if (chance(0.2)) {
        const int64_t build = 1 + static_cast<int64_t>(random.Unit() * kBuilds);
        // Their transactions may come late, but not out of order.
        ASSERT_TRUE(Record({Verdict(seed, build, chance(0.5) ? kFailure : v1::STATE_SUCCESS,
                                    ++generations[build])})
                        .ok());
      }
      if (chance(0.3)) (void)outbox_->FanOut(1 + static_cast<int>(random.Unit() * 3), true);
      auto& process = in_hand[static_cast<size_t>(random.Unit() * 3)];
      if (!process.has_value()) {
        process = Claim(chance(0.5) ? Receiver::kMail : Receiver::kHook);
      } else if (chance(0.2)) {
        // It dies, before or after it has sent; its claim expires.
        if (chance(0.5)) tell(*process);
        Execute(absl::StrCat("UPDATE messages SET claim_expire_time = now() WHERE build_number = ",
                             process->build_number, " AND project_id = ", seed,
                             " AND notification_hook_id = ", process->hook));
        process.reset();
      } else if (chance(0.3)) {
        ASSERT_TRUE(
            outbox_
                ->Failed(*process, "not now", absl::ZeroDuration(), absl::ZeroDuration(), kPatience)
                .ok());
        process.reset();
      } else {
        tell(*process);
        ASSERT_TRUE(outbox_->Sent(*process, "200").ok());
        process.reset();
      }
    }
    for (const auto& process : in_hand) {
      if (!process.has_value()) continue;
      tell(*process);
      ASSERT_TRUE(outbox_->Sent(*process, "200").ok());
    }
    const MessageSender::Send send = [&](const Message& message) {
      tell(message);
      return "200";
    };
    Finish(Receiver::kHook, send);
    Finish(Receiver::kMail, send);
    EXPECT_EQ(Waiting(), 0);
    for (const auto& [build, generation] : generations) {
      EXPECT_EQ((newest_told[{hook, build}]), generation) << "the last word is told";
    }
  }
}

}  // namespace
}  // namespace kozmic::build
