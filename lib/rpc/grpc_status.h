#ifndef KOZMIC_LIB_RPC_GRPC_STATUS_H_
#define KOZMIC_LIB_RPC_GRPC_STATUS_H_

#include "absl/status/status.h"
#include "grpcpp/grpcpp.h"

namespace kozmic {

// The one bridge between absl::Status (inside) and grpc::Status (on the wire). The codes are
// identical; details ("kozmic-reason", …) travel as trailing metadata.

// For a server: also puts the details into the trailing metadata of `context`. INTERNAL and UNKNOWN
// messages are not told to callers, who get "internal error"; the caller of this logs them.
grpc::Status ToGrpc(const absl::Status& status, grpc::ServerContextBase& context);

// What is told to callers of an error: as above, with its details.
absl::Status AsTold(const absl::Status& error);

// For a client: also takes the details from the trailing metadata of a finished call.
absl::Status FromGrpc(const grpc::Status& status, const grpc::ClientContext& context);

}  // namespace kozmic

#endif  // KOZMIC_LIB_RPC_GRPC_STATUS_H_
