#include "lib/github/api.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/crypto/digest.h"
#include "lib/github/api_fixture.h"
#include "lib/github/oauth.h"
#include "lib/github/url.h"
#include "lib/status/annotate.h"

namespace kozmic::github {
namespace {

using ::testing::ElementsAre;

constexpr char kSha[] = "da39a3ee5e6b4b0d3255bfef95601890afd80709";

// P46: the API is where the setting says, here below /api/v3 as an Enterprise server has it.
TEST_F(ApiTest, ReadsTheUserAndWhatTheTokenMayDo) {
  github_.server().Get(
      "/api/v3/user", [](const httplib::Request& request, httplib::Response& answer) {
        EXPECT_EQ(request.get_header_value("Authorization"), "Bearer secret");
        EXPECT_EQ(request.get_header_value("X-GitHub-Api-Version"), "2022-11-28");
        EXPECT_EQ(request.get_header_value("Accept"), "application/vnd.github+json");
        answer.set_header("X-OAuth-Scopes", "repo, user:email");
        answer.set_content(R"({"id":5,"login":"ann","name":null,"avatar_url":"http://a/5"})",
                           "application/json");
      });
  Start();
  const auto user = api_.GetAuthenticatedUser("secret");
  ASSERT_TRUE(user.ok()) << user.status();
  EXPECT_EQ(user->user.id, 5);
  EXPECT_EQ(user->user.login, "ann");
  EXPECT_EQ(user->user.name, "");
  EXPECT_THAT(*user->scopes, ElementsAre("repo", "user:email"));
}

// Bad input 74
TEST_F(ApiTest, ChecksTheFieldsOfAUser) {
  ExpectFieldsAreChecked(
      "/user", {{"id", 5}, {"login", "ann"}, {"name", "Ann"}, {"avatar_url", "http://a/5"}},
      {{"id", true}, {"login", true}, {"name", false}, {"avatar_url", false}},
      [&] { return api_.GetAuthenticatedUser("t").status(); });
}

TEST_F(ApiTest, NamesTheKeysOfTheSshServer) {
  Answers("/meta", 200, R"({"ssh_keys":["ssh-ed25519 AAAAC3Nz+/=","ecdsa-sha2-nistp256 AAAA"],
                            "hooks":["192.30.252.0/22"]})");
  Start();
  EXPECT_THAT(*api_.GetSshHostKeys("t"),
              ElementsAre("ssh-ed25519 AAAAC3Nz+/=", "ecdsa-sha2-nistp256 AAAA"));
}

TEST_F(ApiTest, SaysWhenTheServerNamesNoKeys) {
  std::string body;
  github_.server().Get("/api/v3/meta", [&](const httplib::Request&, httplib::Response& answer) {
    answer.set_content(body, "application/json");
  });
  Start();
  for (const char* none : {"{}", R"({"ssh_keys":[]})", R"({"ssh_keys":null})"}) {
    body = none;
    EXPECT_EQ(api_.GetSshHostKeys("t").status().code(), absl::StatusCode::kNotFound) << none;
  }
}

// They become lines of a file that ssh believes.
TEST_F(ApiTest, AKeyThatWouldBeMoreThanAKeyIsRefused) {
  std::string body;
  github_.server().Get("/api/v3/meta", [&](const httplib::Request&, httplib::Response& answer) {
    answer.set_content(body, "application/json");
  });
  Start();
  for (const char* keys : {R"(["ssh-ed25519 AAAA\nevil ssh-rsa AAAA"])", R"(["ssh-ed25519"])",
                           R"([""])", "[7]", "{}", "\"ssh-ed25519 AAAA\"",
                           R"(["@cert-authority * ssh-rsa"])", R"(["ssh-rsa AAAA comment"])"}) {
    body = absl::StrCat("{\"ssh_keys\":", keys, "}");
    EXPECT_EQ(api_.GetSshHostKeys("t").status().code(), absl::StatusCode::kUnavailable) << keys;
  }
  for (const char* odd : {"[]", "null", "7"}) {
    body = odd;
    EXPECT_EQ(api_.GetSshHostKeys("t").status().code(), absl::StatusCode::kUnavailable) << odd;
  }
}

TEST_F(ApiTest, ANameThatIsNoRepositoryIsNotAsked) {
  // No server: whatever is sent would be UNAVAILABLE.
  for (const char* name : {"ann", "ann/", "/app", "ann/app/x", "../x", "a/..", "a/b?c", "a/b c",
                           "a/b\r\nc", "a/b%2f", ""}) {
    const absl::Status statuses[] = {api_.GetRepository("t", name).status(),
                                     api_.ListCollaborators("t", name).status(),
                                     api_.CreateHook("t", name, {}).status(),
                                     api_.UpdateHook("t", name, 1, {}).status(),
                                     api_.DeleteHook("t", name, 1),
                                     api_.GetHook("t", name, 1).status(),
                                     api_.ListHooks("t", name).status(),
                                     api_.CreateDeployKey("t", name, "t", "k").status(),
                                     api_.DeleteDeployKey("t", name, 1),
                                     api_.ListDeployKeys("t", name).status(),
                                     api_.CreateCommitStatus("t", name, kSha, {}),
                                     api_.ListCommitStatuses("t", name, kSha).status()};
    for (const absl::Status& status : statuses) {
      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << name << ": " << status;
    }
  }
}

TEST_F(ApiTest, PostsAndReadsStatuses) {
  const CommitStatus status{.state = "success",
                            .context = "Kozmic-CI",
                            .description = "passed",
                            .target_url = "http://k/b"};
  std::string posted;
  github_.server().Post(absl::StrCat("/api/v3/repos/ann/app/statuses/", kSha),
                        [&](const httplib::Request& request, httplib::Response& answer) {
                          posted = request.body;
                          answer.status = 201;
                        });
  github_.server().Get(absl::StrCat("/api/v3/repos/ann/app/commits/", kSha, "/statuses"),
                       [&](const httplib::Request&, httplib::Response& answer) {
                         answer.set_content("[" + posted + "]", "application/json");
                       });
  Start();
  EXPECT_TRUE(api_.CreateCommitStatus("t", "ann/app", kSha, status).ok());
  EXPECT_THAT(*api_.ListCommitStatuses("t", "ann/app", kSha), ElementsAre(status));
}

struct Refusal {
  int status;
  httplib::Headers headers;
  std::string body;
  absl::StatusCode code;
  std::string retry_after;
};

TEST_F(ApiTest, ErrorsMeanWhatGithubMeans) {
  const std::string reset = absl::StrCat(absl::ToUnixSeconds(kNow) + 41);
  const std::vector<Refusal> refusals = {
      {401, {}, R"({"message":"Bad credentials"})", absl::StatusCode::kUnauthenticated, ""},
      {404, {}, R"({"message":"Not Found"})", absl::StatusCode::kNotFound, ""},
      {422,
       {},
       R"({"message":"Validation Failed","errors":[{"message":"No commit found"}]})",
       absl::StatusCode::kInvalidArgument,
       ""},
      {403, {}, R"({"message":"Must have admin rights"})", absl::StatusCode::kPermissionDenied, ""},
      {403,
       {{"x-ratelimit-remaining", "4000"}, {"x-ratelimit-reset", reset}},
       R"({"message":"Must have admin rights"})",
       absl::StatusCode::kPermissionDenied,
       ""},
      {403,
       {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", reset}},
       "{}",
       absl::StatusCode::kUnavailable,
       "42"},
      {403, {{"Retry-After", "17"}}, "{}", absl::StatusCode::kUnavailable, "17"},
      {403,
       {},
       R"({"message":"You have exceeded a secondary rate limit"})",
       absl::StatusCode::kUnavailable,
       "60"},
      {429, {}, "not json", absl::StatusCode::kUnavailable, "60"},
      {429, {{"Retry-After", "-5"}}, "", absl::StatusCode::kUnavailable, "1"},
      {429, {{"Retry-After", "9999999"}}, "", absl::StatusCode::kUnavailable, "3600"},
      {500, {}, "", absl::StatusCode::kUnavailable, ""},
      {502, {}, "<html>", absl::StatusCode::kUnavailable, ""},
      {200, {}, "<html>", absl::StatusCode::kUnavailable, ""},
      {200, {}, "[]", absl::StatusCode::kUnavailable, ""},
      {200, {}, R"({"id":"9","full_name":"ann/app"})", absl::StatusCode::kUnavailable, ""},
      {200, {}, std::string(100000, '['), absl::StatusCode::kUnavailable, ""},
  };
  for (size_t i = 0; i < refusals.size(); ++i) {
    Answers(absl::StrCat("/repos/ann/r", i), refusals[i].status, refusals[i].body,
            refusals[i].headers);
  }
  Start();
  for (size_t i = 0; i < refusals.size(); ++i) {
    const absl::Status status =
        api_.GetRepository(absl::StrCat("t", i), absl::StrCat("ann/r", i)).status();
    EXPECT_EQ(status.code(), refusals[i].code) << i << ": " << status;
    EXPECT_EQ(Detail(status, "retry-after-seconds"), refusals[i].retry_after) << i;
    if (!refusals[i].retry_after.empty()) {
      EXPECT_THAT(std::string(status.message()),
                  ::testing::StartsWith(
                      absl::StrCat("GitHub asks to wait for ", refusals[i].retry_after, " s.")));
    }
  }
  EXPECT_THAT(api_.GetRepository("t2", "ann/r2").status().message(),
              ::testing::HasSubstr("Validation Failed; No commit found"));
}

class OauthTest : public ApiTest {
 protected:
  OauthApp app_{{.http = {.base_url = github_.url()},
                 .client_id = "id",
                 .client_secret = "hush",
                 .redirect_uri = "http://k/_auth/auth-callback/",
                 .scope = "repo"},
                clock_};
};

TEST_F(OauthTest, TheAuthorizeUrlTellsTheChallengeNotTheVerifier) {
  EXPECT_EQ(app_.AuthorizeUrl("a+b", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            github_.url() +
                "/login/oauth/authorize?client_id=id&redirect_uri=http%3A%2F%2Fk%2F_auth%2F"
                "auth-callback%2F&scope=repo&state=a%2Bb&code_challenge="
                // From RFC 7636, appendix B.
                "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256");
}

TEST_F(OauthTest, TradesACodeForAToken) {
  github_.server().Post(
      "/login/oauth/access_token", [](const httplib::Request& request, httplib::Response& answer) {
        EXPECT_EQ(request.get_param_value("client_secret"), "hush");
        EXPECT_EQ(request.get_param_value("code"), "a b&c");
        EXPECT_EQ(request.get_param_value("code_verifier"), "v");
        answer.set_content(R"({"access_token":"gho_1","token_type":"bearer"})", "application/json");
      });
  Start();
  EXPECT_EQ(*app_.ExchangeCode("a b&c", "v"), "gho_1");
}

TEST_F(OauthTest, ARefusalWithStatus200IsARefusal) {
  github_.server().Post(
      "/login/oauth/access_token", [](const httplib::Request&, httplib::Response& answer) {
        answer.set_content(R"({"error":"bad_verification_code"})", "application/json");
      });
  Start();
  EXPECT_EQ(app_.ExchangeCode("x", "v").status().code(), absl::StatusCode::kPermissionDenied);
}

TEST(UrlTest, KnowsObjectIds) {
  EXPECT_TRUE(IsObjectId(kSha));
  EXPECT_TRUE(IsObjectId(Sha256Hex("x")));
  for (const char* text : {"", "da39", "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709",
                           "zz39a3ee5e6b4b0d3255bfef95601890afd80709"}) {
    EXPECT_FALSE(IsObjectId(text)) << text;
  }
}

}  // namespace
}  // namespace kozmic::github
