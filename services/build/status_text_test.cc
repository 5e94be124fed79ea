#include "services/build/status_text.h"

#include "gtest/gtest.h"

namespace kozmic::build {
namespace {

TEST(StatusTextTest, K36Texts) {
  EXPECT_EQ(StatusDescription(7, v1::STATE_PENDING, "Test"), "Kozmic build #7 is pending");
  EXPECT_EQ(StatusDescription(7, v1::STATE_SUCCESS, "Test"), "Kozmic build #7 has passed");
  EXPECT_EQ(StatusDescription(7, v1::STATE_FAILURE, "Test"),
            "Kozmic build #7 has failed because of the \"Test\" job");
}

TEST(StatusTextTest, NeverLongerThanGithubTakesNorCutInsideACharacter) {
  std::string title;
  while (title.size() < 200) title += "ü";
  for (int shift = 0; shift < 4; ++shift) {
    const std::string text =
        StatusDescription(INT64_MAX, v1::STATE_FAILURE, std::string(shift, 'x') + title);
    EXPECT_LE(text.size(), 140u);
    EXPECT_NE(text.find("ü…\" job"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace kozmic::build
