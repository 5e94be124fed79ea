#ifndef KOZMIC_LIB_RPC_AUTHORIZE_H_
#define KOZMIC_LIB_RPC_AUTHORIZE_H_

#include <algorithm>
#include <initializer_list>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lib/rpc/caller.h"

namespace kozmic {

// What an rpc asks of its caller first. UNAUTHENTICATED: the caller showed no credential;
// PERMISSION_DENIED: theirs is not of the kind that may.

inline absl::Status RequireCredential(const Caller& caller) {
  if (caller.kind != Caller::Kind::kAnonymous) return absl::OkStatus();
  return absl::UnauthenticatedError("sign in first");
}

inline absl::Status RequireUser(const Caller& caller) {
  if (caller.kind == Caller::Kind::kUser) return absl::OkStatus();
  if (caller.kind == Caller::Kind::kAnonymous) return RequireCredential(caller);
  return absl::PermissionDeniedError("only users may call this");
}

inline absl::Status RequireAnyService(const Caller& caller) {
  if (caller.kind == Caller::Kind::kService) return absl::OkStatus();
  if (caller.kind == Caller::Kind::kAnonymous) return RequireCredential(caller);
  return absl::PermissionDeniedError("only services may call this");
}

inline absl::Status RequireService(const Caller& caller,
                                   std::initializer_list<absl::string_view> services) {
  if (caller.kind == Caller::Kind::kService &&
      std::find(services.begin(), services.end(), caller.name) != services.end()) {
    return absl::OkStatus();
  }
  if (caller.kind == Caller::Kind::kAnonymous) return RequireCredential(caller);
  return absl::PermissionDeniedError("this caller may not call this");
}

}  // namespace kozmic

#endif  // KOZMIC_LIB_RPC_AUTHORIZE_H_
