#include "lib/github/link_header.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kozmic::github {
namespace {

using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TEST(LinkHeaderTest, ReadsWhatGithubSends) {
  // From GitHub's documentation.
  EXPECT_THAT(ParseLinkHeader(
                  "<https://api.github.com/repositories/1300192/issues?page=2>; rel=\"prev\", "
                  "<https://api.github.com/repositories/1300192/issues?page=4>; rel=\"next\", "
                  "<https://api.github.com/repositories/1300192/issues?page=515>; rel=\"last\", "
                  "<https://api.github.com/repositories/1300192/issues?page=1>; rel=\"first\""),
              Optional(UnorderedElementsAre(
                  Pair("prev", "https://api.github.com/repositories/1300192/issues?page=2"),
                  Pair("next", "https://api.github.com/repositories/1300192/issues?page=4"),
                  Pair("last", "https://api.github.com/repositories/1300192/issues?page=515"),
                  Pair("first", "https://api.github.com/repositories/1300192/issues?page=1"))));
}

TEST(LinkHeaderTest, ReadsOtherForms) {
  EXPECT_THAT(ParseLinkHeader(""), Optional(IsEmpty()));
  EXPECT_THAT(ParseLinkHeader("<u>"), Optional(IsEmpty()));
  EXPECT_THAT(ParseLinkHeader("<u,;v>;rel=next"),
              Optional(UnorderedElementsAre(Pair("next", "u,;v"))));
  EXPECT_THAT(
      ParseLinkHeader("<u> ; title=\"a, b; c\" ; rel=\"next last\",<v>; rel=prev"),
      Optional(UnorderedElementsAre(Pair("next", "u"), Pair("last", "u"), Pair("prev", "v"))));
}

TEST(LinkHeaderTest, RefusesWhatIsNone) {
  for (const char* header :
       {"u", "<u", "<u>;", "<u>; rel", "<u>; rel=\"next", "<u> rel=next", "<u>; rel=next,",
        "<u>; rel=next, v", "<u>; rel=next <v>; rel=last", "<u>; rel=next, <v>; rel=next", ","}) {
    EXPECT_EQ(ParseLinkHeader(header), std::nullopt) << header;
  }
}

TEST(LinkHeaderTest, KnowsThePageOfAUrl) {
  EXPECT_EQ(PageOfUrl("https://h/x?per_page=100&page=7"), 7);
  EXPECT_EQ(PageOfUrl("https://h/x?page=1&per_page=100"), 1);
  for (const char* url : {"", "https://h/x", "https://h/x?per_page=100", "https://h/page=3",
                          "?page=", "?page=-1", "?page=x", "?page=99999999999"}) {
    EXPECT_EQ(PageOfUrl(url), 0) << url;
  }
}

}  // namespace
}  // namespace kozmic::github
