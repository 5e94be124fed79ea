#include "lib/http/request_head.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace kozmic::http {
namespace {

constexpr Rejection kMalformed = {400, "malformed_request", "The request is not valid HTTP."};
constexpr Rejection kBadFraming = {400, "bad_framing",
                                   "The length of the request's body is ambiguous."};
constexpr Rejection kHeadTooLarge = {431, "head_too_large", "The request's headers are too large."};
constexpr Rejection kTargetTooLong = {414, "target_too_long", "The request's URL is too long."};

// Method and version around the target, with room for an unknown method's name.
constexpr size_t kRequestLineOverhead = 64;

bool IsTokenChar(unsigned char c) {
  return absl::ascii_isalnum(c) || absl::StrContains("!#$%&'*+-.^_`|~", static_cast<char>(c));
}

bool IsToken(absl::string_view text) {
  if (text.empty()) return false;
  for (unsigned char c : text) {
    if (!IsTokenChar(c)) return false;
  }
  return true;
}

bool IsFieldValue(absl::string_view text) {
  for (unsigned char c : text) {
    if ((c < 0x20 && c != '\t') || c == 0x7f) return false;
  }
  return true;
}

bool IsTarget(absl::string_view text) {
  if (text.empty() || text[0] != '/') return false;
  for (unsigned char c : text) {
    if (c <= 0x20 || c >= 0x7f || c == '#') return false;
  }
  return true;
}

// Names, besides those of Singles, that may come once at most: a second value would leave it to
// chance which one counts.
bool IsSingleton(absl::string_view lower_name) {
  static constexpr std::array<absl::string_view, 5> kNames = {
      "authorization", "content-type", "last-event-id", "origin", "x-csrf-token"};
  return std::find(kNames.begin(), kNames.end(), lower_name) != kNames.end();
}

bool IsWithheld(absl::string_view lower_name) {
  static constexpr std::array<absl::string_view, 11> kNames = {
      "accept-encoding", "connection",        "content-length", "expect",
      "if-range",        "keep-alive",        "range",          "te",
      "trailer",         "transfer-encoding", "upgrade"};
  return absl::StrContains(lower_name, '_') ||
         std::find(kNames.begin(), kNames.end(), lower_name) != kNames.end();
}

bool HasToken(absl::string_view list, absl::string_view token) {
  for (absl::string_view item : absl::StrSplit(list, ',')) {
    if (absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(item), token)) return true;
  }
  return false;
}

bool ParseLength(absl::string_view text, uint64_t* length) {
  if (text.empty() || text.size() > 18) return false;
  for (char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return false;
  }
  return absl::SimpleAtoi(text, length);
}

struct RequestLine {
  absl::string_view method, target;
  bool is_http_1_0 = false;
};

std::variant<RequestLine, Rejection> ParseRequestLine(absl::string_view line, size_t max_target) {
  const std::vector<absl::string_view> parts = absl::StrSplit(line, ' ');
  if (parts.size() != 3 || !IsToken(parts[0])) return kMalformed;
  if (parts[1].size() > max_target) return kTargetTooLong;
  if (!IsTarget(parts[1])) return kMalformed;
  RequestLine result = {parts[0], parts[1], parts[2] == "HTTP/1.0"};
  if (!result.is_http_1_0 && parts[2] != "HTTP/1.1") {
    if (absl::StartsWith(parts[2], "HTTP/")) {
      return Rejection{505, "http_version", "This server speaks HTTP/1.1."};
    }
    return kMalformed;
  }
  static constexpr std::array<absl::string_view, 7> kMethods = {"GET",   "HEAD",   "POST",   "PUT",
                                                                "PATCH", "DELETE", "OPTIONS"};
  for (absl::string_view method : kMethods) {
    if (method == parts[0]) return result;
  }
  return Rejection{501, "unknown_method", "This server does not know the request's method."};
}

// What the framing and connection headers said, before it is judged as a whole.
struct Singles {
  std::optional<std::string> host, length, coding, expect, content_encoding;
  bool close = false;
};

