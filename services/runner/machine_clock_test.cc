#include "services/runner/machine_clock.h"

#include "gtest/gtest.h"

namespace kozmic::runner {
namespace {

Moment At(const char* boot_id, int64_t since_boot, int64_t wall) {
  return {.boot_id = boot_id,
          .since_boot = absl::Seconds(since_boot),
          .wall = absl::FromUnixSeconds(wall)};
}

TEST(MachineClockTest, NobodyCanShortenOrLengthenWhatElapsed) {
  const Moment since = At("boot", 100, 1000000);
  EXPECT_EQ(Elapsed(since, At("boot", 160, 1000060)), absl::Seconds(60));
  EXPECT_EQ(Elapsed(since, At("boot", 160, 9000000)), absl::Seconds(60)) << "set forward";
  EXPECT_EQ(Elapsed(since, At("boot", 160, 10)), absl::Seconds(60)) << "set back";
}

TEST(MachineClockTest, AcrossARestartOfTheMachineTheWallClockTells) {
  const Moment since = At("boot", 100000, 1000000);
  EXPECT_EQ(Elapsed(since, At("next", 20, 1000300)), absl::Seconds(300));
  EXPECT_EQ(Elapsed(since, At("next", 20, 999000)), absl::ZeroDuration());
  EXPECT_EQ(Elapsed(At("", 1, 10), At("", 900, 12)), absl::Seconds(2)) << "unknown is not equal";
}

TEST(MachineClockTest, IsWrittenAndReadAgain) {
  for (const Moment& moment : {At("4b5c-01", 17, 1700000000), At("", 0, 0)}) {
    const auto read = Moment::Parse(moment.ToString());
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->boot_id, moment.boot_id);
    EXPECT_EQ(read->since_boot, moment.since_boot);
    EXPECT_EQ(read->wall, moment.wall);
  }
  for (const char* text : {"", "boot", "boot 1", "boot x 1\n", "boot 1 2 3\n"}) {
    EXPECT_FALSE(Moment::Parse(text).has_value()) << text;
  }
}

TEST(MachineClockTest, RunsWithTheMachine) {
  const SystemMachineClock clock;
  const Moment first = clock.Now();
  EXPECT_FALSE(first.boot_id.empty());
  EXPECT_GT(first.since_boot, absl::ZeroDuration());
  EXPECT_EQ(clock.Now().boot_id, first.boot_id);
  EXPECT_GE(clock.Now().since_boot, first.since_boot);
}

}  // namespace
}  // namespace kozmic::runner
