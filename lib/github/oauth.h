#ifndef KOZMIC_LIB_GITHUB_OAUTH_H_
#define KOZMIC_LIB_GITHUB_OAUTH_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/base/clock.h"
#include "lib/github/http_client.h"

namespace kozmic::github {

// Kozmic CI as an OAuth application at GitHub: the web flow with PKCE (S256). Thread-safe.
class OauthApp {
 public:
  struct Options {
    // "https://github.com"
    HttpClient::Options http;
    std::string client_id;
    std::string client_secret;
    std::string redirect_uri;
    std::string scope;
  };

  // `clock` must outlive this.
  OauthApp(Options options, const Clock& clock);

  // Where a browser asks its user's consent. `verifier` is the secret that the exchange will show.
  std::string AuthorizeUrl(absl::string_view state, absl::string_view verifier) const;

  // Trades the code of a consent for a token. PERMISSION_DENIED when GitHub does not accept it;
  // else as AnswerStatus.
  absl::StatusOr<std::string> ExchangeCode(absl::string_view code,
                                           absl::string_view verifier) const;

 private:
  const Options options_;
  const Clock& clock_;
  const HttpClient http_;
};

}  // namespace kozmic::github

#endif  // KOZMIC_LIB_GITHUB_OAUTH_H_
