#ifndef KOZMIC_LIB_HTTP_TARGET_H_
#define KOZMIC_LIB_HTTP_TARGET_H_

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "lib/http/rejection.h"

namespace kozmic::http {

// The path and query of a request's target, decoded once.
struct Target {
  // Without empty segments; a trailing slash makes no difference.
  std::vector<std::string> segments;
  // "/" and the decoded segments joined by "/".
  std::string path;
  // In the order sent, repetitions kept.
  std::vector<std::pair<std::string, std::string>> query;

  // The first value of a query parameter.
  std::optional<std::string> Parameter(absl::string_view name) const;
  std::vector<std::string> Parameters(absl::string_view name) const;
};

// A bad percent escape is answered 400. A path that could mean different things to different
// readers (dot segments also encoded or before ';', empty segments, encoded slashes, control
// characters) names nothing: 404.
std::variant<Target, Rejection> ParseTarget(absl::string_view target);

// Percent-encodes everything but unreserved characters.
std::string PercentEncode(absl::string_view text);

}  // namespace kozmic::http

#endif  // KOZMIC_LIB_HTTP_TARGET_H_
