// Two real runners and the real services, which share what an install script led to. P52, N9
#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/json.h"
#include "lib/docker/image_reference.h"
#include "lib/testing/docker_env.h"
#include "lib/testing/free_port.h"
#include "tests/installation/installation.h"
#include "tests/installation/person.h"
#include "tests/installation/process.h"

namespace kozmic {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Seconds(90);

class SharedInstallsTest : public DockerTest {
 protected:
  void SetUp() override {
    DockerTest::SetUp();
    if (HasFatalFailure()) return;
    char path[] = "/tmp/kozmic-shared-installs-XXXXXX";
    ASSERT_NE(mkdtemp(path), nullptr);
    folder_ = path;
    auto registry = RegistryProcess::Start({.deletes = true});
    ASSERT_TRUE(registry.ok()) << registry.status();
    registry_ = *std::move(registry);
    image_ = registry_->address() + "/small:1";
    const auto reference = docker::ParseImageReference(image_);
    ASSERT_TRUE(docker().TagImage(kSmallImage, *reference).ok());
    ASSERT_TRUE(docker().PushImage(*reference, nullptr, absl::Seconds(60), {}, nullptr).ok());
  }
  ~SharedInstallsTest() override {
    runners_.clear();
    Forget();
    docker().RemoveImage(image_, true).IgnoreError();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  void StartRunner(const std::string& name) {
    const std::string folder = absl::StrCat(folder_, "/", name);
    fs::create_directory(folder);
    runners_.push_back(std::make_unique<Process>(
        name, fs::canonical("services/runner/runner"),
        Process::Environment{
            {"KOZMIC_LISTEN", absl::StrCat("127.0.0.1:", FreePort())},
            {"KOZMIC_BUILD_ADDRESS", installation_.build_address()},
            {"KOZMIC_LOGSTREAM_ADDRESS", installation_.logstream_address()},
            {"KOZMIC_RUNNER_TOKEN", Installation::RunnerToken()},
            {"KOZMIC_NAME", name},
            {"KOZMIC_SLOTS", "1"},
            {"KOZMIC_DOCKER_HOST", docker_host()},
            {"KOZMIC_WORK_DIR", folder + "/work"},
            {"KOZMIC_CACHE_DIR", folder + "/cache"},
            {"KOZMIC_INIT_PATH", fs::canonical("services/runner/init/kozmic-init").string()},
            {"KOZMIC_CACHE_REGISTRY", registry_->address() + "/ci"}},
        folder));
    runners_.back()->Start();
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
  void Push(const std::string& file) {
    ASSERT_TRUE(
        installation_.github()
            .Control("POST",
                     absl::StrCat("/repositories/", GithubSimulator::kRepository, "/commits"),
                     {{"login", "octo"},
                      {"message", "Change"},
                      {"files", {{file, absl::FormatTime(absl::Now())}}}})
            .ok());
  }
  // The logs of a build's two jobs, once it has succeeded.
  std::vector<std::string> AwaitLogs(Person& octo, const std::string& project, int number) {
    const std::string build = absl::StrCat("/projects/", project, "/builds/", number);
    const absl::Time deadline = absl::Now() + kPatience;
    std::string status;
    while (absl::Now() < deadline && status != "success" && status != "failure" &&
           status != "error") {
      const auto found = octo.Get(build);
      if (found.ok()) status = (*found)["status"].get<std::string>();
      absl::SleepFor(absl::Milliseconds(50));
    }
    EXPECT_EQ(status, "success");
    std::vector<std::string> logs;
    for (const char* job : {"/jobs/1/log", "/jobs/2/log"}) {
      logs.push_back(octo.GetText(absl::StrCat(build, job, "?offset=0")).value_or(""));
    }
    return logs;
  }
  static int Count(const std::vector<std::string>& logs, const std::string& line) {
    int count = 0;
    for (const std::string& log : logs) {
      const std::vector<std::string> lines = absl::StrSplit(log, '\n');
      count += static_cast<int>(std::count(lines.begin(), lines.end(), line));
    }
    return count;
  }

  const std::string name_ = absl::StrCat("shared-", getpid());
  std::string folder_;
  std::string image_;
  std::unique_ptr<RegistryProcess> registry_;
  Installation installation_{{.replicas = 2}};
  std::vector<std::unique_ptr<Process>> runners_;
};

TEST_F(SharedInstallsTest, AFleetInstallsOnce) {
  installation_.Start();
  absl::StatusOr<Person> octo = Person::SignIn(installation_, "octo");
  ASSERT_TRUE(octo.ok()) << octo.status();
  const auto project =
      octo->Change("POST", "/projects", {{"repository", GithubSimulator::kRepository}});
  ASSERT_TRUE(project.ok()) << project.status();
  const std::string id = DumpJson((*project)["id"]);
  for (const char* title : {"One", "Two"}) {
    const auto hook = octo->Change(
        "POST", absl::StrCat("/projects/", id, "/hooks"),
        {{"title", title},
         {"image", image_},
         {"install_script", "#!/bin/sh\necho installing\nsleep 2\necho here > /tmp/installed\n"},
         {"script", "#!/bin/sh\ncat /tmp/installed\nsleep 1\n"},
         {"tracked_files", {"tracked"}}});
    ASSERT_TRUE(hook.ok()) << hook.status();
  }
  StartRunner(name_ + "-a");
  StartRunner(name_ + "-b");
  Push("tracked");
  const std::vector<std::string> first = AwaitLogs(*octo, id, 1);
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
  const std::vector<std::string> second = AwaitLogs(*octo, id, 2);
  EXPECT_EQ(Count(second, "installing"), 0) << second[0] << second[1];
  EXPECT_EQ(Count(second, "here"), 2) << second[0] << second[1];
  EXPECT_THAT(second[0] + second[1], HasSubstr("; pulling it from the registry...\n"));
  for (const auto& runner : runners_) EXPECT_EQ(runner->Terminate(), 0);
}

}  // namespace
}  // namespace kozmic
