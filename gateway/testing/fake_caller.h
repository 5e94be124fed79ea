#ifndef KOZMIC_GATEWAY_TESTING_FAKE_CALLER_H_
#define KOZMIC_GATEWAY_TESTING_FAKE_CALLER_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "grpcpp/grpcpp.h"

namespace kozmic::gateway {

// What the fake services know people by: "session-7" and "session-7-2" are sessions of users/7,
// "kzp_7" is their access token.

inline constexpr char kTestServiceKey[] = "the service key of a gateway's tests";

// The credential of a call, without "Bearer "; empty for none.
std::string BearerOf(const grpc::ServerContext& context);
// "users/7"; nothing for a credential of nobody.
std::optional<std::string> UserOf(absl::string_view credential);
bool IsAccessToken(absl::string_view credential);
// Whether it is the gateway itself that calls.
bool IsGateway(const grpc::ServerContext& context);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_TESTING_FAKE_CALLER_H_
