#include "services/runner/testing/runner_fixture.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "lib/docker/image_reference.h"
#include "lib/testing/free_port.h"
#include "services/runner/registration/credential_file.h"

namespace kozmic::runner {

namespace fs = std::filesystem;

void RunnerTest::SetUp() {
  DockerTest::SetUp();
  if (HasFatalFailure()) return;
  char path[] = "/tmp/kozmic-runner-test-XXXXXX";
  ASSERT_NE(mkdtemp(path), nullptr);
  folder_ = path;
  engine_host_ = docker_host();
  name_ = absl::StrCat("test-", getpid(), "-", absl::ToUnixMicros(absl::Now()));

  auto registry = RegistryProcess::Start();
  ASSERT_TRUE(registry.ok()) << registry.status();
  registry_ = *std::move(registry);
  image_ = registry_->address() + "/small:1";
  const auto reference = docker::ParseImageReference(image_);
  ASSERT_TRUE(docker().TagImage(kSmallImage, *reference).ok());
  const absl::Status pushed =
      docker().PushImage(*reference, nullptr, absl::Seconds(60), {}, nullptr);
  ASSERT_TRUE(pushed.ok()) << pushed;

  auto git = GitServer::Start();
  ASSERT_TRUE(git.ok()) << git.status();
  git_ = *std::move(git);
  commit_ = git_->Commit("main", {{"file", "content\n"}});
  // The whole of the git server's address, up to its path.
  clone_url_prefixes_ = {git_->url().substr(0, git_->url().rfind('/'))};
  build_.set_checkout(Checkout());

  auto server = RpcServer::Start("127.0.0.1:0", {&build_, &logstream_});
  ASSERT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
}

RunnerTest::~RunnerTest() {
  runner_.reset();
  other_runner_.reset();
  if (HasFailure())
    std::cerr << Text(folder_ + "/runner.log") << Text(folder_ + "/other/runner.log");
  for (const std::string& name : {name_, name_ + "-other"}) {
    if (name_.empty()) break;
    const auto left = docker().ListContainers("kozmic.runner=" + name);
    if (left.ok()) {
      for (const auto& container : *left) docker().RemoveContainer(container.id).IgnoreError();
    }
    const auto images = docker().ListImages("kozmic.cache.runner=" + name);
    if (images.ok()) {
      for (const auto& image : *images) docker().RemoveImage(image.id, true).IgnoreError();
    }
    for (const char* label : {"kozmic.runner=", "kozmic.network="}) {
      const auto networks = docker().ListNetworks(label + name);
      if (!networks.ok()) continue;
      for (const auto& network : *networks) docker().RemoveNetwork(network.id).IgnoreError();
    }
  }
  if (!image_.empty()) docker().RemoveImage(image_, true).IgnoreError();
  // What a killed runner left may still be on its way out by itself.
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void RunnerTest::StartRunner(const std::string& more_config) {
  admin_port_ = FreePort();
  runner_ = MakeRunner(name_, folder_, admin_port_, more_config);
  runner_->Start();
}

std::string RunnerTest::StartOtherRunner(const std::string& more_config) {
  const std::string folder = folder_ + "/other";
  fs::create_directories(folder);
  other_runner_ = MakeRunner(name_ + "-other", folder, FreePort(), more_config);
  other_runner_->Start();
  return name_ + "-other";
}

std::unique_ptr<RunnerProcess> RunnerTest::MakeRunner(const std::string& name,
                                                      const std::string& folder, int port,
                                                      const std::string& more_config) const {
  const std::string config = folder + "/runner.yaml";
  // A firewall is for the tests that look at it.
  const std::string network = absl::StrContains(more_config, "network_policy")
                                  ? ""
                                  : "job_network_policy: open\nfork_network_policy: open\n";
  std::string token = absl::StrCat("\nrunner_token: ", kRunnerToken);
  if (registered_) {
    fs::create_directories(folder + "/cache");
    const absl::Status written = WriteCredential(
        folder + "/cache/credential",
        {.credential = kRunnerToken, .token_sha256 = "", .create_time = absl::Now()});
    EXPECT_TRUE(written.ok()) << written;
    token.clear();
  }
  std::ofstream(config) << "listen: 127.0.0.1:" << port << "\nbuild_address: " << server_->address()
                        << "\nlogstream_address: " << server_->address() << token
                        << "\nname: " << name
                        << "\nslots: 2\nlabels: [linux, test]\ndocker_host: " << engine_host_
                        << "\nwork_dir: " << folder << "/work\ncache_dir: " << folder << "/cache"
                        << "\ninit_path: "
                        << fs::canonical("services/runner/init/kozmic-init").string()
                        << "\nclone_url_prefixes: [" << absl::StrJoin(clone_url_prefixes_, ", ")
                        << "]\n"
                        << network << more_config;
  return std::make_unique<RunnerProcess>(fs::canonical("services/runner/runner"), config,
                                         folder + "/runner.log");
}

v1::IssueCheckoutResponse RunnerTest::Checkout() const {
  v1::IssueCheckoutResponse checkout;
  checkout.set_clone_url(git_->url());
  return checkout;
}

v1::JobSpec RunnerTest::Spec(const std::string& script) {
  v1::JobSpec spec;
  spec.set_project("projects/1");
  spec.set_repository("owner/name");
  spec.set_ref("refs/heads/main");
  spec.set_commit(commit_);
  spec.set_title("tests");
  spec.set_image(image_);
  spec.set_script(script);
  (*spec.mutable_environment())["KOZMIC_BRANCH"] = "main";
  return spec;
}

v1::FinishJobRequest RunnerTest::WaitForEnd(const std::string& attempt) {
  const auto end = build_.WaitForFinish(attempt, kPatience);
  EXPECT_TRUE(end.has_value()) << "the job has not ended";
  return end.value_or(v1::FinishJobRequest());
}

std::string RunnerTest::Log(int job) const {
  return logstream_.Log(absl::StrCat("logs/1-1-", job, "-1"));
}

bool RunnerTest::WaitForLine(const std::string& line) {
  return logstream_.WaitForLog("logs/1-1-1-1", kPatience, [&](const std::string& log) {
    return absl::StrContains(log, line);
  });
}

std::string RunnerTest::Pulling() const {
  return absl::StrCat("Pulling \"", image_, "\" Docker image...\n");
}

void RunnerTest::Give(const std::string& name) {
  std::ofstream(absl::StrCat(job_folder(), "/src/", name)) << "";
}

std::vector<std::string> RunnerTest::Leftovers() {
  std::vector<std::string> left;
  const auto containers = docker().ListContainers("kozmic.runner=" + name_);
  EXPECT_TRUE(containers.ok()) << containers.status();
  if (containers.ok()) {
    for (const auto& container : *containers) left.push_back(container.id);
  }
  const auto networks = docker().ListNetworks("kozmic.runner=" + name_);
  EXPECT_TRUE(networks.ok()) << networks.status();
  if (networks.ok()) {
    for (const auto& network : *networks) left.push_back(network.name);
  }
  for (const auto& entry : fs::directory_iterator(work())) {
    if (entry.is_directory()) left.push_back(entry.path());
  }
  return left;
}

::testing::AssertionResult RunnerTest::NothingIsLeft(absl::Duration patience) {
  std::vector<std::string> left;
  const bool nothing = Eventually(
      [&] {
        left = Leftovers();
        return left.empty();
      },
      patience);
  if (nothing) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "left: " << absl::StrJoin(left, ", ");
}

int RunnerTest::TimesLogged(const std::string& words) const {
  const std::string log = Text(folder_ + "/runner.log");
  int count = 0;
  for (size_t at = 0; (at = log.find(words, at)) != std::string::npos; ++at) ++count;
  return count;
}

std::string RunnerTest::Text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace kozmic::runner
