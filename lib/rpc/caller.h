#ifndef KOZMIC_LIB_RPC_CALLER_H_
#define KOZMIC_LIB_RPC_CALLER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kozmic {

// Who makes an rpc, as proved by the bearer credential in its metadata ("authorization: Bearer …");
// never by anything in the request.
struct Caller {
  enum class Kind { kAnonymous, kService, kUser, kRunner };

  Kind kind = Kind::kAnonymous;
  // "gateway", "build", … for kService; "users/7" for kUser; the runner's credential id for
  // kRunner.
  std::string name;
  // Administrators of this installation.
  bool admin = false;
  // Of a user: proved by a personal access token, not by a session. Such a caller cannot manage
  // what gives access.
  bool by_access_token = false;
  // The credential, to be passed on in calls made for the caller.
  std::string bearer;

  bool IsService(absl::string_view service) const {
    return kind == Kind::kService && name == service;
  }
};

// Tells whose a credential is. Thread-safe; may block on a call with a deadline of its own.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // UNAUTHENTICATED for a credential that is not (or no longer) good; UNAVAILABLE when that cannot
  // be told now.
  virtual absl::StatusOr<Caller> Authenticate(absl::string_view bearer) const = 0;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_RPC_CALLER_H_
