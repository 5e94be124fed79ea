#include "gateway/badge_svg.h"

#include <gtest/gtest.h>

#include <set>

#include "absl/strings/match.h"

namespace kozmic::gateway {
namespace {

// P33: nobody has to see colours, or to see.
TEST(BadgeSvgTest, EveryStateHasItsWord) {
  std::set<std::string> texts;
  for (int state = build::v1::State_MIN; state <= build::v1::State_MAX; ++state) {
    const BadgeFace face = FaceOf(static_cast<build::v1::State>(state));
    texts.insert(std::string(face.text));
    const std::string image = DrawBadge("build", face);
    EXPECT_TRUE(absl::StrContains(image, face.color));
    EXPECT_TRUE(absl::StrContains(
        image, "role=\"img\" aria-label=\"build: " + std::string(face.text) + "\"><title>"));
  }
  EXPECT_EQ(texts, (std::set<std::string>{"passing", "failing", "error", "running", "queued",
                                          "cancelled", "no builds"}));
}

TEST(BadgeSvgTest, IsAsWideAsItsTextsAreInVerdana) {
  // "build" and "passing" at 11 pixels, each with 6 pixels on both sides.
  const std::string image = DrawBadge("build", FaceOf(build::v1::STATE_SUCCESS));
  EXPECT_TRUE(absl::StrContains(image, "width=\"93\" height=\"20\" viewBox=\"0 0 93 20\""))
      << image;
  EXPECT_TRUE(absl::StrContains(image, "<rect x=\"39\" width=\"54\""));
  EXPECT_TRUE(absl::StrContains(image, "textLength=\"27\">build</text>"));
}

TEST(BadgeSvgTest, TextIsEscaped) {
  const std::string image = DrawBadge("<a b='&\">", {"x", "#000000"});
  EXPECT_FALSE(absl::StrContains(image, "<a"));
  EXPECT_TRUE(absl::StrContains(image, "&lt;a b=&apos;&amp;&quot;&gt;"));
}

TEST(BadgeSvgTest, NeedsNeitherStyleNorScriptNorAnythingElse) {
  const std::string image = DrawBadge("build", FaceOf(build::v1::STATE_ERROR));
  for (const char* part : {"style", "script", "href", "class=", "@"}) {
    EXPECT_FALSE(absl::StrContains(image, part)) << part;
  }
}

}  // namespace
}  // namespace kozmic::gateway
