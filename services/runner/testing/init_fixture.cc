#include "services/runner/testing/init_fixture.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "absl/time/time.h"
#include "lib/docker/docker_client.h"
#include "services/runner/init/protocol.h"

namespace kozmic::runner {

void InitTest::SetUp() {
  DockerTest::SetUp();
  if (HasFatalFailure()) return;
  char path[] = "/tmp/kozmic-init-test-XXXXXX";
  ASSERT_NE(mkdtemp(path), nullptr);
  work_ = path;
  v1::Lease lease;
  lease.set_attempt("projects/1/builds/1/jobs/1/attempts/1");
  lease.set_fence(1);
  auto folder = JobFolder::Create(work_, lease);
  ASSERT_TRUE(folder.ok()) << folder.status();
  folder_ = *std::move(folder);
  init_path_ = std::filesystem::canonical("services/runner/init/kozmic-init");
  plan_.user = "kozmic";
  plan_.home = "/kozmic";
  plan_.working_folder = "/kozmic/src";
  plan_.environment = {{"TERM", "xterm"}, {"CI", "true"}};
}

InitTest::~InitTest() {
  if (!container_.empty()) docker().RemoveContainer(container_).IgnoreError();
  std::error_code ignored;
  std::filesystem::remove_all(work_, ignored);
}

void InitTest::Begin(const std::string& script, absl::string_view image) {
  plan_.script = script;
  ASSERT_TRUE(folder_->WritePlan(plan_).ok());
  docker::ContainerSpec spec;
  spec.image = std::string(image);
  spec.entrypoint = {init::kInitPath, init::kJobFolder};
  spec.user = "0:0";
  spec.working_directory = "/";
  spec.labels = {{label_key(), label_value()}};
  spec.network_mode = "none";
  spec.drop_capabilities = {"ALL"};
  spec.add_capabilities = {"CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID"};
  spec.mounts = {{init_path_, init::kInitPath, true},
                 {folder_->job_path(), init::kJobFolder, false},
                 {folder_->source_path(), "/kozmic/src", false}};
  const auto id = docker().CreateContainer(spec, "");
  ASSERT_TRUE(id.ok()) << id.status();
  container_ = *id;
  const absl::Status started = docker().StartContainer(container_);
  ASSERT_TRUE(started.ok()) << started;
}

int64_t InitTest::Wait() {
  const auto code = docker().WaitContainer(container_, absl::Seconds(60), {});
  EXPECT_TRUE(code.ok()) << code.status();
  return code.value_or(-1);
}

ScriptExit InitTest::Run(const std::string& script, absl::string_view image) {
  Begin(script, image);
  if (HasFatalFailure()) return {};
  EXPECT_TRUE(folder_->Go(secrets_).ok());
  Wait();
  const auto exit = folder_->ReadExit();
  EXPECT_TRUE(exit.ok() && exit->has_value()) << exit.status() << "; log: " << LogText();
  return exit.ok() && exit->has_value() ? **exit : ScriptExit();
}

std::string InitTest::LogText() const {
  std::ifstream file(folder_->log_path(), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace kozmic::runner
