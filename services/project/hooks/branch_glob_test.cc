#include "services/project/hooks/branch_glob.h"

#include <random>
#include <string>

#include "gtest/gtest.h"

namespace kozmic::project {
namespace {

// The definition, as short as it can be said; takes exponential time.
bool Naive(absl::string_view pattern, absl::string_view branch) {
  if (pattern.empty()) return branch.empty();
  if (pattern.substr(0, 2) == "**") {
    return Naive(pattern.substr(2), branch) ||
           (!branch.empty() && Naive(pattern, branch.substr(1)));
  }
  if (pattern[0] == '*') {
    return Naive(pattern.substr(1), branch) ||
           (!branch.empty() && branch[0] != '/' && Naive(pattern, branch.substr(1)));
  }
  if (branch.empty() || (pattern[0] == '?' ? branch[0] == '/' : branch[0] != pattern[0])) {
    return false;
  }
  return Naive(pattern.substr(1), branch.substr(1));
}

TEST(MatchesGlobTest, ReadsPatternsAsPeopleDo) {
  EXPECT_TRUE(MatchesGlob("main", "main"));
  EXPECT_FALSE(MatchesGlob("main", "main2"));
  EXPECT_FALSE(MatchesGlob("main", "Main"));
  EXPECT_TRUE(MatchesGlob("release/*", "release/1.0"));
  EXPECT_FALSE(MatchesGlob("release/*", "release/1.0/fix"));
  EXPECT_TRUE(MatchesGlob("release/**", "release/1.0/fix"));
  EXPECT_TRUE(MatchesGlob("**", "any/thing"));
  EXPECT_FALSE(MatchesGlob("*", "any/thing"));
  EXPECT_TRUE(MatchesGlob("v?.*", "v1.2"));
  EXPECT_TRUE(MatchesGlob("*-fix", "a-fix-fix"));
  EXPECT_FALSE(MatchesGlob("", "x"));
  EXPECT_TRUE(MatchesGlob("a[b]", "a[b]"));
}

TEST(MatchesGlobTest, AgreesWithItsDefinitionOnRandomPatterns) {
  for (unsigned seed = 1; seed <= 20000; ++seed) {
    std::mt19937 random(seed);
    const auto text = [&](const std::string& letters, size_t longest) {
      std::string result;
      for (size_t n = random() % (longest + 1); n > 0; --n) {
        result.push_back(letters[random() % letters.size()]);
      }
      return result;
    };
    const std::string pattern = text("ab/*?*", 7);
    const std::string branch = text("ab/", 8);
    ASSERT_EQ(MatchesGlob(pattern, branch), Naive(pattern, branch))
        << "seed " << seed << " pattern " << pattern << " branch " << branch;
  }
}

TEST(MatchesGlobTest, HostilePatternsTakeLinearSteps) {
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "**a";
  EXPECT_FALSE(MatchesGlob(pattern + "b", std::string(2000, 'a')));
}

}  // namespace
}  // namespace kozmic::project
