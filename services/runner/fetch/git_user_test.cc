#include "services/runner/fetch/git_user.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/process/child_process.h"

namespace kozmic::runner {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

// These need root, as a runner that has an account for git does.
class GitUserTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char path[] = "/tmp/kozmic-git-user-test-XXXXXX";
    ASSERT_NE(mkdtemp(path), nullptr);
    folder_ = path;
    auto user = GitUser::Find("nobody");
    ASSERT_TRUE(user.ok()) << user.status();
    user_ = *user;
  }
  ~GitUserTest() override { fs::remove_all(folder_); }

  ChildResult Run(const std::vector<std::string>& argv) {
    const auto result =
        RunChild(user_.Command(argv), {"PATH=/usr/bin:/bin"}, absl::Seconds(20), {});
    EXPECT_TRUE(result.ok()) << result.status();
    return *result;
  }

  std::string folder_;
  GitUser user_;
};

TEST_F(GitUserTest, IsTheAccountAndHasNoOtherRights) {
  EXPECT_EQ(Run({"id", "-u"}).output, std::to_string(user_.uid()) + "\n");
  EXPECT_EQ(Run({"id", "-G"}).output, Run({"id", "-g"}).output) << "no other groups";
  EXPECT_THAT(Run({"grep", "CapBnd", "/proc/self/status"}).output, HasSubstr("0000000000000000"));
  EXPECT_THAT(Run({"grep", "NoNewPrivs", "/proc/self/status"}).output, HasSubstr("1"));
  std::ofstream(folder_ + "/secret") << "secret";
  EXPECT_NE(Run({"cat", folder_ + "/secret"}).exit_code, 0);
}

TEST_F(GitUserTest, EntersWhereItIsLet) {
  const absl::Status barred = user_.CheckMayEnter(folder_);
  EXPECT_TRUE(absl::IsInvalidArgument(barred)) << barred;
  EXPECT_THAT(barred.message(), HasSubstr("chmod o+x"));
  fs::create_directory(folder_ + "/inner");
  ASSERT_TRUE(user_.Admit(folder_).ok());
  EXPECT_TRUE(user_.CheckMayEnter(folder_ + "/inner").ok());
  EXPECT_NE(Run({"ls", folder_}).exit_code, 0) << "without seeing what is there";
}

TEST_F(GitUserTest, IsGivenFoldersAndLosesThem) {
  const std::string inner = folder_ + "/inner";
  fs::create_directories(inner + "/below");
  std::ofstream(folder_ + "/ours") << "ours";
  fs::create_symlink(folder_ + "/ours", inner + "/link");
  ASSERT_TRUE(user_.Admit(folder_).ok());
  ASSERT_TRUE(user_.Give(inner).ok());
  EXPECT_TRUE(user_.Owns(inner + "/below"));
  EXPECT_FALSE(user_.Owns(folder_ + "/ours")) << "by way of a link";
  EXPECT_EQ(Run({"touch", inner + "/below/file"}).exit_code, 0);
  ASSERT_TRUE(user_.TakeBack(inner).ok());
  EXPECT_FALSE(user_.Owns(inner + "/below/file"));
  EXPECT_NE(Run({"touch", inner + "/below/file"}).exit_code, 0);
}

TEST_F(GitUserTest, AnAccountThatIsNotThereIsRefused) {
  const auto user = GitUser::Find("no-such-user");
  EXPECT_TRUE(absl::IsInvalidArgument(user.status())) << user.status();
  EXPECT_THAT(user.status().message(), HasSubstr("no-such-user"));
}

TEST_F(GitUserTest, NoneIsWhoeverRunsIt) {
  const GitUser own;
  EXPECT_TRUE(own.is_own());
  EXPECT_EQ(own.Command({"a", "b"}), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(own.CheckMayEnter(folder_).ok());
  EXPECT_TRUE(own.Owns(folder_));
}

}  // namespace
}  // namespace kozmic::runner
