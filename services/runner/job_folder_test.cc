#include "services/runner/job_folder.h"

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kozmic::runner {
namespace {

class JobFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    char path[] = "/tmp/kozmic-job-folder-XXXXXX";
    ASSERT_NE(mkdtemp(path), nullptr);
    work_ = path;
    lease_.set_attempt("projects/7/builds/3/jobs/2/attempts/1");
    lease_.set_fence(5);
    lease_.set_log("logs/7-3-2-1");
    lease_.set_log_token("secret");
    lease_.mutable_spec()->set_image("debian:12");
    lease_.mutable_spec()->set_script("#!/bin/sh\necho hi\n");
  }
  void TearDown() override { std::filesystem::remove_all(work_); }

  void WriteExit(const std::string& text) { std::ofstream(work_ + "/7-3-2-1.5/job/exit") << text; }

  std::string work_;
  v1::Lease lease_;
};

TEST_F(JobFolderTest, IsFoundAgainWithItsLeaseAndLog) {
  auto made = JobFolder::Create(work_, lease_);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ((*made)->id(), "7-3-2-1.5");
  ASSERT_TRUE((*made)->AppendLog("one\n").ok());
  made->reset();

  EXPECT_THAT(JobFolder::List(work_), testing::ElementsAre("7-3-2-1.5"));
  auto found = JobFolder::Open(work_, "7-3-2-1.5");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ((*found)->lease().SerializeAsString(), lease_.SerializeAsString());
  ASSERT_TRUE((*found)->AppendLog("two\n").ok());
  EXPECT_EQ((*found)->LogSize(), 8);
}

