#ifndef KOZMIC_LIB_RPC_AUTHORIZE_H_
#define KOZMIC_LIB_RPC_AUTHORIZE_H_

#include <algorithm>
#include <initializer_list>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lib/rpc/caller.h"
#include "lib/status/annotate.h"

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

// For what gives access, which a stolen access token must not extend: a user's session.
// PERMISSION_DENIED session_needed for an access token.
inline absl::Status RequireSession(const Caller& caller) {
  if (caller.kind == Caller::Kind::kUser && caller.by_access_token) {
    return WithReason(
        absl::PermissionDeniedError("an access token may not do this; sign in with a browser"),
        "session_needed");
  }
  return RequireUser(caller);
}

// For what concerns the whole installation. An administrator's access token will do.
inline absl::Status RequireAdmin(const Caller& caller) {
  if (caller.kind == Caller::Kind::kUser && caller.admin) return absl::OkStatus();
  if (caller.kind == Caller::Kind::kAnonymous) return RequireCredential(caller);
  return WithReason(absl::PermissionDeniedError("only administrators may call this"),
                    "admin_needed");
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
