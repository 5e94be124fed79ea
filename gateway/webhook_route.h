#ifndef KOZMIC_GATEWAY_WEBHOOK_ROUTE_H_
#define KOZMIC_GATEWAY_WEBHOOK_ROUTE_H_

#include <cstddef>

#include "gateway/webhook_forwarder.h"
#include "lib/http/exchange.h"

namespace kozmic::gateway {

// The most that GitHub delivers.
inline constexpr size_t kLargestWebhook = 25 << 20;

// POST /_hooks/hook/{hook}: hands a delivery on as it came. 200 only when it is stored.
void AcceptWebhook(WebhookForwarder& forwarder, http::Exchange& exchange);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_WEBHOOK_ROUTE_H_
