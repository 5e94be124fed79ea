#ifndef KOZMIC_GATEWAY_ROUTE_OPTIONS_H_
#define KOZMIC_GATEWAY_ROUTE_OPTIONS_H_

#include <cstddef>

#include "lib/http/router.h"

namespace kozmic::gateway {

// Of a change that says everything by its path.
inline http::RouteOptions NoBody() { return {.max_body_bytes = 0}; }

// Of a change with a BodyReader's body of at most `most` bytes.
inline http::RouteOptions JsonBody(size_t most = 16 << 10) {
  return {.max_body_bytes = most, .content_type = "application/json"};
}

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_ROUTE_OPTIONS_H_
