// Fault matrix, "runner partitioned", with a real runner and the real services. I5 to I8
#include "tests/installation/partition.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/installation/fleet.h"

namespace kozmic {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Seconds(30);
constexpr absl::Duration kResolved = absl::Seconds(75);
constexpr absl::Duration kContainerGone = absl::Seconds(10);

class PartitionTest : public FleetTest {
 protected:
  bool HasContainers(const std::string& runner) {
    const auto containers = docker().ListContainers("kozmic.runner=" + runner);
    return !containers.ok() || !containers->empty();
  }
};

TEST_F(PartitionTest, LostRunnersJobIsResolvedAndItsContainerGoesWhenTheNetworkIsBack) {
  Partition network;
  StartServices();
  AddHook({{"title", "One"}, {"image", image_}, {"script", "#!/bin/sh\necho one\nsleep 1000\n"}});
  const std::string name =
      StartRunner("far",
                  {{"KOZMIC_BUILD_ADDRESS", network.By(installation_.build_address())},
                   {"KOZMIC_LOGSTREAM_ADDRESS", network.By(installation_.logstream_address())}})
          .name();
  Push("file");
  ASSERT_TRUE(WaitForLog(1, "one\n"));
  const absl::Time cut = absl::Now();
  network.Cut();
  const nlohmann::json build = AwaitBuild(1);
  EXPECT_LE(absl::Now() - cut, kResolved);
  EXPECT_EQ(build.value("status", ""), "error");
  EXPECT_THAT(build["jobs"][0].value("reason", ""), HasSubstr("unner"));
  EXPECT_TRUE(HasContainers(name)) << "nobody has told the runner";

  network.Heal();
  const absl::Time healed = absl::Now();
  while (HasContainers(name) && absl::Now() < healed + kPatience) {
    absl::SleepFor(absl::Milliseconds(20));
  }
  EXPECT_FALSE(HasContainers(name));
  EXPECT_LE(absl::Now() - healed, kContainerGone);
  EXPECT_EQ(runners_.back()->Terminate(), 0);
}

// Fault matrix, "lossy link". I11
TEST_F(PartitionTest, ALossyLinkMakesALogLateAndNothingElse) {
  Partition network;
  StartServices();
  AddHook({{"title", "One"},
           {"image", image_},
           {"script", "#!/bin/sh\nfor i in $(seq 100); do echo line $i; sleep 0.1; done\n"}});
  network.Lose(30);
  StartRunner("far", {{"KOZMIC_BUILD_ADDRESS", network.By(installation_.build_address())},
                      {"KOZMIC_LOGSTREAM_ADDRESS", network.By(installation_.logstream_address())}});
  Push("file");
  const nlohmann::json build = AwaitBuild(1);
  EXPECT_EQ(build.value("status", ""), "success") << build["jobs"][0].value("reason", "");
  EXPECT_EQ(build["jobs"][0].value("attempt", 0), 1) << "nobody took it for lost";
  std::string lines;
  for (int i = 1; i <= 100; ++i) absl::StrAppend(&lines, "line ", i, "\n");
  EXPECT_THAT(LogOf(1, 1), HasSubstr(lines));
  network.Heal();
  EXPECT_EQ(runners_.back()->Terminate(), 0);
}

}  // namespace
}  // namespace kozmic
