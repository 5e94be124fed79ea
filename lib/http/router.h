#ifndef KOZMIC_LIB_HTTP_ROUTER_H_
#define KOZMIC_LIB_HTTP_ROUTER_H_

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lib/http/exchange.h"
#include "lib/http/rejection.h"

namespace kozmic::http {

struct RouteOptions {
  // Larger bodies are answered 413, before they are read where their length is announced.
  size_t max_body_bytes = 1 << 20;
  // Media type that a body must have ("application/json"); empty: any.
  std::string content_type = {};
  // A body must be complete so long after its head, however fast it comes; more is answered 408.
  absl::Duration body_timeout = absl::InfiniteDuration();
  // Served whatever the Host header says: for probes, which know only an address.
  bool any_host = false;
};

struct Route {
  std::string method;
  // Literal segments, and variables in braces ("{project}"); the last one may be "{branch*}".
  std::vector<std::string> pattern;
  RouteOptions options;
  Handler handler;
};

// Finds routes by method and path segments, in time linear in the path. Fill it before use;
// matching is then thread-safe.
class Router {
 public:
  struct Match {
    const Route* route = nullptr;
    PathVariables variables;
  };
  // Why there is no route; for 405 with the methods that there are.
  struct Miss {
    Rejection rejection;
    std::string allow;
  };

  // `pattern`: "/api/v1/projects/{project}". A variable takes one segment; with a star, at the end,
  // it takes one or more, joined by slashes: "/badges/{owner}/{branch*}". A GET route also answers
  // HEAD. Of several patterns that match a path the one counts that says more: the first segment in
  // which they differ is a literal rather than a variable, or one rather than several.
  void Add(absl::string_view method, absl::string_view pattern, RouteOptions options,
           Handler handler);
  // Answers every GET that no pattern matches; a path that a pattern matches stays 405.
  void SetFallback(Handler handler);

  std::variant<Match, Miss> Find(absl::string_view method, const Target& target) const;

 private:
  std::vector<Route> routes_;
  Route fallback_;
};

}  // namespace kozmic::http

#endif  // KOZMIC_LIB_HTTP_ROUTER_H_
