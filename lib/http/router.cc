#include "lib/http/router.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace kozmic::http {
namespace {

bool IsVariable(absl::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

bool Matches(const Route& route, const Target& target) {
  if (route.pattern.size() != target.segments.size()) return false;
  for (size_t i = 0; i < route.pattern.size(); ++i) {
    if (!IsVariable(route.pattern[i]) && route.pattern[i] != target.segments[i]) return false;
  }
  return true;
}

PathVariables Variables(const Route& route, const Target& target) {
  PathVariables variables;
  for (size_t i = 0; i < route.pattern.size(); ++i) {
    const std::string& name = route.pattern[i];
    if (IsVariable(name)) variables[name.substr(1, name.size() - 2)] = target.segments[i];
  }
  return variables;
}

}  // namespace

void Router::Add(absl::string_view method, absl::string_view pattern, RouteOptions options,
                 Handler handler) {
  routes_.push_back({std::string(method), absl::StrSplit(pattern, '/', absl::SkipEmpty()),
                     std::move(options), std::move(handler)});
}

void Router::SetFallback(Handler handler) {
  fallback_ = {"GET", {}, {.max_body_bytes = 0}, std::move(handler)};
}

std::variant<Router::Match, Router::Miss> Router::Find(absl::string_view method,
                                                       const Target& target) const {
  const absl::string_view wanted = method == "HEAD" ? "GET" : method;
  std::string allow;
  for (const Route& route : routes_) {
    if (!Matches(route, target)) continue;
    if (route.method == wanted) return Match{&route, Variables(route, target)};
    if (!absl::StrContains(allow, route.method)) {
      absl::StrAppend(&allow, allow.empty() ? "" : ", ", route.method);
    }
  }
  if (allow.empty() && fallback_.handler) {
    if (wanted == "GET") return Match{&fallback_, {}};
    allow = "GET";
  }
  if (allow.empty()) return Miss{{404, "not_found", "There is nothing here."}, ""};
  return Miss{{405, "method_not_allowed", "This method is not allowed here."}, allow};
}

}  // namespace kozmic::http
