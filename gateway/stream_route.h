#ifndef KOZMIC_GATEWAY_STREAM_ROUTE_H_
#define KOZMIC_GATEWAY_STREAM_ROUTE_H_

#include "gateway/backends.h"
#include "gateway/live_streams.h"
#include "gateway/sessions.h"
#include "lib/http/exchange.h"

namespace kozmic::gateway {

// GET /api/v1/stream: checks what the user may see, then hands the connection over to `streams`,
// which goes on checking.
void OpenStream(const Backends& backends, const Sessions& sessions, LiveStreams& streams,
                http::Exchange& exchange);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_STREAM_ROUTE_H_
