#include "services/runner/fetch/revision.h"

#include "gtest/gtest.h"

namespace kozmic::runner {
namespace {

TEST(LocalBranchTest, OnlySimpleNames) {
  EXPECT_EQ(LocalBranch("refs/heads/main"), "main");
  EXPECT_EQ(LocalBranch("refs/heads/feature/x-1.2_b"), "feature/x-1.2_b");
  for (const char* ref :
       {"", "main", "refs/tags/v1", "refs/heads/", "refs/heads/a..b", "refs/heads/.a",
        "refs/heads/a/.b", "refs/heads/a.lock", "refs/heads/a/", "refs/heads//a", "refs/heads/-a",
        "refs/heads/a b", "refs/heads/HEAD", "refs/heads/caf\xc3\xa9"}) {
    EXPECT_EQ(LocalBranch(ref), "") << ref;
  }
}

TEST(IsPullRequestHeadTest, NothingElse) {
  EXPECT_TRUE(IsPullRequestHead("refs/pull/1/head"));
  EXPECT_TRUE(IsPullRequestHead("refs/pull/123456/head"));
  for (const char* ref :
       {"", "refs/pull//head", "refs/pull/1/merge", "refs/pull/1/head/x", "refs/pull/-1/head",
        "refs/pull/1:refs/heads/main/head", "refs/pull/1 2/head", "refs/heads/1/head",
        "+refs/pull/1/head", "refs/pull/1234567890123456789/head"}) {
    EXPECT_FALSE(IsPullRequestHead(ref)) << ref;
  }
}

}  // namespace
}  // namespace kozmic::runner
