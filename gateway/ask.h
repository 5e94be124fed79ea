#ifndef KOZMIC_GATEWAY_ASK_H_
#define KOZMIC_GATEWAY_ASK_H_

#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/answer.h"
#include "gateway/backends.h"
#include "lib/http/exchange.h"
#include "lib/rpc/client.h"

namespace kozmic::gateway {

// How a call is made for an answer.
struct Asking {
  absl::Duration timeout = kCallTimeout;
  // The HTTP status for INVALID_ARGUMENT.
  int invalid_argument = 400;
};

// For what a body brought: it was well-formed, so that what a service does not like is its content.
inline constexpr Asking kChange = {.timeout = kCallTimeout, .invalid_argument = 422};
// The same where the service talks to GitHub meanwhile.
inline constexpr Asking kChangeAtGithub = {.timeout = kGithubCallTimeout, .invalid_argument = 422};

// One unary call that an answer needs, as in Call(). Nothing, after answering what the error means,
// when it failed.
template <typename Stub, typename Request, typename Response>
std::optional<Response> Ask(http::Exchange& exchange, Stub& stub,
                            grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                         Response*),
                            const Request& request, absl::string_view bearer,
                            const Asking& asking = {}) {
  absl::StatusOr<Response> response = Call(stub, method, request, bearer, asking.timeout);
  if (response.ok()) return *std::move(response);
  ReplyStatus(exchange, response.status(), asking.invalid_argument);
  return std::nullopt;
}

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_ASK_H_
