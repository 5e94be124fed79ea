#include "lib/http/router.h"

#include <cstddef>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace kozmic::http {
namespace {

bool IsVariable(absl::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

bool IsRest(absl::string_view segment) {
  return IsVariable(segment) && absl::EndsWith(segment, "*}");
}

bool Matches(const Route& route, const Target& target) {
  const size_t length = route.pattern.size();
  const bool open = length > 0 && IsRest(route.pattern.back());
  if (open ? target.segments.size() < length : target.segments.size() != length) return false;
  for (size_t i = 0; i < length; ++i) {
    if (!IsVariable(route.pattern[i]) && route.pattern[i] != target.segments[i]) return false;
  }
  return true;
}

// Negative when `a` says more about a path than `b`, both of which match it; 0 when as much.
int Compare(const Route& a, const Route& b) {
  const auto vagueness = [](absl::string_view segment) {
    return IsRest(segment) ? 2 : IsVariable(segment) ? 1 : 0;
  };
  for (size_t i = 0; i < a.pattern.size() && i < b.pattern.size(); ++i) {
    const int difference = vagueness(a.pattern[i]) - vagueness(b.pattern[i]);
    if (difference != 0) return difference;
  }
  return 0;
}

PathVariables Variables(const Route& route, const Target& target) {
  PathVariables variables;
  for (size_t i = 0; i < route.pattern.size(); ++i) {
    const std::string& name = route.pattern[i];
    if (IsRest(name)) {
      variables[name.substr(1, name.size() - 3)] = absl::StrJoin(
          target.segments.begin() + static_cast<ptrdiff_t>(i), target.segments.end(), "/");
    } else if (IsVariable(name)) {
      variables[name.substr(1, name.size() - 2)] = target.segments[i];
    }
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
  // Those of the pattern that says most.
  std::vector<const Route*> found;
  for (const Route& route : routes_) {
    if (!Matches(route, target)) continue;
    const int order = found.empty() ? 0 : Compare(route, *found.front());
    if (order > 0) continue;
    if (order < 0) found.clear();
    found.push_back(&route);
  }
  std::string allow;
  for (const Route* route : found) {
    if (route->method == wanted) return Match{route, Variables(*route, target)};
    absl::StrAppend(&allow, allow.empty() ? "" : ", ", route->method);
  }
  if (allow.empty() && fallback_.handler) {
    if (wanted == "GET") return Match{&fallback_, {}};
    allow = "GET";
  }
  if (allow.empty()) return Miss{{404, "not_found", "There is nothing here."}, ""};
  return Miss{{405, "method_not_allowed", "This method is not allowed here."}, allow};
}

}  // namespace kozmic::http
