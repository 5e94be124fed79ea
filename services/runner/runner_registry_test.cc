// The runner's program with images of a registry that wants a password. Row P20; I15, I18.

#include <signal.h>

#include <filesystem>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/runner/images/pulled_images.h"
#include "services/runner/testing/runner_fixture.h"

namespace kozmic::runner {
namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using v1::FinishJobRequest;

constexpr char kUser[] = "ann";
constexpr char kPassword[] = "canary-9b3e-of-the-registry";

class RunnerRegistryTest : public RunnerTest {
 protected:
  void SetUp() override {
    RunnerTest::SetUp();
    if (HasFatalFailure()) return;
    auto registry = RegistryProcess::Start({.user = {kUser, kPassword}});
    ASSERT_TRUE(registry.ok()) << registry.status();
    private_registry_ = *std::move(registry);
    private_image_ = private_registry_->address() + "/owner/private:1";
    // Of its own: no other test's engine has it.
    const absl::Status made = ImportImage(private_registry_->address() + "/owner/private", "1",
                                          SmallImage().File("etc/whose", private_image_).Bytes());
    ASSERT_TRUE(made.ok()) << made;
    const docker::RegistryAuth auth = {kUser, kPassword};
    const absl::Status pushed = docker().PushImage(*docker::ParseImageReference(private_image_),
                                                   &auth, absl::Seconds(60), {}, nullptr);
    ASSERT_TRUE(pushed.ok()) << pushed;
    Forget();
  }
  ~RunnerRegistryTest() override {
    runner_.reset();
    if (private_image_.empty()) return;
    // A container keeps its image.
    const auto left = docker().ListContainers("kozmic.runner=" + name_);
    if (left.ok()) {
      for (const auto& container : *left) docker().RemoveContainer(container.id).IgnoreError();
    }
    docker().RemoveImage(private_image_, true).IgnoreError();
    PulledImages(docker()).Sweep();
  }

  // The engine has it no more.
  void Forget() { ASSERT_TRUE(docker().RemoveImage(private_image_, true).ok()); }
  bool IsHere() { return docker().InspectImage(private_image_).ok(); }
  void GiveCredentials(const std::string& username, const std::string& password) {
    v1::IssueCheckoutResponse checkout = Checkout();
    auto& credential = *checkout.add_registry_credentials();
    credential.set_registry(private_registry_->address());
    credential.set_username(username);
    credential.set_password(password);
    build_.set_checkout(checkout);
  }
  void GiveNothing() { build_.set_checkout(Checkout()); }
  v1::JobSpec PrivateSpec(const std::string& project = "projects/1") {
    v1::JobSpec spec = Spec("#!/bin/sh\ncat /etc/whose\n");
    spec.set_image(private_image_);
    spec.set_project(project);
    return spec;
  }
  // What a log begins with.
  std::string PullingPrivate() const {
    return absl::StrCat("Pulling \"", private_image_, "\" Docker image...\n");
  }

  std::unique_ptr<RegistryProcess> private_registry_;
  std::string private_image_;
};

TEST_F(RunnerRegistryTest, P20PullsWithTheProjectsCredentials) {
  GiveCredentials(kUser, kPassword);
  StartRunner();
  const FinishJobRequest end = Run(PrivateSpec());
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_EXITED) << end.reason();
  EXPECT_EQ(end.exit_code(), 0);
  EXPECT_THAT(Log(), StartsWith(PullingPrivate()));
  EXPECT_THAT(Log(), EndsWith(private_image_));
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerRegistryTest, P20PullsByDigest) {
  GiveCredentials(kUser, kPassword);
  StartRunner();
  ASSERT_EQ(Run(PrivateSpec()).exit_code(), 0);
  std::string digest;
  const auto inspected = docker().http().Call(
      {.method = "GET", .path = "/images/" + docker::UrlEncode(private_image_) + "/json"});
  ASSERT_TRUE(inspected.ok()) << inspected.status();
  const size_t at = inspected->body.find("/owner/private@sha256:");
  ASSERT_NE(at, std::string::npos) << inspected->body;
  digest = inspected->body.substr(at + std::string("/owner/private@").size(), 71);
  Forget();
  v1::JobSpec spec = PrivateSpec();
  int job = 1;
  for (const std::string& name :
       {absl::StrCat(private_registry_->address(), "/owner/private@", digest),
        absl::StrCat(private_registry_->address(), "/owner/private:1@", digest)}) {
    spec.set_image(name);
    const FinishJobRequest end = Run(spec);
    EXPECT_EQ(end.exit_code(), 0);
    EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_EXITED) << end.reason();
    EXPECT_THAT(Log(++job), EndsWith(private_image_));
    ASSERT_TRUE(NothingIsLeft());
    const auto here = docker().InspectImage(name);
    ASSERT_TRUE(here.ok()) << here.status();
    EXPECT_TRUE(docker().RemoveImage(here->id, true).ok());
  }
}

