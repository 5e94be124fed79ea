#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/build/stores_fixture.h"

namespace kozmic::build {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class LatestBuildsTest : public StoresFixture {
 protected:
  std::string SummaryOf(const std::string& message) {
    auto request = Request(message.substr(0, 100));
    request.set_message(message);
    EXPECT_TRUE(Create(1, request).ok());
    return (*builds_->ListLatest({1}, BuildStore::Form::kSummary))[0].message();
  }
};

TEST_F(LatestBuildsTest, ASummaryIsTheNewestBuildWithoutItsJobs) {
  ASSERT_TRUE(Create(1, Request("a", 2)).ok());
  ASSERT_TRUE(Create(1, Request("b", 2)).ok());
  ASSERT_TRUE(Create(2, Request("a")).ok());
  const auto summaries = builds_->ListLatest({1, 3}, BuildStore::Form::kSummary);
  ASSERT_THAT(*summaries, SizeIs(1));
  v1::Build expected = *builds_->Get(1, 2);
  ASSERT_THAT(expected.jobs(), SizeIs(2));
  EXPECT_EQ((*builds_->ListLatest({1}, BuildStore::Form::kWhole))[0].SerializeAsString(),
            expected.SerializeAsString());
  expected.clear_jobs();
  EXPECT_EQ((*summaries)[0].SerializeAsString(), expected.SerializeAsString());
}

TEST_F(LatestBuildsTest, ASummarysMessageIsItsFirstLineCut) {
  EXPECT_EQ(SummaryOf("Say hello"), "Say hello");
  EXPECT_EQ(SummaryOf(""), "");
  EXPECT_EQ(SummaryOf("Say hello\n\nBecause."), "Say hello");
  EXPECT_EQ(SummaryOf("Say hello\r\nBecause."), "Say hello");
  EXPECT_EQ(SummaryOf("\nBecause."), "");
  std::string long_line;
  for (int i = 0; i < 300; ++i) long_line += "ü";
  EXPECT_EQ(SummaryOf("long" + long_line), "long" + long_line.substr(0, 2 * 196));
}

TEST_F(LatestBuildsTest, NoProjectsHaveNoBuilds) {
  EXPECT_THAT(*builds_->ListLatest({}, BuildStore::Form::kSummary), IsEmpty());
}

}  // namespace
}  // namespace kozmic::build
