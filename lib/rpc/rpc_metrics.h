#ifndef KOZMIC_LIB_RPC_RPC_METRICS_H_
#define KOZMIC_LIB_RPC_RPC_METRICS_H_

#include <memory>

#include "grpcpp/support/server_interceptor.h"

namespace kozmic {

// Counts the calls that a server answers, and times them, by method and status:
// kozmic_rpc_seconds{method, code}, kozmic_rpc_in_flight{method}. Methods that are not known share
// the name "other". The duration of a stream, or of a
// call that waits for something, is as long as that waits.
std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> NewRpcMetrics();

}  // namespace kozmic

#endif  // KOZMIC_LIB_RPC_RPC_METRICS_H_
