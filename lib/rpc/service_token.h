#ifndef KOZMIC_LIB_RPC_SERVICE_TOKEN_H_
#define KOZMIC_LIB_RPC_SERVICE_TOKEN_H_

#include <string>

#include "absl/strings/string_view.h"
#include "lib/rpc/caller.h"

namespace kozmic {

// The credential with which one of our services calls another: "ks1.<service>.<hmac>", derived from
// the service key that the installation's services share (and runners do not have).
std::string ServiceToken(absl::string_view service_key, absl::string_view service);

// A credential bound to one resource, for someone outside the services: a runner may append to the
// log "logs/1-2-1-1" because it holds its capability. `purpose` keeps kinds apart.
std::string CapabilityToken(absl::string_view service_key, absl::string_view purpose,
                            absl::string_view resource);
bool CheckCapabilityToken(absl::string_view service_key, absl::string_view purpose,
                          absl::string_view resource, absl::string_view token);

// Knows services' tokens; everything else is asked of `next` (not owned; may be null: then nothing
// else is good).
class ServiceTokenAuthenticator final : public Authenticator {
 public:
  ServiceTokenAuthenticator(absl::string_view service_key, const Authenticator* next)
      : service_key_(service_key), next_(next) {}

  absl::StatusOr<Caller> Authenticate(absl::string_view bearer) const override;

 private:
  const std::string service_key_;
  const Authenticator* const next_;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_RPC_SERVICE_TOKEN_H_
