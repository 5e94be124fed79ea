// Rows of the fault matrix that touch logs, with a real runner and real containers: whoever dies
// while a script writes, and whenever, what viewers read is what it wrote.
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/crypto/digest.h"
#include "tests/faults/log_follower.h"
#include "tests/faults/raw_follower.h"
#include "tests/faults/seeds.h"
#include "tests/installation/fleet.h"

namespace kozmic {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Seconds(60);
constexpr int kFaults = 4;
constexpr int kLines = 2000;
const char kScript[] = R"(#!/bin/sh
i=0
while [ $i -lt 2000 ]; do
  echo "line $i of a log that nobody may cut, double or hold back"
  i=$((i + 1))
  [ $((i % 100)) -ne 0 ] || sleep 0.2
done
exit 3
)";

std::string Written() {
  std::string lines;
  for (int i = 0; i < kLines; ++i) {
    absl::StrAppend(&lines, "line ", i, " of a log that nobody may cut, double or hold back\n");
  }
  return lines;
}

using RunnerKilledTest = FleetTest;

// I11 to I13, N1, N2, N4
TEST_F(RunnerKilledTest, ViewersReadWhatTheScriptWrote) {
  StartServices();
  AddHook({{"title", "One"}, {"image", image_}, {"script", kScript}});
  Process& runner = StartRunner("killed");
  int number = 0;
  for (const int seed : faults::Seeds()) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    std::mt19937 random(static_cast<uint32_t>(seed));
    const auto some = [&](double least, double most) {
      return absl::Seconds(std::uniform_real_distribution<double>(least, most)(random));
    };
    Push("file");
    ++number;
    ASSERT_TRUE(WaitForLog(number, "line 0 "));
    const std::string log = absl::StrCat(project_, "/", number, "/1/1");
    const faults::LogFollower browser(installation_, *octo_, project_, log);
    const faults::RawFollower program(installation_, *octo_, log);
    for (int fault = 0; fault < kFaults; ++fault) {
      absl::SleepFor(some(0, 1.2));
      const uint32_t victim = fault == 0 ? 0 : random() % 8;
      if (victim < 4) {
        runner.Kill();
        absl::SleepFor(some(0, 1));
        runner.Start();
      } else {
        const std::vector<std::string> others = {"logstream", "gateway", "postgres", "redis"};
        installation_.KillAndRestart(others.at(victim - 4), some(0, 0.7));
      }
    }
    EXPECT_TRUE(browser.AwaitEnd(kPatience));
    EXPECT_TRUE(program.AwaitEnd(kPatience));
    EXPECT_EQ(browser.faults(), 0) << "gaps or repetitions";
    const std::string text = browser.text();
    EXPECT_THAT(text, HasSubstr(Written()));
    EXPECT_EQ(program.text(), text);
    const nlohmann::json build = AwaitBuild(number);
    EXPECT_EQ(build.value("status", ""), "failure");
    const nlohmann::json job = build["jobs"][0];
    EXPECT_EQ(job.value("attempt", 0), 1) << "its container was adopted";
    EXPECT_EQ(job.value("exit_code", 0), 3);
    EXPECT_EQ(LogOf(number, 1), text);
    EXPECT_EQ(job["phases"][0]["log_offset"], 0) << "that the image is pulled is part of that";
    const nlohmann::json script = job["phases"].back();
    EXPECT_EQ(script.value("name", ""), "script");
    EXPECT_EQ(text.find("line 0 "), script["log_offset"]);
    EXPECT_EQ(job["log"]["sha256"], Sha256Hex(text));
    EXPECT_EQ(job["log"]["size"], text.size());
    if (HasFailure()) return;
  }
  EXPECT_EQ(runner.Terminate(), 0);
}

}  // namespace
}  // namespace kozmic
