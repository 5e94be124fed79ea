#ifndef KOZMIC_LIB_RPC_RESULT_STATUS_H_
#define KOZMIC_LIB_RPC_RESULT_STATUS_H_

#include <string>

#include "absl/status/status.h"
#include "lib/rpc/grpc_status.h"
#include "lib/status/annotate.h"

namespace kozmic {

// Of an rpc that does many things, each of which has its own result: a message with the fields
// `code`, `message` and `reason`, which stand for what a call's status and its trailing metadata
// would tell.

// For a server, of an error: what ToGrpc would tell of it.
template <typename Result>
void SetResultError(const absl::Status& error, Result& result) {
  const absl::Status told = AsTold(error);
  result.set_code(static_cast<int>(told.code()));
  result.set_message(std::string(told.message()));
  result.set_reason(Reason(told));
}

// For a client. OK when the result is one.
template <typename Result>
absl::Status ResultStatus(const Result& result) {
  absl::Status status(static_cast<absl::StatusCode>(result.code()), result.message());
  return result.reason().empty() ? status : WithReason(std::move(status), result.reason());
}

}  // namespace kozmic

#endif  // KOZMIC_LIB_RPC_RESULT_STATUS_H_
