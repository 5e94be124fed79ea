#ifndef KOZMIC_LIB_GITHUB_HTTP_CLIENT_H_
#define KOZMIC_LIB_GITHUB_HTTP_CLIENT_H_

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace httplib {
class Client;
}  // namespace httplib

namespace kozmic::github {

// The reason of the UNAVAILABLE errors that the same request would meet again at once: too large an
// answer, a redirect elsewhere or in circles.
inline constexpr char kAnswerRefused[] = "answer_refused";

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
// trusts. Thread-safe; each call of Send has a connection of its own.
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

  // Calls one after another over one TCP connection, as long as the server keeps it. For calls
  // that may be repeated: a server may leave a connection at the moment that it is used again.
  // Not thread-safe; must not outlive its client.
  class Connection {
   public:
    explicit Connection(const HttpClient& client);
    ~Connection();

    // As HttpClient::Send, over at `deadline`.
    absl::StatusOr<HttpAnswer> Send(const HttpRequest& request, absl::Time deadline);

   private:
    absl::StatusOr<HttpAnswer> Follow(const HttpRequest& request, absl::Time deadline);
    absl::StatusOr<HttpAnswer> Exchange(const HttpRequest& request, const std::string& target,
                                        absl::Time deadline);

    const HttpClient& client_;
    // Null until the first call, and after one that failed.
    std::unique_ptr<httplib::Client> transport_;
  };

  explicit HttpClient(Options options);

  // Follows at most 3 redirects, on the same server only. UNAVAILABLE: no whole answer came (not
  // reached, timed out, cut off, too large, redirected elsewhere or in circles). Any answer that
  // came whole, also an error's, is returned. INVALID_ARGUMENT: a header or the target has a
  // character that would not stay in its line.
  absl::StatusOr<HttpAnswer> Send(const HttpRequest& request) const;

  // The target of a request for `url`; nullopt when `url` does not lie below the base URL.
  std::optional<std::string> TargetOf(absl::string_view url) const;

  const Options& options() const { return options_; }

 private:
  // The path that a Location header names; UNAVAILABLE when it lies elsewhere.
  absl::StatusOr<std::string> LocalPath(absl::string_view location) const;

  const Options options_;
  // "https://api.github.com"
  std::string origin_;
  // "" or "/api/v3"
  std::string path_prefix_;
};

}  // namespace kozmic::github

#endif  // KOZMIC_LIB_GITHUB_HTTP_CLIENT_H_
