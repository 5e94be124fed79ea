#include "services/runner/init/secrets.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/runner/init/files.h"
#include "services/runner/init/protocol.h"

namespace kozmic::init {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const char* Parse(std::string text, Secrets& secrets) {
  // They point into it.
  static std::string kept;
  kept = std::move(text);
  return ParseSecrets(kept.data(), kept.size(), &secrets);
}

TEST(ParseSecretsTest, TakesWhatTheRunnerWrites) {
  Secrets secrets;
  ASSERT_EQ(Parse(std::string("kozmic-secrets 1\nA=1\n2\0B=\0", 26), secrets), nullptr);
  ASSERT_EQ(secrets.size, 2u);
  EXPECT_STREQ(secrets.variables[0], "A=1\n2");
  EXPECT_STREQ(secrets.variables[1], "B=");
  EXPECT_EQ(secrets.variables[2], nullptr);
  Secrets none;
  EXPECT_EQ(Parse("kozmic-secrets 1\n", none), nullptr);
  EXPECT_EQ(none.size, 0u);
}

TEST(ParseSecretsTest, RefusesAnythingElse) {
  std::string many = kSecretsMagic;
  for (size_t i = 0; i <= Secrets::kMaxSecrets; ++i) many += std::string("A=\0", 3);
  for (const std::string& bad :
       {std::string(), std::string("A=1\0", 4), std::string("kozmic-secrets 2\nA=1\0", 21),
        std::string("kozmic-secrets 1\nA=1"), std::string("kozmic-secrets 1\nA\0", 19),
        std::string("kozmic-secrets 1\n=canary\0", 25), many}) {
    auto secrets = std::make_unique<Secrets>();
    const char* wrong = Parse(bad, *secrets);
    ASSERT_NE(wrong, nullptr);
    EXPECT_THAT(wrong, Not(HasSubstr("canary")));
  }
}

TEST(MayBeSetTest, KeepsPathAndKozmicsOwn) {
  for (const char* variable : {"TOKEN=x", "PATHS=x", "MY_PATH=x", "KOSMIC=x", "path=x"}) {
    EXPECT_TRUE(MayBeSet(variable)) << variable;
  }
  for (const char* variable : {"PATH=x", "KOZMIC=x", "KOZMIC_REF=x", "KOZMICX=x"}) {
    EXPECT_FALSE(MayBeSet(variable)) << variable;
  }
}

class TakeSecretsTest : public testing::Test {
 protected:
  void SetUp() override {
    char path[] = "/tmp/kozmic-secrets-test-XXXXXX";
    ASSERT_NE(mkdtemp(path), nullptr);
    path_ = path;
    folder_ = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  }
  ~TakeSecretsTest() override {
    close(folder_);
    std::filesystem::remove_all(path_);
  }
  void Write(const std::string& text) { std::ofstream(path_ + "/secrets") << text; }
  bool Exists() { return std::filesystem::exists(path_ + "/secrets"); }

  std::string path_;
  int folder_ = -1;
  Secrets secrets_;
  Masker masker_;
  Line problem_;
};

// P5
TEST_F(TakeSecretsTest, RemovesTheFileAndMasks) {
  Write(std::string("kozmic-secrets 1\nA=canary\0", 26));
  ASSERT_TRUE(TakeSecrets(folder_, &secrets_, &masker_, &problem_)) << problem_.c_str();
  EXPECT_FALSE(Exists());
  EXPECT_STREQ(secrets_.variables[0], "A=canary");
  char text[] = "a canary";
  EXPECT_EQ(masker_.Mask(text, 8, true), 8u);
  EXPECT_STREQ(text, "a ******");
}

TEST_F(TakeSecretsTest, FailsWithoutTheFile) {
  EXPECT_FALSE(TakeSecrets(folder_, &secrets_, &masker_, &problem_));
  EXPECT_THAT(problem_.c_str(), HasSubstr("No such file"));
}

TEST_F(TakeSecretsTest, RemovesWhatItCannotUse) {
  Write("canary");
  EXPECT_FALSE(TakeSecrets(folder_, &secrets_, &masker_, &problem_));
  EXPECT_THAT(problem_.c_str(), Not(HasSubstr("canary")));
  EXPECT_FALSE(Exists());
}

TEST_F(TakeSecretsTest, FollowsNoLink) {
  std::ofstream(path_ + "/elsewhere") << std::string("kozmic-secrets 1\nA=canary\0", 26);
  ASSERT_EQ(symlink("elsewhere", (path_ + "/secrets").c_str()), 0);
  EXPECT_FALSE(TakeSecrets(folder_, &secrets_, &masker_, &problem_));
  EXPECT_TRUE(std::filesystem::exists(path_ + "/elsewhere"));
}

}  // namespace
}  // namespace kozmic::init
