// Rows of the fault matrix: PostgreSQL, Redis.
#include <thread>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "tests/faults/log_follower.h"
#include "tests/faults/row.h"

namespace kozmic::faults {
namespace {

using ::testing::AnyOf;

constexpr int kPushes = 50;
constexpr int kDeliveries = 500;
constexpr int kConnections = 8;

class Postgres : public Row {};
INSTANTIATE_TEST_SUITE_P(Faults, Postgres, ::testing::ValuesIn(Seeds()));

// I1, I4, I6: as `pg_ctl stop -m immediate`.
TEST_P(Postgres, CrashedLosesNothingAcknowledgedAndIsFoundAgain) {
  Load load(world_, kPushes);
  for (int crashes = 0; crashes < 2; ++crashes) {
    Let(Some(0.5, 2));
    installation_.postgres().Crash();
    Let(Some(0, 0.5));
    installation_.postgres().Start();
    EXPECT_TRUE(Within(absl::Seconds(5), [&] { return world_.octo().Get("/projects").ok(); }));
  }
  ExpectAllBuiltWithin(load.Commits(), absl::Seconds(75));
}

// I1, I4, I6: a standby that has every commit takes its place.
TEST_P(Postgres, FailedOverToItsStandbyLosesNothingAcknowledged) {
  installation_.postgres().StartStandby();
  Load load(world_, kPushes);
  std::vector<WebhookSender::Sent> sent;
  std::thread sender(
      [&] { sent = WebhookSender::Send({world_.quiet()}, journal_, kDeliveries, kConnections); });
  Let(Some(0.5, 2));
  installation_.postgres().FailOver();
  EXPECT_TRUE(Within(absl::Seconds(5), [&] { return world_.octo().Get("/projects").ok(); }));
  sender.join();
  ExpectKept(sent);
  ExpectAllBuiltWithin(load.Commits(), absl::Seconds(75));
}

// I1: what cannot be kept is not acknowledged, and GitHub is asked for it once there is room.
TEST_P(Postgres, FullDiskAcknowledgesNothingThatItCannotKeep) {
  Load load(world_, kPushes);
  Let(Some(0.5, 2));
  installation_.postgres().FillDisk();
  std::vector<WebhookSender::Sent> sent;
  const auto send = [&] {
    const int64_t seed = journal_ + static_cast<int64_t>(sent.size());
    for (auto& one : WebhookSender::Send({world_.quiet()}, seed, kConnections, kConnections)) {
      EXPECT_THAT(one.status, AnyOf(200, 503));
      sent.push_back(std::move(one));
    }
    return sent.back().status == 503;
  };
  EXPECT_TRUE(Within(absl::Seconds(30), send));
  Let(Some(0, 10));
  send();
  installation_.postgres().FreeDisk();
  installation_.postgres().StartIfEnded();
  ExpectAllBuiltWithin(load.Commits(), absl::Minutes(6));
  send();
  ExpectKept(sent);
}

class Redis : public Row {};
INSTANTIATE_TEST_SUITE_P(Faults, Redis, ::testing::ValuesIn(Seeds()));

// I14
TEST_P(Redis, GoneSlowsALiveLogByTwoSecondsAtMost) {
  const World::SlowBuild slow = world_.PushSlow();
  const LogFollower follower(installation_, world_.octo(), slow.project,
                             world_.AwaitLog(slow.commit));
  ASSERT_TRUE(follower.AwaitBytes(1, absl::Seconds(10)));
  Let(Some(0, 1));
  installation_.redis().Kill();
  EXPECT_TRUE(follower.AwaitEnd(absl::Seconds(30)));
  EXPECT_EQ(follower.faults(), 0);
  // It grows eight times in that time.
  EXPECT_LE(follower.longest_wait(), World::kSlow / 8 + absl::Seconds(2));
  installation_.redis().Start();
  ExpectAllBuiltWithin({slow.commit}, absl::Seconds(30));
}

}  // namespace
}  // namespace kozmic::faults
