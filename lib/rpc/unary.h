#ifndef KOZMIC_LIB_RPC_UNARY_H_
#define KOZMIC_LIB_RPC_UNARY_H_

#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "grpcpp/grpcpp.h"
#include "lib/base/executor.h"
#include "lib/base/log.h"
#include "lib/base/trace_context.h"
#include "lib/rpc/caller.h"
#include "lib/rpc/grpc_status.h"

namespace kozmic {

// The bearer credential of a call; empty when it has none.
std::string BearerOf(const grpc::CallbackServerContext& context);

// The trace that a call is made for; an unknown one when it names none.
TraceContext TraceOf(const grpc::CallbackServerContext& context);

// Who calls; anonymous when the call carries no credential.
absl::StatusOr<Caller> AuthenticateCall(const grpc::CallbackServerContext& context,
                                        const Authenticator& authenticator);

// What every rpc face is built from: runs a handler on the executor (handlers block on the
// database), after the caller is authenticated and within the call's trace, and finishes the call
// with the handler's status.
//
//   grpc::ServerUnaryReactor* GetUser(grpc::CallbackServerContext* context,
//                                     const GetUserRequest* request, User* response) override {
//     return unary_.Run(context, "GetUser", [=, this](const Caller& caller) {
//       return GetUser(caller, *request, response);
//     });
//   }
//
// A full executor answers RESOURCE_EXHAUSTED at once. Thread-safe. Must outlive its calls.
class UnaryRunner {
 public:
  // Neither is owned.
  UnaryRunner(Executor& executor, const Authenticator& authenticator)
      : executor_(executor), authenticator_(authenticator) {}

  grpc::ServerUnaryReactor* Run(grpc::CallbackServerContext* context, const char* method,
                                std::function<absl::Status(const Caller&)> handler) const;

  Executor& executor() const { return executor_; }
  const Authenticator& authenticator() const { return authenticator_; }

 private:
  Executor& executor_;
  const Authenticator& authenticator_;
};

// Errors that are ours to mend (INTERNAL, UNKNOWN, DATA_LOSS) go to the log; the rest is the
// caller's affair.
void LogServerFault(const char* method, const absl::Status& status);

}  // namespace kozmic

#endif  // KOZMIC_LIB_RPC_UNARY_H_
