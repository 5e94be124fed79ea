#include "services/project/hooks/tracked_files.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kozmic::project {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(TrackedFilesTest, ArePathsOfOneSpellingEachOnce) {
  // K21
  EXPECT_THAT(*NormalizeTrackedFiles({"././a/../x", "x", " x/ ", "b//c/./d", "", "  "}),
              ElementsAre("b/c/d", "x"));
  EXPECT_THAT(*NormalizeTrackedFiles({"A", "a"}), ElementsAre("A", "a"));
  EXPECT_THAT(*NormalizeTrackedFiles({".", "a/.."}), ElementsAre("."));
  EXPECT_THAT(*NormalizeTrackedFiles({"with blank/naïve.txt"}),
              ElementsAre("with blank/naïve.txt"));
  EXPECT_THAT(*NormalizeTrackedFiles({".github", ".gitignore"}),
              ElementsAre(".github", ".gitignore"));
  EXPECT_THAT(*NormalizeTrackedFiles({}), IsEmpty());
}

TEST(TrackedFilesTest, WhatLiesOutsideOfTheRepositoryIsRefused) {
  // Bad input 70.
  for (const std::string path : {"..", "a/../..", "../x", "/etc/passwd", "/", ".git/config", ".git",
                                 "./.GIT/hooks", "a\nb", "a\x01"}) {
    EXPECT_EQ(NormalizeTrackedFiles({path}).status().code(), absl::StatusCode::kInvalidArgument)
        << path;
  }
}

TEST(TrackedFilesTest, HaveLimits) {
  std::string umlauts;
  for (int i = 0; i < 250; ++i) umlauts += "ü";
  EXPECT_TRUE(NormalizeTrackedFiles({umlauts}).ok());
  EXPECT_FALSE(NormalizeTrackedFiles({umlauts + "x"}).ok());
  std::vector<std::string> many;
  for (int i = 0; i < 100; ++i) many.push_back("f" + std::to_string(i));
  EXPECT_TRUE(NormalizeTrackedFiles(many).ok());
  many.push_back("f1");
  EXPECT_TRUE(NormalizeTrackedFiles(many).ok());
  many.push_back("another");
  EXPECT_FALSE(NormalizeTrackedFiles(many).ok());
}

}  // namespace
}  // namespace kozmic::project
