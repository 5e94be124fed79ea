// Two real runners and the real services, which share what an install script led to. P52, N9
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/installation/fleet.h"

namespace kozmic {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Seconds(90);

class SharedInstallsTest : public FleetTest {
 protected:
  ~SharedInstallsTest() override {
    runners_.clear();
    Forget();
  }

  // Images that the runners made or brought.
  void Forget() {
    const auto images = docker().ListImages("kozmic.cache=projects/1");
    if (!images.ok()) return;
    for (const auto& image : *images) {
      const auto runner = image.labels.find("kozmic.cache.runner");
      if (runner == image.labels.end() || !absl::StartsWith(runner->second, name_)) continue;
      for (const auto& tag : image.tags) docker().RemoveImage(tag, true).IgnoreError();
    }
  }
  // The logs of a build's two jobs, once it has succeeded.
  std::vector<std::string> AwaitLogs(int number) {
    EXPECT_EQ(AwaitBuild(number).value("status", ""), "success");
    return {LogOf(number, 1), LogOf(number, 2)};
  }
  static int Count(const std::vector<std::string>& logs, const std::string& line) {
    int count = 0;
    for (const std::string& log : logs) {
      const std::vector<std::string> lines = absl::StrSplit(log, '\n');
      count += static_cast<int>(std::count(lines.begin(), lines.end(), line));
    }
    return count;
  }
};

TEST_F(SharedInstallsTest, AFleetInstallsOnce) {
  StartServices();
  for (const char* title : {"One", "Two"}) {
    AddHook(
        {{"title", title},
         {"image", image_},
         {"install_script", "#!/bin/sh\necho installing\nsleep 2\necho here > /tmp/installed\n"},
         {"script", "#!/bin/sh\ncat /tmp/installed\nsleep 1\n"},
         {"tracked_files", {"tracked"}}});
  }
  for (const char* name : {"a", "b"}) {
    StartRunner(name, {{"KOZMIC_CACHE_REGISTRY", registry_->address() + "/ci"}});
  }
  Push("tracked");
  const std::vector<std::string> first = AwaitLogs(1);
  EXPECT_EQ(Count(first, "installing"), 1) << first[0] << first[1];
  EXPECT_EQ(Count(first, "here"), 2) << first[0] << first[1];
  EXPECT_EQ(installation_.Number("build", "SELECT count(*) FROM installs WHERE digest <> ''"), 1);
  EXPECT_EQ(installation_.Number("build", "SELECT last_value FROM install_claims"), 1);

  // As if both had engines of their own, in which it is not.
  const absl::Time deadline = absl::Now() + kPatience;
  const auto containers = [&] {
    size_t left = 0;
    for (const auto& runner : runners_) {
      const auto found = docker().ListContainers("kozmic.runner=" + runner->name());
      left += found.ok() ? found->size() : 1;
    }
    return left;
  };
  while (containers() > 0 && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(10));
  Forget();
  Push("other");
  const std::vector<std::string> second = AwaitLogs(2);
  EXPECT_EQ(Count(second, "installing"), 0) << second[0] << second[1];
  EXPECT_EQ(Count(second, "here"), 2) << second[0] << second[1];
  EXPECT_THAT(second[0] + second[1], HasSubstr("; pulling it from the registry...\n"));
  for (const auto& runner : runners_) EXPECT_EQ(runner->Terminate(), 0);
}

}  // namespace
}  // namespace kozmic