TEST_F(JobFolderTest, LeaseIsReadableByItsOwnerOnly) {
  const auto made = JobFolder::Create(work_, lease_);
  ASSERT_TRUE(made.ok()) << made.status();
  struct stat info;
  ASSERT_EQ(stat((work_ + "/7-3-2-1.5/lease.json").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  ASSERT_EQ(stat((work_ + "/7-3-2-1.5").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
}

TEST_F(JobFolderTest, HalfMadeFolderIsNotFound) {
  std::filesystem::create_directory(work_ + "/7-3-2-1.5");
  EXPECT_EQ(JobFolder::Open(work_, "7-3-2-1.5").status().code(), absl::StatusCode::kNotFound);
  std::ofstream(work_ + "/7-3-2-1.5/lease.json") << "{\"attem";
  EXPECT_EQ(JobFolder::Open(work_, "7-3-2-1.5").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(JobFolderTest, NotesAreForTheNextProcess) {
  auto made = JobFolder::Create(work_, lease_);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_FALSE((*made)->ReadNote(kGrantedNote).has_value());
  ASSERT_TRUE((*made)->WriteNote(kGrantedNote, "early").ok());
  ASSERT_TRUE((*made)->WriteNote(kGrantedNote, "late").ok());
  ASSERT_TRUE((*made)->Reset().ok());
  made->reset();
  const auto found = JobFolder::Open(work_, "7-3-2-1.5");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ((*found)->ReadNote(kGrantedNote), "late");
  EXPECT_FALSE((*found)->ReadNote(kEndingNote).has_value());
  const auto anew = JobFolder::Create(work_, lease_);
  ASSERT_TRUE(anew.ok()) << anew.status();
  EXPECT_FALSE((*anew)->ReadNote(kGrantedNote).has_value()) << "a new attempt has none";
}

// K46
TEST_F(JobFolderTest, LastLineIsOneOfItsOwnAndThereOnce) {
  const auto folder = JobFolder::Create(work_, lease_);
  ASSERT_TRUE(folder.ok()) << folder.status();
  const auto log = [&] {
    std::ifstream file((*folder)->log_path());
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  ASSERT_TRUE((*folder)->EndLog("Sorry.").ok());
  ASSERT_TRUE((*folder)->EndLog("Sorry.").ok());
  EXPECT_EQ(log(), "Sorry.\n");
  ASSERT_TRUE((*folder)->AppendLog("not Sorry.\n").ok());
  ASSERT_TRUE((*folder)->EndLog("Sorry.").ok());
  EXPECT_EQ(log(), "Sorry.\nnot Sorry.\nSorry.\n");
  ASSERT_TRUE((*folder)->AppendLog("half").ok());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE((*folder)->EndLog("Sorry.").ok());
  EXPECT_EQ(log(), "Sorry.\nnot Sorry.\nSorry.\nhalf\nSorry.\n");
}

TEST_F(JobFolderTest, ReadsHowTheScriptEnded) {
  const auto folder = JobFolder::Create(work_, lease_);
  ASSERT_TRUE(folder.ok()) << folder.status();
  const auto running = (*folder)->ReadExit();
  ASSERT_TRUE(running.ok());
  EXPECT_FALSE(running->has_value());

  WriteExit("signal 9\nlog-error No space left on device\n");
  const auto ended = (*folder)->ReadExit();
  ASSERT_TRUE(ended.ok());
  ASSERT_TRUE(ended->has_value());
  EXPECT_EQ((*ended)->ExitCode(), 137);
  EXPECT_EQ((*ended)->log_error, "No space left on device");
}

TEST_F(JobFolderTest, BelievesNothingButAPlainExitFile) {
  const auto folder = JobFolder::Create(work_, lease_);
  ASSERT_TRUE(folder.ok()) << folder.status();
  const std::string exit = work_ + "/7-3-2-1.5/job/exit";

  std::ofstream(work_ + "/elsewhere") << "code 0\n";
  ASSERT_EQ(symlink((work_ + "/elsewhere").c_str(), exit.c_str()), 0);
  EXPECT_FALSE((*folder)->ReadExit().ok());
  ASSERT_EQ(unlink(exit.c_str()), 0);

  ASSERT_EQ(mkfifo(exit.c_str(), 0600), 0);
  EXPECT_EQ((*folder)->ReadExit().status().code(), absl::StatusCode::kDataLoss);
  ASSERT_EQ(unlink(exit.c_str()), 0);

  WriteExit(std::string(100000, 'x'));
  EXPECT_EQ((*folder)->ReadExit().status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(JobFolderTest, BadInput57LogStaysTheSameFileWhateverBecomesOfItsName) {
  const auto folder = JobFolder::Create(work_, lease_);
  ASSERT_TRUE(folder.ok()) << folder.status();
  ASSERT_TRUE((*folder)->AppendLog("true\n").ok());
  ASSERT_EQ(unlink((*folder)->log_path().c_str()), 0);
  ASSERT_EQ(symlink("/etc/passwd", (*folder)->log_path().c_str()), 0);
  EXPECT_EQ((*folder)->LogSize(), 5);
  EXPECT_FALSE(JobFolder::Open(work_, "7-3-2-1.5").ok()) << "nor is the link followed later";
}

TEST_F(JobFolderTest, RemovalLeavesNothingAndFollowsNoLink) {
  ASSERT_TRUE(JobFolder::Create(work_, lease_).ok());
  std::filesystem::create_directory(work_ + "/kept");
  std::ofstream(work_ + "/kept/file") << "x";
  std::filesystem::create_symlink(work_ + "/kept", work_ + "/7-3-2-1.5/src/link");
  EXPECT_TRUE(JobFolder::Remove(work_, "7-3-2-1.5").ok());
  EXPECT_TRUE(JobFolder::Remove(work_, "7-3-2-1.5").ok()) << "twice is fine";
  EXPECT_FALSE(std::filesystem::exists(work_ + "/7-3-2-1.5"));
  EXPECT_TRUE(std::filesystem::exists(work_ + "/kept/file"));
}

// The runner may die while git, under its own account, owns the clone that it makes.
TEST_F(JobFolderTest, RemovesWhatItsGitAccountOwnedWhenTheRunnerDied) {
  const passwd* nobody = getpwnam("nobody");
  ASSERT_NE(nobody, nullptr);
  ASSERT_EQ(geteuid(), 0u) << "tests run as root, as a runner with a git account does";
  ASSERT_TRUE(JobFolder::Create(work_, lease_).ok());
  const std::string source = work_ + "/7-3-2-1.5/src";
  std::filesystem::create_directories(source + "/.git/objects");
  std::ofstream(source + "/.git/objects/pack") << "x";
  for (const char* path : {"", "/.git", "/.git/objects", "/.git/objects/pack"}) {
    const std::string at = source + path;
    ASSERT_EQ(chown(at.c_str(), nobody->pw_uid, nobody->pw_gid), 0) << at;
  }
  ASSERT_EQ(chmod((source + "/.git/objects").c_str(), 0500), 0);
  EXPECT_THAT(JobFolder::List(work_), testing::ElementsAre("7-3-2-1.5"));
  const absl::Status removed = JobFolder::Remove(work_, "7-3-2-1.5");
  EXPECT_TRUE(removed.ok()) << removed;
  EXPECT_FALSE(std::filesystem::exists(work_ + "/7-3-2-1.5"));
}

TEST_F(JobFolderTest, RemovesThirtyThousandNestedFolders) {
  ASSERT_TRUE(JobFolder::Create(work_, lease_).ok());
  int at = open((work_ + "/7-3-2-1.5/src").c_str(), O_RDONLY | O_DIRECTORY);
  for (int i = 0; i < 30000; ++i) {
    ASSERT_EQ(mkdirat(at, "d", 0755), 0);
    const int next = openat(at, "d", O_RDONLY | O_DIRECTORY);
    close(at);
    at = next;
  }
  close(at);
  rlimit limit;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  rlimit few = limit;
  few.rlim_cur = 256;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  const absl::Status removed = JobFolder::Remove(work_, "7-3-2-1.5");
  EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_TRUE(removed.ok()) << removed;
  EXPECT_FALSE(std::filesystem::exists(work_ + "/7-3-2-1.5"));
}

TEST_F(JobFolderTest, KnowsThatTheScriptWasLetGoWhateverTheContainerRemoves) {
  auto made = JobFolder::Create(work_, lease_);
  ASSERT_TRUE(made.ok()) << made.status();
  ASSERT_TRUE((*made)->WritePlan({}).ok());
  EXPECT_FALSE((*made)->Released());
  ASSERT_TRUE((*made)->Go().ok());
  EXPECT_TRUE((*made)->Released());
  EXPECT_FALSE((*made)->Reset().ok());
  made->reset();

  ASSERT_TRUE(JobFolder::Open(work_, "7-3-2-1.5").ok());
  for (const auto& file : std::filesystem::directory_iterator(work_ + "/7-3-2-1.5/job")) {
    std::filesystem::remove_all(file);
  }
  EXPECT_EQ(JobFolder::Open(work_, "7-3-2-1.5").status().code(), absl::StatusCode::kDataLoss);
  ASSERT_TRUE(JobFolder::Salvage(work_, lease_).ok());
  const auto mended = JobFolder::Open(work_, "7-3-2-1.5");
  ASSERT_TRUE(mended.ok()) << mended.status();
  EXPECT_TRUE((*mended)->Released());
  EXPECT_EQ((*mended)->LogSize(), 0);
}

TEST_F(JobFolderTest, WarmFolderBecomesAnAttempts) {
  auto folder = JobFolder::CreateWarm(work_, "warm-1", "sha256:1", {});
  ASSERT_TRUE(folder.ok()) << folder.status();
  // As kozmic-init does.
  const http::UniqueFd go(open((work_ + "/warm-1/job/go").c_str(), O_RDONLY | O_NONBLOCK));
  ASSERT_TRUE((*folder)->ListenForEnd().ok());
  ASSERT_TRUE((*folder)->Become(lease_).ok());
  EXPECT_THAT(JobFolder::List(work_), testing::ElementsAre("7-3-2-1.5"));
  EXPECT_EQ((*folder)->id(), "7-3-2-1.5");
  EXPECT_EQ((*folder)->ContainerId(), "warm-1");
  ScriptPlan plan;
  plan.script = "true\n";
  ASSERT_TRUE((*folder)->WritePlan(plan).ok());
  ASSERT_TRUE((*folder)->Go().ok());
  char word = 0;
  EXPECT_EQ(read(go.get(), &word, 1), 1);
  EXPECT_EQ(word, 'g');
  EXPECT_EQ((*folder)->warm()->image_id, "sha256:1");
  folder->reset();

  const auto found = JobFolder::Open(work_, "7-3-2-1.5");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_TRUE((*found)->Released());
  EXPECT_EQ((*found)->lease().SerializeAsString(), lease_.SerializeAsString());
  EXPECT_EQ((*found)->ContainerId(), "warm-1");
}

TEST_F(JobFolderTest, WordThatNobodyHearsLetsNothingGo) {
  signal(SIGPIPE, SIG_IGN);
  auto folder = JobFolder::CreateWarm(work_, "warm-1", "sha256:1", {});
  ASSERT_TRUE(folder.ok()) << folder.status();
  {
    const http::UniqueFd go(open((work_ + "/warm-1/job/go").c_str(), O_RDONLY | O_NONBLOCK));
    ASSERT_TRUE((*folder)->ListenForEnd().ok());
  }
  ASSERT_TRUE((*folder)->Become(lease_).ok());
  ASSERT_TRUE((*folder)->WritePlan({}).ok());
  EXPECT_TRUE(absl::IsUnavailable((*folder)->Go({{"TOKEN", "canary"}})));
  EXPECT_FALSE((*folder)->Released());
  EXPECT_FALSE(std::filesystem::exists(work_ + "/7-3-2-1.5/job/secrets"));

  // The attempt gets a container of its own.
  ASSERT_TRUE((*folder)->ForgetWarm().ok());
  EXPECT_EQ((*folder)->ContainerId(), "7-3-2-1.5");
  ASSERT_TRUE((*folder)->WritePlan({}).ok());
  EXPECT_TRUE((*folder)->Go().ok());
  EXPECT_TRUE((*folder)->Released());
}

TEST_F(JobFolderTest, BeginningAnewForgetsTheContainerThatCameWithIt) {
  auto folder = JobFolder::CreateWarm(work_, "warm-1", "sha256:1", {});
  ASSERT_TRUE(folder.ok()) << folder.status();
  ASSERT_TRUE((*folder)->Become(lease_).ok());
  EXPECT_EQ(JobFolder::WarmOf(work_, "7-3-2-1.5")->id, "warm-1");
  ASSERT_TRUE((*folder)->Reset().ok());
  EXPECT_EQ((*folder)->ContainerId(), "7-3-2-1.5");
  EXPECT_FALSE(JobFolder::WarmOf(work_, "7-3-2-1.5").has_value());
}

// P5
TEST_F(JobFolderTest, SecretsAreRootsAloneAndBesideNothingElse) {
  auto folder = JobFolder::Create(work_, lease_);
  ASSERT_TRUE(folder.ok()) << folder.status();
  ASSERT_TRUE((*folder)->WritePlan({}).ok());
  ASSERT_TRUE((*folder)->Go({{"TOKEN", "canary"}}).ok());
  const std::string secrets = work_ + "/7-3-2-1.5/job/secrets";
  struct stat info;
  ASSERT_EQ(stat(secrets.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(work_)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    if (absl::StrContains(text, "canary")) ++files;
  }
  EXPECT_EQ(files, 1);

  // A runner was killed, and the container too, before the secrets were read.
  folder->reset();
  ASSERT_TRUE(JobFolder::Open(work_, "7-3-2-1.5").ok());
  EXPECT_FALSE(std::filesystem::exists(secrets));
}

TEST_F(JobFolderTest, NoSecretsNoFile) {
  const auto folder = JobFolder::Create(work_, lease_);
  ASSERT_TRUE(folder.ok()) << folder.status();
  ASSERT_TRUE((*folder)->WritePlan({}).ok());
  ASSERT_TRUE((*folder)->Go().ok());
  EXPECT_FALSE(std::filesystem::exists(work_ + "/7-3-2-1.5/job/secrets"));
}

TEST_F(JobFolderTest, SecretsGoWithEverySettingBack) {
  const auto folder = JobFolder::Create(work_, lease_);
  ASSERT_TRUE(folder.ok()) << folder.status();
  const std::string secrets = work_ + "/7-3-2-1.5/job/secrets";
  ASSERT_TRUE((*folder)->WritePlan({}).ok());
  std::ofstream(secrets) << "left by a crash";
  ASSERT_TRUE((*folder)->Reset().ok());
  EXPECT_FALSE(std::filesystem::exists(secrets));

  // The word cannot be given: there is no plan, and so no pipe.
  EXPECT_FALSE((*folder)->Go({{"TOKEN", "canary"}}).ok());
  EXPECT_FALSE(std::filesystem::exists(secrets));

  std::ofstream(secrets) << "left by a crash";
  ASSERT_TRUE(JobFolder::Salvage(work_, lease_).ok());
  EXPECT_FALSE(std::filesystem::exists(secrets));
}

}  // namespace
}  // namespace kozmic::runner
