#include "services/build/notify/verdict_texts.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/json.h"
#include "lib/mail/header_text.h"

namespace kozmic::build {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kPublicUrl[] = "https://ci.example.org";

Message Failure() {
  return {.project = 7,
          .build_number = 12,
          .generation = 2,
          .state = v1::STATE_FAILURE,
          .job_title = "Test",
          .time = absl::FromUnixMillis(1700000000250),
          .repository = "octo/hello",
          .ref = "refs/heads/main",
          .commit = "c0ffee0011223344556677889900aabbccddeeff",
          .hook = 3,
          .url = "https://hooks.example.org/x"};
}

TEST(VerdictTextsTest, K37TheMailSaysWhatFailedAndWhere) {
  const Mail mail = VerdictMail(Failure(), kPublicUrl, {"one@example.org"});
  EXPECT_EQ(mail.subject, "[failure] octo/hello#12 (main \u2014 c0ffee00)");
  EXPECT_THAT(mail.text, HasSubstr("Kozmic build #12 has failed because of the \"Test\" job"));
  EXPECT_THAT(mail.text, HasSubstr("\nhttps://ci.example.org/projects/7/builds/12/\n"));
  EXPECT_THAT(mail.html,
              HasSubstr("<a href=\"https://ci.example.org/projects/7/builds/12/\">"
                        "Kozmic build #12 has failed because of the &quot;Test&quot; job</a>"));
  EXPECT_THAT(mail.recipients, ::testing::ElementsAre("one@example.org"));
  EXPECT_EQ(mail.time, Failure().time);
}

TEST(VerdictTextsTest, K37AnErrorIsSaidToBeOne) {
  Message error = Failure();
  error.state = v1::STATE_ERROR;
  const Mail mail = VerdictMail(error, kPublicUrl, {});
  EXPECT_EQ(mail.subject, "[error] octo/hello#12 (main \u2014 c0ffee00)");
  EXPECT_THAT(mail.text, HasSubstr("could not be completed"));
}

TEST(VerdictTextsTest, RefsAreShort) {
  Message message = Failure();
  message.ref = "refs/tags/v1";
  EXPECT_THAT(VerdictMail(message, kPublicUrl, {}).subject, HasSubstr("(v1 \u2014"));
  message.ref = "refs/pull/5/head";
  EXPECT_THAT(VerdictMail(message, kPublicUrl, {}).subject, HasSubstr("(pull/5/head \u2014"));
  message.ref = "refs/heads/" + std::string(149, 'a') + "\u2014\u2014";
  EXPECT_THAT(VerdictMail(message, kPublicUrl, {}).subject, HasSubstr("aaa \u2014 c0ffee00)"));
}

TEST(VerdictTextsTest, WhatAScriptsOwnerWritesIsText) {
  Message message = Failure();
  message.job_title = "<script>alert(1)</script>\r\nBcc: thief@example.org";
  message.ref = "refs/heads/<b>\"x\"";
  const Mail mail = VerdictMail(message, kPublicUrl, {});
  EXPECT_THAT(mail.html, Not(HasSubstr("<script>")));
  EXPECT_THAT(mail.html, Not(HasSubstr("<b>")));
  EXPECT_THAT(mail.html, HasSubstr("&lt;script&gt;"));
}

TEST(VerdictTextsTest, AMessageIdNamesInstallationBuildAndGeneration) {
  const std::string id = VerdictMail(Failure(), kPublicUrl, {}).message_id;
  EXPECT_EQ(id, VerdictMail(Failure(), kPublicUrl, {"other@example.org"}).message_id);
  EXPECT_THAT(id, ::testing::MatchesRegex("kozmic\\.7\\.12\\.2\\.[0-9a-f]+@ci\\.example\\.org"));
  EXPECT_NE(id, VerdictMail(Failure(), "https://ci.example.org:8443", {}).message_id);
  Message newer = Failure();
  newer.generation = 3;
  EXPECT_NE(id, VerdictMail(newer, kPublicUrl, {}).message_id);
  for (const char* url : {"http://[::1]:8080", "http://127.0.0.1:80", "https://ci.example.org/x"}) {
    EXPECT_TRUE(IsMailAddress(VerdictMail(Failure(), url, {}).message_id)) << url;
  }
}

TEST(VerdictTextsTest, P36ThePostSaysAllAboutTheVerdict) {
  const HttpPost post = VerdictPost(Failure(), kPublicUrl, "a secret of the hook");
  EXPECT_EQ(post.url, "https://hooks.example.org/x");
  const auto body = ParseJson(post.body);
  ASSERT_TRUE(body.ok());
  EXPECT_EQ(*body, nlohmann::json(
                       {{"event", "build"},
                        {"project", "projects/7"},
                        {"repository", "octo/hello"},
                        {"number", 12},
                        {"generation", 2},
                        {"url", "https://ci.example.org/projects/7/builds/12/"},
                        {"state", "failure"},
                        {"ref", "refs/heads/main"},
                        {"commit", "c0ffee0011223344556677889900aabbccddeeff"},
                        {"description", "Kozmic build #12 has failed because of the \"Test\" job"},
                        {"time", "2023-11-14T22:13:20.250Z"}}));
  EXPECT_EQ(post.headers.at("X-Kozmic-Event"), "build");
}

TEST(VerdictTextsTest, P36ThePostIsSignedAsGithubSignsItsOwn) {
  const HttpPost post = VerdictPost(Failure(), kPublicUrl, "a secret of the hook");
  // printf %s "$body" | openssl dgst -sha256 -hmac "a secret of the hook"
  EXPECT_EQ(post.headers.at("X-Kozmic-Signature-256"),
            "sha256=ce33579d24df4ba552ca9c2c0d8ed116eb72e33afeeb9e09beab59f1e9f1e0aa");
}

TEST(VerdictTextsTest, P36EachTryIsTheSameDelivery) {
  const auto id = [](const Message& message, const char* url = kPublicUrl) {
    return VerdictPost(message, url, "a secret of the hook").headers.at("X-Kozmic-Delivery");
  };
  Message again = Failure();
  again.failures = 5;
  again.claim = 9;
  EXPECT_EQ(id(Failure()), id(again));
  EXPECT_EQ(VerdictPost(again, kPublicUrl, "s").body, VerdictPost(Failure(), kPublicUrl, "s").body);
  Message other = Failure();
  other.hook = 4;
  EXPECT_NE(id(Failure()), id(other));
  other = Failure();
  other.generation = 3;
  EXPECT_NE(id(Failure()), id(other));
  EXPECT_NE(id(Failure()), id(Failure(), "https://other.example.org"));
}

}  // namespace
}  // namespace kozmic::build
