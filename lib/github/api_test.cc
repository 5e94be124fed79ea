#include "lib/github/api.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/json.h"
#include "lib/crypto/digest.h"
#include "lib/github/oauth.h"
#include "lib/github/url.h"
#include "lib/status/annotate.h"
#include "lib/testing/http_server.h"

namespace kozmic::github {
namespace {

using ::testing::ElementsAre;

constexpr char kSha[] = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
const absl::Time kNow = absl::FromUnixSeconds(1700000000);

class ApiTest : public ::testing::Test {
 protected:
  void Start() { github_.Start(); }

  // The answer to every request to `path`.
  void Answers(const std::string& path, int status, const std::string& body,
               const httplib::Headers& headers = {}) {
    github_.server().Get(path, [=](const httplib::Request&, httplib::Response& answer) {
      answer.status = status;
      for (const auto& [name, value] : headers) answer.set_header(name, value);
      answer.set_content(body, "application/json");
    });
  }

  TestHttpServer github_;
  FakeClock clock_{kNow};
  Api api_{{.base_url = github_.url() + "/api/v3"}, clock_};
};

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

TEST_F(ApiTest, ReadsARepository) {
  Answers("/api/v3/repos/ann/app", 200,
          R"({"id":9,"full_name":"ann/app","private":true,"html_url":"http://g/ann/app",
              "permissions":{"admin":true,"push":true}})");
  Start();
  const auto repository = api_.GetRepository("t", "ann/app");
  ASSERT_TRUE(repository.ok()) << repository.status();
  EXPECT_EQ(repository->id, 9);
  EXPECT_TRUE(repository->is_private);
  EXPECT_TRUE(repository->may_admin);
}

TEST_F(ApiTest, ANameThatIsNoRepositoryIsNotAsked) {
  Start();
  for (const char* name : {"ann", "ann/", "/app", "ann/app/x", "../x", "a/..", "a/b?c", "a/b c"}) {
    EXPECT_EQ(api_.GetRepository("t", name).status().code(), absl::StatusCode::kInvalidArgument)
        << name;
  }
}

TEST_F(ApiTest, CreatesAHookWithItsSecret) {
  github_.server().Post("/api/v3/repos/ann/app/hooks", [](const httplib::Request& request,
                                                          httplib::Response& answer) {
    EXPECT_EQ(*ParseJson(request.body), *ParseJson(R"({
                            "name":"web","active":true,"events":["push"],"config":{
                            "url":"http://k/1","content_type":"json","secret":"s",
                            "insecure_ssl":"0"}})"));
    answer.status = 201;
    answer.set_content(R"({"id":77,"config":{"url":"http://k/1"}})", "application/json");
  });
  Start();
  const auto hook =
      api_.CreateHook("t", "ann/app", {.url = "http://k/1", .secret = "s", .events = {"push"}});
  ASSERT_TRUE(hook.ok()) << hook.status();
  EXPECT_EQ(hook->id, 77);
}

TEST_F(ApiTest, DeletesAHook) {
  github_.server().Delete(
      "/api/v3/repos/ann/app/hooks/77",
      [](const httplib::Request&, httplib::Response& answer) { answer.status = 204; });
  Start();
  const absl::Status deleted = api_.DeleteHook("t", "ann/app", 77);
  EXPECT_TRUE(deleted.ok()) << deleted;
  EXPECT_EQ(api_.DeleteHook("t", "ann/app", 78).code(), absl::StatusCode::kNotFound);
}

TEST_F(ApiTest, ListsHooksOverPages) {
  github_.server().Get("/api/v3/repos/ann/app/hooks", [&](const httplib::Request& request,
                                                          httplib::Response& answer) {
    nlohmann::json page = nlohmann::json::array();
    const bool first = !request.has_param("page");
    for (int i = 0; i < (first ? 100 : 3); ++i) page.push_back({{"id", i + (first ? 1 : 101)}});
    if (first) {
      answer.set_header("Link", absl::StrCat("<", github_.url(),
                                             "/api/v3/repos/ann/app/hooks?page=2>; rel=\"next\""));
    }
    answer.set_content(page.dump(), "application/json");
  });
  Start();
  EXPECT_EQ(api_.ListHooks("t", "ann/app")->size(), 103u);
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
    Answers(absl::StrCat("/api/v3/repos/ann/r", i), refusals[i].status, refusals[i].body,
            refusals[i].headers);
  }
  Start();
  for (size_t i = 0; i < refusals.size(); ++i) {
    const absl::Status status =
        api_.GetRepository(absl::StrCat("t", i), absl::StrCat("ann/r", i)).status();
    EXPECT_EQ(status.code(), refusals[i].code) << i << ": " << status;
    EXPECT_EQ(Detail(status, "retry-after-seconds"), refusals[i].retry_after) << i;
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
