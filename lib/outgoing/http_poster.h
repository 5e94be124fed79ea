#ifndef KOZMIC_LIB_OUTGOING_HTTP_POSTER_H_
#define KOZMIC_LIB_OUTGOING_HTTP_POSTER_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lib/outgoing/address_rules.h"

namespace kozmic {

struct HttpPost {
  std::string url = {};
  // Besides Content-Type: application/json and User-Agent.
  std::map<std::string, std::string> headers = {};
  std::string body = {};
};

// Posts JSON to addresses that users give. Whom it calls is checked where the connection is made,
// after the name is resolved (AddressRules); http:// without TLS is for named networks alone. HTTPS
// servers must prove who they are by a certificate that the system trusts. Thread-safe; each call
// has a connection of its own.
class HttpPoster {
 public:
  struct Options {
    AddressRules rules = {};
    // Of a whole call.
    absl::Duration timeout = absl::Seconds(10);
    // Of an answer with its headers, which nobody reads.
    size_t answer_limit = 64 << 10;
    // Certificates to trust instead of the system's.
    std::string ca_file = {};
  };

  explicit HttpPoster(Options options) : options_(std::move(options)) {}

  // Whether `url` may be posted to, as far as is seen without resolving a name. INVALID_ARGUMENT is
  // a sentence for who gave it.
  absl::Status CheckUrl(absl::string_view url) const;

  // The status of the answer, whatever it is; redirects are not followed. FAILED_PRECONDITION: no
  // address of the host may be called. INVALID_ARGUMENT: the URL or a header cannot be.
  // UNAVAILABLE: no whole answer came (not reached, not trusted, timed out, too large).
  absl::StatusOr<int> Post(const HttpPost& post) const;

 private:
  const Options options_;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_OUTGOING_HTTP_POSTER_H_
