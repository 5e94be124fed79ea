#ifndef KOZMIC_GATEWAY_STREAM_ROUTE_H_
#define KOZMIC_GATEWAY_STREAM_ROUTE_H_

#include "gateway/backends.h"
#include "gateway/sessions.h"
#include "lib/http/exchange.h"
#include "lib/http/sse_hub.h"

namespace kozmic::gateway {

// GET /api/v1/stream: checks what the user may see, then hands the connection to the hub. The check
// holds for the stream's life, which the hub bounds (SseHubOptions::max_age).
void OpenStream(const Backends& backends, const Sessions& sessions, http::SseHub& hub,
                http::Exchange& exchange);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_STREAM_ROUTE_H_
