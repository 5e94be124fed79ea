#include <gtest/gtest.h>

#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/config.h"
#include "gateway/stream_query.h"
#include "gateway/text.h"

namespace kozmic::gateway {
namespace {

TEST(TextTest, Numbers) {
  EXPECT_EQ(ParseNumber("9223372036854775807", 1), INT64_MAX);
  EXPECT_EQ(ParseNumber("0", 0), 0);
  for (const char* text : {"", "-1", "+1", "01", "1e3", "9223372036854775808", " 1", "1 ", "0x1"}) {
    EXPECT_EQ(ParseNumber(text, 0), std::nullopt) << text;
  }
  EXPECT_EQ(ParseNumber("0", 1), std::nullopt);
}

TEST(TextTest, Utf8) {
  EXPECT_TRUE(IsUtf8("a\u00e9\u20ac\U0001f600"));
  for (const char* text : {"\xff", "\xc0\x80", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                           "\xe0\x80\x80", "\x80"}) {
    EXPECT_FALSE(IsUtf8(text));
  }
}

TEST(TextTest, PathsThatLeadElsewhereBecomeTheFrontPage) {
  EXPECT_EQ(SafePath("/projects/1?x=y"), "/projects/1?x=y");
  for (const char* path : {"", "//evil.example", "/\\evil.example", "https://evil.example",
                           "javascript:alert(1)", "/a\r\nSet-Cookie: x", "/\t/evil.example"}) {
    EXPECT_EQ(SafePath(path), "/") << path;
  }
}

absl::StatusOr<StreamQuery> Parse(const std::string& query, absl::string_view last_event_id = "") {
  return ParseStreamQuery(std::get<http::Target>(http::ParseTarget("/api/v1/stream?" + query)),
                          last_event_id);
}

TEST(StreamQueryTest, ReadsProjectsAndLogsInOrder) {
  const auto query = Parse("project=3&log=7/3/1/2@100&log=7%2F3%2F2%2F1%400&project=4");
  ASSERT_TRUE(query.ok()) << query.status();
  EXPECT_EQ(query->projects, (std::vector<int64_t>{3, 4}));
  ASSERT_EQ(query->logs.size(), 2U);
  EXPECT_EQ(query->logs[0].id, "7/3/1/2");
  EXPECT_EQ(query->logs[0].project, 7);
  EXPECT_EQ(query->logs[0].offset, 100U);
  EXPECT_EQ(query->logs[1].id, "7/3/2/1");
}

TEST(StreamQueryTest, LastEventIdOverridesTheOffsets) {
  const auto query = Parse("log=1/1/1/1@5&log=1/1/2/1@6", "50,60");
  ASSERT_TRUE(query.ok());
  EXPECT_EQ(query->logs[0].offset, 50U);
  EXPECT_EQ(query->logs[1].offset, 60U);
}

TEST(StreamQueryTest, RefusesWhatIsMalformed) {
  for (const char* query : {"", "project=0", "project=x", "project=1&project=1", "log=1/1/1/1",
                            "log=1/1/1@0", "log=1/1/1/1@-1", "log=1/1/1/1@", "log=1/1/1/01@0",
                            "log=1/1/1/x@0", "log=1/1/1/1/1@0", "log=1/1/1/1@0&log=1/1/1/1@5",
                            "log=../../1/1@0", "other=1", "log=1/1/1/1@99999999999999999999"}) {
    EXPECT_EQ(Parse(query).status().code(), absl::StatusCode::kInvalidArgument) << query;
  }
  for (const char* id : {"1", "1,2,3", "x,1", "-1,1", "1,", ",", "1;2"}) {
    EXPECT_FALSE(Parse("log=1/1/1/1@5&log=1/1/2/1@6", id).ok()) << id;
  }
  EXPECT_FALSE(Parse("project=1", "7").ok());
}

TEST(StreamQueryTest, LimitsHowMuchOneStreamCarries) {
  std::string query = "project=1";
  for (size_t i = 2; i <= kMostTopics; ++i) absl::StrAppend(&query, "&project=", i);
  EXPECT_TRUE(Parse(query).ok());
  EXPECT_FALSE(Parse(query + "&project=1000").ok());
}

absl::StatusOr<Config> Configure(std::map<std::string, std::string> environment) {
  auto reader = ConfigReader::Parse(
      "service_key: 0123456789abcdef0123456789abcdef\n"
      "public_url: https://ci.example.com:8443\n"
      "static_dir: /srv/www\n",
      [environment](const std::string& name) -> std::optional<std::string> {
        const auto found = environment.find(name);
        if (found == environment.end()) return std::nullopt;
        return found->second;
      });
  EXPECT_TRUE(reader.ok()) << reader.status();
  return ReadConfig(*reader);
}

TEST(ConfigTest, AnswersForItsPublicHost) {
  const auto config =
      Configure({{"KOZMIC_ALLOWED_HOSTS", "localhost"}, {"KOZMIC_LISTEN", "[::]:8081"}});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->allowed_hosts, (std::vector<std::string>{"localhost", "ci.example.com:8443"}));
  EXPECT_EQ(config->host, "::");
  EXPECT_EQ(config->port, 8081);
}

TEST(ConfigTest, NamesWhatIsWrong) {
  EXPECT_TRUE(
      absl::StrContains(Configure({{"KOZMIC_LISTEN", "nowhere"}}).status().message(), "listen"));
  EXPECT_TRUE(absl::StrContains(
      Configure({{"KOZMIC_AVATAR_ORIGINS", "https://a; script-src *"}}).status().message(),
      "avatar_origins"));
}

TEST(ConfigTest, ThePolicyNamesPicturesAndHttps) {
  const auto config = Configure({});
  ASSERT_TRUE(config.ok());
  std::map<std::string, std::string> headers;
  for (const auto& [name, value] : SecurityHeaders(*config)) headers[name] = value;
  EXPECT_TRUE(absl::StrContains(headers["Content-Security-Policy"],
                                "img-src 'self' data: https://avatars.githubusercontent.com;"));
  EXPECT_EQ(headers.count("Strict-Transport-Security"), 1U);
}

}  // namespace
}  // namespace kozmic::gateway
