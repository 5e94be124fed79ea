#include "services/build/status_reporter.h"

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kozmic::build {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

// Due wishes, in the order in which they came.
class QueuedOutbox final : public StatusOutbox {
 public:
  void Add(const std::string& commit) {
    absl::MutexLock lock(&mutex_);
    due_.emplace_back().commit = commit;
  }

  absl::StatusOr<std::vector<StatusWish>> Claim(int, absl::Duration) override {
    absl::MutexLock lock(&mutex_);
    if (due_.empty()) return std::vector<StatusWish>();
    StatusWish wish = due_.front();
    due_.pop_front();
    return std::vector<StatusWish>{wish};
  }
  absl::StatusOr<absl::Duration> UntilNextDue() override { return absl::InfiniteDuration(); }
  absl::Status Done(const StatusWish& wish, absl::string_view) override {
    absl::MutexLock lock(&mutex_);
    if (away_) return absl::UnavailableError("away");
    done_.push_back(wish.commit);
    return absl::OkStatus();
  }
  absl::Status Failed(const StatusWish&, absl::string_view, absl::Duration) override {
    return absl::OkStatus();
  }

  void set_away(bool away) {
    absl::MutexLock lock(&mutex_);
    away_ = away;
  }
  // Blocks until `count` are done, and answers them.
  std::vector<std::string> AwaitDone(size_t count) {
    const auto enough = [&]()
                            ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return done_.size() >= count; };
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(30));
    return done_;
  }

 private:
  absl::Mutex mutex_;
  std::deque<StatusWish> due_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> done_ ABSL_GUARDED_BY(mutex_);
  bool away_ ABSL_GUARDED_BY(mutex_) = false;
};

// Never runs dry.
class EndlessOutbox final : public StatusOutbox {
 public:
  absl::StatusOr<std::vector<StatusWish>> Claim(int, absl::Duration) override {
    return std::vector<StatusWish>(1);
  }
  absl::StatusOr<absl::Duration> UntilNextDue() override { return absl::ZeroDuration(); }
  absl::Status Done(const StatusWish&, absl::string_view) override { return absl::OkStatus(); }
  absl::Status Failed(const StatusWish&, absl::string_view, absl::Duration) override {
    return absl::OkStatus();
  }
};

// Found when the database crashed as an answer was noted: the next status came a minute later.
TEST(StatusReporterTest, AnAnswerThatCouldNotBeNotedIsNotedBeforeAnythingElseIsTold) {
  QueuedOutbox outbox;
  SeededRandom random(1);
  int posts = 0;
  StatusReporter reporter(
      outbox,
      [&](const StatusWish&) {
        ++posts;
        return absl::OkStatus();
      },
      random);
  outbox.Add("first");
  outbox.Add("second");
  outbox.set_away(true);
  EXPECT_GT(reporter.Step(), absl::ZeroDuration());
  EXPECT_GT(reporter.Step(), absl::ZeroDuration()) << "still away";
  EXPECT_EQ(posts, 1);
  outbox.set_away(false);
  EXPECT_EQ(reporter.Step(), absl::ZeroDuration());
  EXPECT_THAT(outbox.AwaitDone(2), ElementsAre("first", "second"));
  EXPECT_EQ(posts, 2);
}

TEST(StatusReportersTest, ASlowAnswerHoldsUpNoOther) {
  QueuedOutbox outbox;
  SeededRandom random(1);
  absl::Notification answered;
  StatusReporter reporter(
      outbox,
      [&](const StatusWish& wish) {
        if (wish.commit == "slow") answered.WaitForNotification();
        return absl::OkStatus();
      },
      random);
  StatusReporters reporters(reporter, 2);
  outbox.Add("slow");
  outbox.Add("first");
  outbox.Add("second");
  reporters.Wake();
  EXPECT_THAT(outbox.AwaitDone(2), UnorderedElementsAre("first", "second"));
  answered.Notify();
  EXPECT_THAT(outbox.AwaitDone(3), UnorderedElementsAre("first", "second", "slow"));
}

TEST(StatusReportersTest, EndsAfterTheStatusesAtHandHoweverManyWait) {
  EndlessOutbox outbox;
  SeededRandom random(1);
  absl::BlockingCounter posting(3);
  std::atomic<int> posted = 0;
  StatusReporter reporter(
      outbox,
      [&](const StatusWish&) {
        if (++posted <= 3) posting.DecrementCount();
        return absl::OkStatus();
      },
      random);
  auto reporters = std::make_unique<StatusReporters>(reporter, 1);
  reporters->Wake();
  posting.Wait();
  reporters.reset();
}

}  // namespace
}  // namespace kozmic::build