std::optional<Rejection> Judge(const Singles& singles, bool is_http_1_0, RequestHead& head) {
  if (!singles.host) {
    if (!is_http_1_0) return Rejection{400, "no_host", "The Host header is missing."};
  } else {
    head.host = absl::AsciiStrToLower(*singles.host);
    if (head.host.empty() || absl::StrContains(head.host, ' ') ||
        absl::StrContains(head.host, '\t') || absl::StrContains(head.host, ',')) {
      return kMalformed;
    }
  }
  if (singles.coding) {
    if (singles.length || is_http_1_0 || !absl::EqualsIgnoreCase(*singles.coding, "chunked")) {
      return kBadFraming;
    }
    head.framing = Framing::kChunked;
  } else if (singles.length) {
    if (!ParseLength(*singles.length, &head.content_length)) return kBadFraming;
    head.framing = Framing::kLength;
  } else if (head.method == "POST" || head.method == "PUT" || head.method == "PATCH") {
    return Rejection{411, "length_required", "A Content-Length header is needed."};
  }
  if (singles.content_encoding && !absl::EqualsIgnoreCase(*singles.content_encoding, "identity")) {
    return Rejection{415, "content_encoding", "Send the body without Content-Encoding."};
  }
  if (singles.expect) {
    if (!absl::EqualsIgnoreCase(*singles.expect, "100-continue")) {
      return Rejection{417, "expectation", "Only 100-continue may be expected."};
    }
    head.expect_continue = !is_http_1_0;
  }
  head.keep_alive = !singles.close && !is_http_1_0;
  return std::nullopt;
}

}  // namespace

std::variant<size_t, Rejection> HeadScanner::Scan(absl::string_view received) {
  while (seen_ < received.size()) {
    const size_t newline = received.find('\n', seen_);
    if (newline == absl::string_view::npos) {
      seen_ = received.size();
      break;
    }
    if (newline == 0 || received[newline - 1] != '\r') return kMalformed;
    const size_t line_length = newline - 1 - line_start_;
    if (line_start_ == 0 && line_length > limits_.target_bytes + kRequestLineOverhead) {
      return kTargetTooLong;
    }
    if (newline + 1 > limits_.head_bytes) return kHeadTooLarge;
    if (line_length == 0) return newline + 1;
    seen_ = line_start_ = newline + 1;
  }
  if (line_start_ == 0 && received.size() > limits_.target_bytes + kRequestLineOverhead) {
    return kTargetTooLong;
  }
  if (received.size() > limits_.head_bytes) return kHeadTooLarge;
  return size_t{0};
}

std::variant<RequestHead, Rejection> ParseRequestHead(absl::string_view text,
                                                      const HeadLimits& limits) {
  std::vector<absl::string_view> lines = absl::StrSplit(text, "\r\n");
  // A complete head ends with an empty line, hence two empty pieces.
  if (lines.size() < 3) return kMalformed;
  lines.resize(lines.size() - 2);
  if (lines.size() - 1 > limits.headers) return kHeadTooLarge;

  const auto line = ParseRequestLine(lines[0], limits.target_bytes);
  if (const auto* rejection = std::get_if<Rejection>(&line)) return *rejection;
  const RequestLine& request = std::get<RequestLine>(line);
  RequestHead head;
  head.method = std::string(request.method);
  head.target = std::string(request.target);

  Singles singles;
  for (size_t i = 1; i < lines.size(); ++i) {
    const size_t colon = lines[i].find(':');
    // A line that starts with a space would continue the one before (obs-fold): refused, as a name
    // with a space is.
    if (colon == absl::string_view::npos) return kMalformed;
    const absl::string_view name = lines[i].substr(0, colon);
    const absl::string_view value = absl::StripAsciiWhitespace(lines[i].substr(colon + 1));
    if (!IsToken(name) || !IsFieldValue(value)) return kMalformed;
    const std::string lower = absl::AsciiStrToLower(name);

    std::optional<std::string>* single = lower == "host"                ? &singles.host
                                         : lower == "content-length"    ? &singles.length
                                         : lower == "transfer-encoding" ? &singles.coding
                                         : lower == "expect"            ? &singles.expect
                                         : lower == "content-encoding"  ? &singles.content_encoding
                                                                        : nullptr;
    if (single != nullptr) {
      if (single->has_value()) return kBadFraming;
      *single = std::string(value);
    } else if (IsSingleton(lower) && head.headers.count(lower) > 0) {
      return Rejection{400, "duplicate_header", "A header that may come once came twice."};
    }
    if (lower == "connection") singles.close |= HasToken(value, "close");
    std::string* apart = lower == "accept-encoding" ? &head.accept_encoding
                         : lower == "range"         ? &head.range
                         : lower == "if-range"      ? &head.if_range
                                                    : nullptr;
    if (apart != nullptr) absl::StrAppend(apart, apart->empty() ? "" : ",", value);
    if (!IsWithheld(lower)) head.headers.emplace(std::string(name), std::string(value));
  }
  if (auto rejection = Judge(singles, request.is_http_1_0, head)) return *rejection;
  return head;
}

}  // namespace kozmic::http
