#include "lib/http/router.h"

#include <gtest/gtest.h>

namespace kozmic::http {
namespace {

Target Parsed(absl::string_view text) {
  auto target = ParseTarget(text);
  EXPECT_TRUE(std::holds_alternative<Target>(target)) << text;
  return std::holds_alternative<Target>(target) ? std::get<Target>(target) : Target();
}

int Refusal(absl::string_view text) {
  const auto target = ParseTarget(text);
  const auto* rejection = std::get_if<Rejection>(&target);
  return rejection == nullptr ? 0 : rejection->status;
}

TEST(TargetTest, DecodesPathAndQueryOnce) {
  const Target target = Parsed("/a%20b/c+d/?x=1%262&y&x=a=b&log=1%2F2%4010");
  EXPECT_EQ(target.path, "/a b/c+d");
  EXPECT_EQ(target.segments, (std::vector<std::string>{"a b", "c+d"}));
  EXPECT_EQ(target.Parameters("x"), (std::vector<std::string>{"1&2", "a=b"}));
  EXPECT_EQ(target.Parameter("y"), "");
  EXPECT_EQ(target.Parameter("log"), "1/2@10");
  EXPECT_EQ(target.Parameter("none"), std::nullopt);
  EXPECT_EQ(Parsed("/").path, "/");
}

TEST(TargetTest, RefusesPathsThatReadersDisagreeAbout) {
  for (const char* path : {"/..;/a", "/a/..", "/%2e%2e/a", "/./a", "//a", "/a//b", "/a%2fb",
                           "/a%5cb", "/a%00", "/a%0a", "/;x"}) {
    const int expected = std::string(path) == "/;x" ? 0 : 404;
    EXPECT_EQ(Refusal(path), expected) << path;
  }
}

TEST(TargetTest, RefusesMalformedEscapes) {
  EXPECT_EQ(Refusal("/a%"), 400);
  EXPECT_EQ(Refusal("/a%2"), 400);
  EXPECT_EQ(Refusal("/a%zz"), 400);
  EXPECT_EQ(Refusal("/a?b=%"), 400);
}

TEST(TargetTest, EncodesForAQuery) { EXPECT_EQ(PercentEncode("a/b c~\xff"), "a%2Fb%20c~%FF"); }

class RouterTest : public testing::Test {
 protected:
  RouterTest() {
    router_.Add("GET", "/p/{id}/x", {}, nullptr);
    router_.Add("POST", "/p/{id}/x", {}, nullptr);
    router_.Add("POST", "/p/fixed/x", {}, nullptr);
    router_.Add("GET", "/b/{owner}/{branch*}", {}, nullptr);
    router_.Add("GET", "/b/{owner}/{branch}", {}, nullptr);
  }
  std::string Variable(absl::string_view path, absl::string_view name) {
    const auto found = router_.Find("GET", Parsed(path));
    const auto* match = std::get_if<Router::Match>(&found);
    if (match == nullptr) return "no route";
    const auto variable = match->variables.find(name);
    return variable == match->variables.end() ? "no variable" : variable->second;
  }
  std::string Miss(absl::string_view method, absl::string_view path) {
    const auto found = router_.Find(method, Parsed(path));
    const auto* miss = std::get_if<Router::Miss>(&found);
    return miss == nullptr ? "" : absl::StrCat(miss->rejection.status, " ", miss->allow);
  }
  Router router_;
};

TEST_F(RouterTest, CapturesVariables) {
  const auto found = router_.Find("HEAD", Parsed("/p/7/x/"));
  EXPECT_EQ(std::get<Router::Match>(found).variables.at("id"), "7");
}

TEST_F(RouterTest, AStarredVariableTakesTheRestOfThePath) {
  EXPECT_EQ(Variable("/b/o/feature/x%20y/%C3%A9/", "branch"), "feature/x y/\xc3\xa9");
  EXPECT_EQ(Variable("/b/o/feature/x", "owner"), "o");
  EXPECT_EQ(Variable("/b/o", "branch"), "no route");
  EXPECT_EQ(Miss("POST", "/b/o/a/b/c"), "405 GET");
}

TEST_F(RouterTest, ThePatternThatSaysMoreCountsWhateverTheOrder) {
  EXPECT_EQ(Miss("GET", "/p/fixed/x"), "405 POST") << "/p/{id}/x is another resource";
  const auto one = router_.Find("GET", Parsed("/b/o/main"));
  EXPECT_EQ(std::get<Router::Match>(one).route->pattern.back(), "{branch}");
}

TEST_F(RouterTest, TellsWrongMethodFromNoRoute) {
  EXPECT_EQ(Miss("DELETE", "/p/7/x"), "405 GET, POST");
  EXPECT_EQ(Miss("GET", "/p/7"), "404 ");
}

TEST_F(RouterTest, FallbackTakesOnlyUnknownPathsAndOnlyGet) {
  router_.SetFallback([](Exchange&) {});
  EXPECT_EQ(Miss("GET", "/p/7"), "");
  EXPECT_EQ(Miss("POST", "/p/7"), "405 GET");
  EXPECT_EQ(Miss("PUT", "/p/7/x"), "405 GET, POST");
}

}  // namespace
}  // namespace kozmic::http
