#ifndef KOZMIC_LIB_GITHUB_HTTP_CLIENT_H_
#define KOZMIC_LIB_GITHUB_HTTP_CLIENT_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace kozmic::github {

struct HttpRequest {
  std::string method = {};
  // Appended to the base URL: "/repos/owner/name?per_page=100".
  std::string target = {};
  // Without these three, which each request has: Accept-Encoding, Host, User-Agent.
  std::multimap<std::string, std::string> headers = {};
  std::string body = {};
  std::string content_type = {};
};

struct HttpAnswer {
  int status = 0;
  // Names in lower case; of repeated headers the first.
  std::map<std::string, std::string> headers = {};
  std::string body = {};

  // Empty when absent.
  std::string Header(const std::string& lower_case_name) const;
};

// Calls one HTTP server. HTTPS servers must prove who they are by a certificate that the system
// trusts. Thread-safe; each call has a connection of its own.
class HttpClient {
 public:
  struct Options {
    // http or https, without a trailing slash; may have a path.
    std::string base_url;
    absl::Duration connect_timeout = absl::Seconds(5);
    // Of a whole call, redirects included.
    absl::Duration call_timeout = absl::Seconds(10);
    size_t answer_limit = 10 << 20;
  };

  explicit HttpClient(Options options);

  // Follows at most 3 redirects, on the same server only. UNAVAILABLE: no whole answer came (not
  // reached, timed out, cut off, too large, redirected elsewhere or in circles). Any answer that
  // came whole, also an error's, is returned.
  absl::StatusOr<HttpAnswer> Send(const HttpRequest& request) const;

 private:
  absl::StatusOr<HttpAnswer> Exchange(const HttpRequest& request, const std::string& target,
                                      absl::Time deadline) const;
  // The target that a Location header names; UNAVAILABLE when it lies elsewhere.
  absl::StatusOr<std::string> LocalTarget(absl::string_view location) const;

  const Options options_;
  // "https://api.github.com"
  std::string origin_;
  // "" or "/api/v3"
  std::string path_prefix_;
};

}  // namespace kozmic::github

#endif  // KOZMIC_LIB_GITHUB_HTTP_CLIENT_H_
