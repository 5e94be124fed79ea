#include "lib/testing/redis.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/redis/connection.h"
#include "lib/redis/publisher.h"
#include "lib/redis/subscriber.h"

namespace kozmic {
namespace {

using ::testing::ElementsAre;

constexpr absl::Duration kDeadline = absl::Seconds(30);
// Far below any time limit of the adapter's own waiting, far above a thread switch.
constexpr absl::Duration kPrompt = absl::Seconds(2);

// Collects what a subscriber hears.
class Ear {
 public:
  RedisSubscriber::Callbacks Callbacks() {
    return {.entry =
                [this](const RedisEntry& entry) {
                  absl::MutexLock lock(&mutex_);
                  heard_.emplace_back(entry.Field("text"));
                },
            .connected =
                [this] {
                  absl::MutexLock lock(&mutex_);
                  ++connections_;
                }};
  }

  bool AwaitConnections(int count) {
    const auto reached = [&] { return connections_ >= count; };
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(&reached), kDeadline);
  }
  bool AwaitText(const std::string& text, absl::Duration timeout = kDeadline) {
    const auto heard = [&] { return std::count(heard_.begin(), heard_.end(), text) > 0; };
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(&heard), timeout);
  }
  std::vector<std::string> heard() {
    absl::MutexLock lock(&mutex_);
    return heard_;
  }

 private:
  absl::Mutex mutex_;
  std::vector<std::string> heard_;
  int connections_ = 0;
};

class RedisTest : public ::testing::Test {
 protected:
  RedisPublisher::Options To() { return {.address = Address(), .key = "news"}; }
  RedisSubscriber::Options From() { return {.address = Address(), .key = "news"}; }
  RedisAddress Address() { return *ParseRedisUrl(server_.Url()); }

  // Repeats a text until it is heard: hints may be lost while connections come back.
  bool EventuallyArrives(RedisPublisher& publisher, Ear& ear, const std::string& text) {
    const absl::Time deadline = absl::Now() + kDeadline;
    while (absl::Now() < deadline) {
      publisher.Publish({{"text", text}});
      if (ear.AwaitText(text, absl::Milliseconds(50))) return true;
    }
    return false;
  }

  TestRedis server_;
  SystemRandom random_;
};

TEST_F(RedisTest, EntriesArriveInOrderAndUnchanged) {
  Ear ear;
  RedisSubscriber subscriber(From(), ear.Callbacks(), random_);
  ASSERT_TRUE(ear.AwaitConnections(1));
  RedisPublisher publisher(To(), random_);
  const std::string binary("a\0b\r\n\xff", 6);
  EXPECT_TRUE(publisher.Publish({{"text", "one"}}));
  EXPECT_TRUE(publisher.Publish({{"text", binary}}));
  EXPECT_TRUE(publisher.Publish({{"other", "x"}, {"text", "three"}}));
  ASSERT_TRUE(ear.AwaitText("three"));
  EXPECT_THAT(ear.heard(), ElementsAre("one", binary, "three"));
}

TEST_F(RedisTest, ASubscriberHearsOnlyWhatComesAfterIt) {
  RedisPublisher publisher(To(), random_);
  {
    Ear early;
    RedisSubscriber subscriber(From(), early.Callbacks(), random_);
    ASSERT_TRUE(early.AwaitConnections(1));
    EXPECT_TRUE(publisher.Publish({{"text", "old"}}));
    ASSERT_TRUE(early.AwaitText("old"));
  }
  Ear late;
  RedisSubscriber subscriber(From(), late.Callbacks(), random_);
  ASSERT_TRUE(late.AwaitConnections(1));
  EXPECT_TRUE(publisher.Publish({{"text", "new"}}));
  ASSERT_TRUE(late.AwaitText("new"));
  EXPECT_THAT(late.heard(), ElementsAre("new"));
}

TEST_F(RedisTest, ManyEntriesAreHeardWithoutLossAndTheStreamStaysBounded) {
  Ear ear;
  RedisSubscriber subscriber(From(), ear.Callbacks(), random_);
  ASSERT_TRUE(ear.AwaitConnections(1));
  RedisPublisher::Options options = To();
  options.keep_entries = 100;
  RedisPublisher publisher(options, random_);
  constexpr int kEntries = 3000;
  for (int i = 0; i < kEntries; ++i) {
    ASSERT_TRUE(publisher.Publish({{"text", absl::StrCat(i)}}));
    // Not faster than it is heard, or trimming takes what nobody has read yet.
    if (i % 50 == 49) {
      ASSERT_TRUE(ear.AwaitText(absl::StrCat(i)));
    }
  }
  const std::vector<std::string> heard = ear.heard();
  ASSERT_EQ(heard.size(), static_cast<size_t>(kEntries));
  for (int i = 0; i < kEntries; ++i) EXPECT_EQ(heard[i], absl::StrCat(i));

  StopSignal never;
  auto connection = RedisConnection::Open(Address(), kDeadline, never);
  ASSERT_TRUE(connection.ok()) << connection.status();
  (*connection)->Append({"XLEN", "news"});
  const auto length = (*connection)->Read(kDeadline);
  ASSERT_TRUE(length.ok()) << length.status();
  EXPECT_LT((*length)->integer, 400);
}

