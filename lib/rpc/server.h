#ifndef KOZMIC_LIB_RPC_SERVER_H_
#define KOZMIC_LIB_RPC_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"

namespace kozmic {

// A gRPC server with health checks, reflection and our keepalive.
//
// Stop() first reports NOT_SERVING, then ends: calls at hand have `grace` to finish, then they are
// cancelled. Handlers that wait (long polls, streams) must watch for cancellation. The destructor
// stops. Services must outlive the server.
class RpcServer {
 public:
  // `listen` is host:port; port 0 takes a free one. UNAVAILABLE when the port is taken.
  static absl::StatusOr<std::unique_ptr<RpcServer>> Start(
      const std::string& listen, const std::vector<grpc::Service*>& services);
  ~RpcServer();

  // host:port that clients on this machine reach it by.
  const std::string& address() const { return address_; }

  // What health checks answer; SERVING at first. Thread-safe, but not against Stop.
  void SetServing(bool serving);
  void Stop(absl::Duration grace);

 private:
  RpcServer() = default;

  std::string address_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_RPC_SERVER_H_
