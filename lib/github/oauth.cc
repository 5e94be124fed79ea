#include "lib/github/oauth.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "lib/base/json.h"
#include "lib/crypto/digest.h"
#include "lib/github/answer.h"
#include "lib/github/url.h"
#include "lib/status/macros.h"

namespace kozmic::github {

OauthApp::OauthApp(Options options, const Clock& clock)
    : options_(std::move(options)), clock_(clock), http_(options_.http) {}

std::string OauthApp::AuthorizeUrl(absl::string_view state, absl::string_view verifier) const {
  std::string challenge;
  absl::WebSafeBase64Escape(Sha256(verifier), &challenge);
  return absl::StrCat(options_.http.base_url, "/login/oauth/authorize?",
                      EncodeParameters({{"client_id", options_.client_id},
                                        {"redirect_uri", options_.redirect_uri},
                                        {"scope", options_.scope},
                                        {"state", std::string(state)},
                                        {"code_challenge", challenge},
                                        {"code_challenge_method", "S256"}}));
}

absl::StatusOr<std::string> OauthApp::ExchangeCode(absl::string_view code,
                                                   absl::string_view verifier) const {
  KOZMIC_ASSIGN_OR_RETURN(
      const HttpAnswer answer,
      http_.Send({.method = "POST",
                  .target = "/login/oauth/access_token",
                  .headers = {{"Accept", "application/json"}},
                  .body = EncodeParameters({{"client_id", options_.client_id},
                                            {"client_secret", options_.client_secret},
                                            {"code", std::string(code)},
                                            {"redirect_uri", options_.redirect_uri},
                                            {"code_verifier", std::string(verifier)}}),
                  .content_type = "application/x-www-form-urlencoded"}));
  KOZMIC_ASSIGN_OR_RETURN(const nlohmann::json json, AnswerJson(answer, clock_.Now()));
  // A refusal comes with status 200.
  if (const auto error = JsonText(json, "error")) {
    return absl::PermissionDeniedError(absl::StrCat("GitHub refused the sign-in: ", *error));
  }
  const auto token = JsonText(json, "access_token");
  if (!token.has_value() || token->empty()) return UnexpectedAnswer();
  return *token;
}

}  // namespace kozmic::github