TEST_F(RedisTest, ClearingRemovesWhatWasPublishedBeforeAndNotWhatComesAfter) {
  RedisPublisher publisher(To(), random_);
  Ear ear;
  RedisSubscriber subscriber(From(), ear.Callbacks(), random_);
  ASSERT_TRUE(ear.AwaitConnections(1));
  ASSERT_TRUE(EventuallyArrives(publisher, ear, "before"));
  publisher.Clear();
  ASSERT_TRUE(publisher.Publish({{"text", "after"}}));
  ASSERT_TRUE(ear.AwaitText("after"));
  StopSignal never;
  auto connection = RedisConnection::Open(Address(), kDeadline, never);
  ASSERT_TRUE(connection.ok()) << connection.status();
  (*connection)->Append({"XLEN", "news"});
  const auto length = (*connection)->Read(kDeadline);
  ASSERT_TRUE(length.ok()) << length.status();
  EXPECT_EQ((*length)->integer, 1);
}

TEST_F(RedisTest, BothReconnectAndTheSubscriberSaysSo) {
  Ear ear;
  RedisSubscriber subscriber(From(), ear.Callbacks(), random_);
  RedisPublisher publisher(To(), random_);
  ASSERT_TRUE(ear.AwaitConnections(1));
  ASSERT_TRUE(EventuallyArrives(publisher, ear, "before"));
  server_.Kill();
  // Nothing is remembered for a server that is away.
  const absl::Time deadline = absl::Now() + kDeadline;
  while (publisher.Publish({{"text", "lost"}}) && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  EXPECT_FALSE(publisher.Publish({{"text", "lost"}}));
  server_.Start();
  ASSERT_TRUE(ear.AwaitConnections(2));
  EXPECT_TRUE(EventuallyArrives(publisher, ear, "after"));
}

TEST_F(RedisTest, AFlushIsSurvived) {
  Ear ear;
  RedisSubscriber subscriber(From(), ear.Callbacks(), random_);
  RedisPublisher publisher(To(), random_);
  ASSERT_TRUE(ear.AwaitConnections(1));
  ASSERT_TRUE(EventuallyArrives(publisher, ear, "before"));
  StopSignal never;
  auto connection = RedisConnection::Open(Address(), kDeadline, never);
  ASSERT_TRUE(connection.ok()) << connection.status();
  (*connection)->Append({"FLUSHALL"});
  ASSERT_TRUE((*connection)->Read(kDeadline).ok());
  EXPECT_TRUE(EventuallyArrives(publisher, ear, "after"));
}

TEST_F(RedisTest, AFullQueueDropsInsteadOfGrowing) {
  server_.Pause();
  RedisPublisher::Options options = To();
  options.queue_bytes = 1000;
  RedisPublisher publisher(options, random_);
  int taken = 0;
  for (int i = 0; i < 1000; ++i) taken += publisher.Publish({{"text", std::string(100, 'x')}});
  // One queue's worth, and one that the owner thread may hold already.
  EXPECT_GE(taken, 1);
  EXPECT_LE(taken, 18);
  server_.Resume();
}

TEST_F(RedisTest, StopsPromptlyWhileWaiting) {
  absl::Time begin;
  {
    Ear ear;
    RedisSubscriber subscriber(From(), ear.Callbacks(), random_);
    RedisPublisher publisher(To(), random_);
    ASSERT_TRUE(ear.AwaitConnections(1));
    begin = absl::Now();
  }
  EXPECT_LT(absl::Now() - begin, kPrompt);
}

TEST_F(RedisTest, StopsPromptlyWithoutAServer) {
  server_.Kill();
  absl::Time begin;
  {
    Ear ear;
    RedisSubscriber subscriber(From(), ear.Callbacks(), random_);
    RedisPublisher publisher(To(), random_);
    begin = absl::Now();
  }
  EXPECT_LT(absl::Now() - begin, kPrompt);
}

TEST_F(RedisTest, AWrongPasswordIsNamed) {
  RedisAddress address = Address();
  address.password = "guess";
  StopSignal never;
  const auto connection = RedisConnection::Open(address, kDeadline, never);
  EXPECT_EQ(connection.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(connection.status().message().find("guess"), absl::string_view::npos);
}

}  // namespace
}  // namespace kozmic
