#ifndef KOZMIC_LIB_RPC_CLIENT_H_
#define KOZMIC_LIB_RPC_CLIENT_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "lib/rpc/grpc_status.h"
#include "lib/status/annotate.h"

namespace kozmic {

// A channel with our keepalive (a dead peer is noticed within 9 s), reconnecting within 1 s, for
// messages up to 32 MB. Made at once; connects when used. `address` is a gRPC name: "host:port", of
// all addresses that the host has; "ipv4:127.0.0.1:7001,127.0.0.1:7002". Calls go in turns to all
// that answer. A process without an RpcServer needs a ChannelPoller.
std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address);

// Sets deadline and bearer credential ("" for none) of a call, which bears this thread's trace.
void PrepareCall(grpc::ClientContext& context, absl::Time deadline, absl::string_view bearer);

// One unary call: `Call(*stub, &AuthService::Stub::GetUser, request, bearer, absl::Seconds(2))`.
// Errors name nothing but what the server said; add context with Annotate.
template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> Call(
    Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
    const Request& request, absl::string_view bearer, absl::Duration timeout) {
  grpc::ClientContext context;
  PrepareCall(context, absl::Now() + timeout, bearer);
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return FromGrpc(status, context);
  return response;
}

}  // namespace kozmic

#endif  // KOZMIC_LIB_RPC_CLIENT_H_
