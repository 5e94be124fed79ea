#include "services/build/domain/commit_status.h"

#include "gtest/gtest.h"

namespace kozmic::build {
namespace {

std::string Shown(const std::vector<CommitBuild>& builds) {
  const auto status = CommitStatusOf(builds);
  return status ? status->description : "";
}

// K36
TEST(CommitStatusTest, NothingIsSaidBeforeSomethingStarts) {
  EXPECT_EQ(Shown({}), "");
  EXPECT_EQ(Shown({{1, v1::STATE_ENQUEUED}}), "");
  EXPECT_EQ(Shown({{1, v1::STATE_PENDING}}), "Kozmic build #1 is pending");
}

// I10
TEST(CommitStatusTest, TheWorstOfItsBuildsSpeaksAndOfEqualsTheNewest) {
  EXPECT_EQ(Shown({{1, v1::STATE_SUCCESS}, {2, v1::STATE_PENDING}}), "Kozmic build #2 is pending");
  EXPECT_EQ(Shown({{1, v1::STATE_SUCCESS}, {2, v1::STATE_ENQUEUED}}), "");
  EXPECT_EQ(Shown({{1, v1::STATE_SUCCESS}, {2, v1::STATE_SUCCESS}}), "Kozmic build #2 has passed");
  EXPECT_EQ(Shown({{1, v1::STATE_FAILURE, "Test"}, {2, v1::STATE_PENDING}}),
            "Kozmic build #1 has failed because of the \"Test\" job");
  EXPECT_EQ(Shown({{3, v1::STATE_CANCELLED}, {2, v1::STATE_ERROR, "Lint"}}),
            "Kozmic build #2 could not be completed because of the \"Lint\" job");
}

}  // namespace
}  // namespace kozmic::build
