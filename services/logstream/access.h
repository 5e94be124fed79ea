#ifndef KOZMIC_SERVICES_LOGSTREAM_ACCESS_H_
#define KOZMIC_SERVICES_LOGSTREAM_ACCESS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lib/rpc/caller.h"

namespace kozmic {

// Who may do what with logs. UNAUTHENTICATED without a good credential, PERMISSION_DENIED with one
// that is not good for this. Thread-safe.
class LogAccess {
 public:
  // Not owned: authenticator, which knows the services.
  LogAccess(absl::string_view service_key, const Authenticator& authenticator)
      : service_key_(service_key), authenticator_(authenticator) {}

  // The log's writer, by its token; BuildService.
  absl::Status MayAppend(absl::string_view log, absl::string_view bearer) const;
  // The log's writer; the services that read logs for people.
  absl::Status MayTail(absl::string_view log, absl::string_view bearer) const;
  static absl::Status MayGet(const Caller& caller);
  static absl::Status MaySeal(const Caller& caller);
  static absl::Status MayDelete(const Caller& caller);

 private:
  absl::Status WriterOr(absl::string_view log, absl::string_view bearer,
                        absl::Status (*rule)(const Caller&)) const;

  const std::string service_key_;
  const Authenticator& authenticator_;
};

// INVALID_ARGUMENT unless it is "logs/" and up to 150 lower-case letters, digits and '-'.
absl::Status CheckLogName(absl::string_view name);

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_ACCESS_H_
