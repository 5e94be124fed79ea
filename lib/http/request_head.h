#ifndef KOZMIC_LIB_HTTP_REQUEST_HEAD_H_
#define KOZMIC_LIB_HTTP_REQUEST_HEAD_H_

#include <httplib.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "absl/strings/string_view.h"
#include "lib/http/rejection.h"

namespace kozmic::http {

// How a request's body is delimited.
enum class Framing { kNone, kLength, kChunked };

// The request line and the headers, after every doubt about them has been refused.
struct RequestHead {
  std::string method;
  // As received; starts with '/'.
  std::string target;
  // Lower-case, as received otherwise: "host" or "host:port".
  std::string host;
  // What a handler may see. Without: those that concern the connection or the framing, those that
  // the server's library would obey by itself (below), and every name with an underscore, behind
  // which something could pass for a variable of ours (REMOTE_ADDR).
  httplib::Headers headers;
  // Several headers of a name are one list.
  std::string accept_encoding;
  std::string range;
  std::string if_range;
  Framing framing = Framing::kNone;
  uint64_t content_length = 0;
  bool keep_alive = true;
  bool expect_continue = false;
};

struct HeadLimits {
  size_t head_bytes = 32 * 1024;
  size_t target_bytes = 2048;
  size_t headers = 100;
};

// Finds the end of a head in bytes that come in pieces.
class HeadScanner {
 public:
  explicit HeadScanner(const HeadLimits& limits) : limits_(limits) {}

  // Looks at what `received` (everything since the head's first byte) has gained since the last
  // call. The head's length including its empty line; 0: more is needed; or why not.
  std::variant<size_t, Rejection> Scan(absl::string_view received);

 private:
  HeadLimits limits_;
  size_t seen_ = 0;
  size_t line_start_ = 0;
};

// Parses what HeadScanner delimited. Strict where leniency lets two parsers disagree about where a
// request ends (RFC 9112 sections 3, 5 and 6).
std::variant<RequestHead, Rejection> ParseRequestHead(absl::string_view head,
                                                      const HeadLimits& limits);

}  // namespace kozmic::http

#endif  // KOZMIC_LIB_HTTP_REQUEST_HEAD_H_
