#include "tests/installation/fleet.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/base/json.h"
#include "lib/docker/image_reference.h"
#include "lib/testing/free_port.h"

namespace kozmic {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr absl::Duration kPatience = absl::Seconds(90);

}  // namespace

void FleetTest::SetUp() {
  DockerTest::SetUp();
  if (HasFatalFailure()) return;
  name_ = absl::StrCat("fleet-", getpid());
  char path[] = "/tmp/kozmic-fleet-XXXXXX";
  ASSERT_NE(mkdtemp(path), nullptr);
  folder_ = path;
  fs::permissions(folder_, fs::perms::others_exec, fs::perm_options::add);
  auto registry = RegistryProcess::Start({.deletes = true});
  ASSERT_TRUE(registry.ok()) << registry.status();
  registry_ = *std::move(registry);
  image_ = registry_->address() + "/small:1";
  const auto reference = docker::ParseImageReference(image_);
  ASSERT_TRUE(docker().TagImage(kSmallImage, *reference).ok());
  ASSERT_TRUE(docker().PushImage(*reference, nullptr, absl::Seconds(60), {}, nullptr).ok());
}

FleetTest::~FleetTest() {
  runners_.clear();
  if (!image_.empty()) docker().RemoveImage(image_, true).IgnoreError();
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

void FleetTest::StartServices() {
  installation_.Start();
  absl::StatusOr<Person> octo = Person::SignIn(installation_, "octo");
  ASSERT_TRUE(octo.ok()) << octo.status();
  octo_ = std::make_unique<Person>(*std::move(octo));
  const auto project =
      octo_->Change("POST", "/projects", {{"repository", GithubSimulator::kRepository}});
  ASSERT_TRUE(project.ok()) << project.status();
  project_ = DumpJson((*project)["id"]);
}

void FleetTest::AddHook(const json& hook) {
  const auto added = octo_->Change("POST", absl::StrCat("/projects/", project_, "/hooks"), hook);
  ASSERT_TRUE(added.ok()) << added.status();
}

Process& FleetTest::StartRunner(const std::string& name, const Process::Environment& more) {
  const std::string whole = absl::StrCat(name_, "-", name);
  const std::string folder = absl::StrCat(folder_, "/", name);
  fs::create_directory(folder);
  Process::Environment environment = more;
  environment.insert(
      {{"KOZMIC_LISTEN", absl::StrCat("127.0.0.1:", FreePort())},
       {"KOZMIC_BUILD_ADDRESS", installation_.build_address()},
       {"KOZMIC_LOGSTREAM_ADDRESS", installation_.logstream_address()},
       {"KOZMIC_RUNNER_TOKEN", Installation::RunnerToken()},
       {"KOZMIC_NAME", whole},
       {"KOZMIC_SLOTS", "1"},
       {"KOZMIC_DOCKER_HOST", docker_host()},
       {"KOZMIC_WORK_DIR", folder + "/work"},
       {"KOZMIC_CACHE_DIR", folder + "/cache"},
       {"KOZMIC_GIT_USER", "nobody"},
       {"KOZMIC_INIT_PATH", fs::canonical("services/runner/init/kozmic-init").string()}});
  runners_.push_back(std::make_unique<Process>(whole, fs::canonical("services/runner/runner"),
                                               environment, folder));
  runners_.back()->Start();
  return *runners_.back();
}

void FleetTest::Push(const std::string& file) {
  ASSERT_TRUE(installation_.github()
                  .Control("POST",
                           absl::StrCat("/repositories/", GithubSimulator::kRepository, "/commits"),
                           {{"login", "octo"},
                            {"message", "Change"},
                            {"files", {{file, absl::FormatTime(absl::Now())}}}})
                  .ok());
}

json FleetTest::AwaitBuild(int number) {
  const std::string path = absl::StrCat("/projects/", project_, "/builds/", number);
  const absl::Time deadline = absl::Now() + kPatience;
  json build = json::object();
  while (absl::Now() < deadline) {
    const auto found = octo_->Get(path);
    if (found.ok()) build = *found;
    const std::string status = build.value("status", "");
    if (status == "success" || status == "failure" || status == "error") break;
    absl::SleepFor(absl::Milliseconds(50));
  }
  return build;
}

std::string FleetTest::LogOf(int build, int job) {
  return octo_
      ->GetText(
          absl::StrCat("/projects/", project_, "/builds/", build, "/jobs/", job, "/log?offset=0"))
      .value_or("");
}

bool FleetTest::WaitForLog(int build, const std::string& text) {
  const absl::Time deadline = absl::Now() + kPatience;
  while (LogOf(build, 1).find(text) == std::string::npos) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(20));
  }
  return true;
}

}  // namespace kozmic
