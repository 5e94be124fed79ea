#include "services/logstream/search/line_matcher.h"

#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kozmic {
namespace {

using ::testing::HasSubstr;

LineMatcher Matcher(const LineQuery& query) {
  auto matcher = LineMatcher::Create(query);
  EXPECT_TRUE(matcher.ok()) << matcher.status();
  return *std::move(matcher);
}

std::string Found(const LineQuery& query, const std::string& text) {
  const auto match = Matcher(query).Find(text);
  return match ? text.substr(match->begin, match->end - match->begin) : "-";
}

TEST(LineMatcherTest, FindsTextAndExpressions) {
  EXPECT_EQ(Found({.pattern = "a.b"}, "axb a.b"), "a.b");
  EXPECT_EQ(Found({.pattern = "ERROR"}, "an Error here"), "Error");
  EXPECT_EQ(Found({.pattern = "ERROR", .match_case = true}, "an Error here"), "-");
  EXPECT_EQ(Found({.pattern = "exit(ed)? with [1-9]+", .regex = true}, "exited with 12."),
            "exited with 12");
  // Each state of a line that is drawn over is a line.
  EXPECT_EQ(Found({.pattern = "^20%$", .regex = true}, "10%\n20%\n30%"), "20%");
  EXPECT_EQ(Found({.pattern = "10.*30", .regex = true}, "10%\n20%\n30%"), "-");
  EXPECT_EQ(Found({.pattern = "end"}, "bad \xff\xfe bytes end"), "end");
  EXPECT_EQ(Found({.pattern = "\xc3\x84rger"}, "so viel \xc3\xa4rger"), "\xc3\xa4rger");
}

TEST(LineMatcherTest, SaysWhatIsWrongWithAPattern) {
  const auto error = [](const std::string& pattern, bool regex) {
    const absl::Status status = LineMatcher::Create({.pattern = pattern, .regex = regex}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << pattern;
    return std::string(status.message());
  };
  EXPECT_THAT(error("", false), HasSubstr("nothing to search for"));
  EXPECT_THAT(error(std::string(1001, 'x'), false), HasSubstr("longer than 1000"));
  EXPECT_THAT(error("a(b", true), HasSubstr("missing )"));
  EXPECT_THAT(error("a)b(c", true), HasSubstr("not a regular expression"));
  EXPECT_THAT(error("(a{1000}){1000}", true), HasSubstr("repetition"));
  EXPECT_THAT(error("(?=ahead)", true), HasSubstr("not a regular expression"));
}

TEST(LineMatcherTest, AnyExpressionTakesLinearTime) {
  const LineMatcher matcher = Matcher({.pattern = "(a*)*b", .regex = true});
  // An expression that goes back over what it read would not end within this test's time.
  EXPECT_FALSE(matcher.Find(std::string(60'000, 'a')).has_value());
}

TEST(LineMatcherTest, TellsWhichPartsATextMustHave) {
  const LineMatcher text = Matcher({.pattern = "Connection refused", .match_case = true});
  ASSERT_EQ(text.parts(), std::vector<std::string>{"connection refused"});
  EXPECT_TRUE(text.MayMatch({0}));
  EXPECT_FALSE(text.MayMatch({}));

  const LineMatcher either = Matcher({.pattern = "(timeout|refused) by peer", .regex = true});
  EXPECT_FALSE(either.MayMatch({}));
  std::vector<int> all;
  for (size_t i = 0; i < either.parts().size(); ++i) all.push_back(static_cast<int>(i));
  EXPECT_TRUE(either.MayMatch(all));

  for (const char* pattern : {"ab", "x+", "[0-9]+", ".*"}) {
    EXPECT_TRUE(Matcher({.pattern = pattern, .regex = true}).MayMatch({})) << pattern;
  }
}

}  // namespace
}  // namespace kozmic