TEST_F(RunnerRegistryTest, P20MissingCredentialsAreNamed) {
  StartRunner();
  const FinishJobRequest end = Run(PrivateSpec());
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_FAILED);
  EXPECT_THAT(end.reason(), HasSubstr("no basic auth credentials"));
  EXPECT_THAT(end.reason(), StartsWith(absl::StrCat(
                                "The registry ", private_registry_->address(),
                                " wants credentials for this image, or has none of this name. "
                                "The project has no credentials for it: a manager can add "
                                "them in its settings, under Registries. Docker says: ")));
  EXPECT_EQ(Log(), absl::StrCat(PullingPrivate(), end.reason(), "\n"));
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerRegistryTest, P20RefusedCredentialsAreNamedAndNotShown) {
  GiveCredentials(kUser, "wrong-password-4711");
  StartRunner();
  const FinishJobRequest end = Run(PrivateSpec());
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_FAILED);
  EXPECT_THAT(end.reason(), HasSubstr(absl::StrCat("The registry ", private_registry_->address(),
                                                   " refused the credentials of ann")));
  EXPECT_THAT(end.reason(), HasSubstr("can replace them in its settings, under Registries."));
  EXPECT_EQ(Log(), absl::StrCat(PullingPrivate(), end.reason(), "\n"));
  EXPECT_THAT(Log(), Not(HasSubstr("4711")));
}

TEST_F(RunnerRegistryTest, P20I18AForksBuildIsToldWhyItGetsNone) {
  StartRunner();
  v1::JobSpec spec = PrivateSpec();
  spec.set_fork(true);
  const FinishJobRequest end = Run(spec);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_FAILED);
  EXPECT_THAT(end.reason(), HasSubstr("builds of forks get no credentials."));
}

// The engine has the image: that must not make it anybody's.
TEST_F(RunnerRegistryTest, P20ARefusedPullNeverFallsBackToTheImageThatIsHere) {
  GiveCredentials(kUser, kPassword);
  StartRunner();
  ASSERT_EQ(Run(PrivateSpec()).exit_code(), 0);
  ASSERT_TRUE(IsHere());
  int job = 1;
  const auto refused = [&](const v1::JobSpec& spec) {
    const FinishJobRequest end = Run(spec);
    EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_FAILED);
    EXPECT_THAT(Log(++job), Not(HasSubstr("using the image as it is here")));
    EXPECT_THAT(Log(job), Not(EndsWith(private_image_)));
  };
  GiveNothing();
  refused(PrivateSpec("projects/2"));
  refused(PrivateSpec());
  GiveCredentials("bob", kPassword);
  refused(PrivateSpec("projects/2"));
  EXPECT_TRUE(IsHere());
}

TEST_F(RunnerRegistryTest, P20WhileTheRegistryIsAwayOnlyWhoPulledItMayHaveTheImageThatIsHere) {
  GiveCredentials(kUser, kPassword);
  StartRunner();
  ASSERT_EQ(Run(PrivateSpec()).exit_code(), 0);
  private_registry_->Stop();
  // It is known to the next process, too.
  runner_->Signal(SIGKILL);
  EXPECT_EQ(runner_->Wait(kPatience), 137);
  StartRunner();
  const std::string fallback = absl::StrCat("The registry ", private_registry_->address(),
                                            " cannot be reached; using the image as it is here.\n");
  EXPECT_EQ(Run(PrivateSpec()).exit_code(), 0);
  EXPECT_EQ(Log(2), absl::StrCat(PullingPrivate(), fallback, private_image_));

  int job = 2;
  const auto refused = [&](const v1::JobSpec& spec) {
    const FinishJobRequest end = Run(spec);
    EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_FAILED);
    EXPECT_THAT(end.reason(), EndsWith("The image that is here is not used: it was pulled with "
                                       "credentials that this build does not have."));
    EXPECT_THAT(Log(++job), Not(HasSubstr(fallback)));
  };
  refused(PrivateSpec("projects/2"));
  GiveCredentials("bob", kPassword);
  refused(PrivateSpec());
  GiveNothing();
  refused(PrivateSpec());
  v1::JobSpec fork = PrivateSpec();
  fork.set_fork(true);
  refused(fork);
}

// I15: to Docker with the pull, and nowhere else.
TEST_F(RunnerRegistryTest, P20ThePasswordIsNowhereButInMemory) {
  GiveCredentials(kUser, kPassword);
  StartRunner();
  v1::JobSpec spec = PrivateSpec();
  spec.set_script("#!/bin/sh\nenv\necho ready\nwhile [ ! -e go ]; do sleep 0.05; done\n");
  const std::string attempt = build_.Enqueue(spec);
  ASSERT_TRUE(WaitForLine("ready\n"));
  const auto has_password = [](const std::string& text) {
    return absl::StrContains(text, kPassword) ||
           absl::StrContains(text, absl::Base64Escape(kPassword).substr(0, 30));
  };
  for (const auto& process : fs::directory_iterator("/proc")) {
    const std::string path = process.path();
    EXPECT_FALSE(has_password(Text(path + "/cmdline"))) << Text(path + "/cmdline");
    EXPECT_FALSE(has_password(Text(path + "/environ"))) << Text(path + "/comm");
  }
  for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
    if (entry.is_regular_file()) {
      EXPECT_FALSE(has_password(Text(entry.path()))) << entry.path();
    }
  }
  const auto containers = docker().ListContainers("kozmic.runner=" + name_);
  ASSERT_TRUE(containers.ok() && containers->size() == 1);
  const auto inspected = docker().http().Call(
      {.method = "GET", .path = absl::StrCat("/containers/", containers->front().id, "/json")});
  ASSERT_TRUE(inspected.ok()) << inspected.status();
  EXPECT_FALSE(has_password(inspected->body));
  Give("go");
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 0);
  EXPECT_FALSE(has_password(Log()));
}

}  // namespace
}  // namespace kozmic::runner
