#ifndef KOZMIC_SERVICES_BUILD_REGISTRATION_REGISTRATION_STORE_H_
#define KOZMIC_SERVICES_BUILD_REGISTRATION_REGISTRATION_STORE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kozmic/build/v1/admin.pb.h"
#include "lib/postgres/pool.h"

namespace kozmic::build {

struct NewRegistrationToken {
  // Lower-case hexadecimal, as all digests here.
  std::string token_sha256;
  std::string display_name;
  // Empty: of any name.
  std::string runner;
  std::vector<std::string> labels;
  // A login.
  std::string creator;
  absl::Duration lifetime;
};

// Who may come as a runner: registration tokens, each of which lets one machine in, and the
// credentials of those that came by one. No token or credential is kept, only digests. Time is the
// database's clock. Thread-safe; any number of replicas on the same database. UNAVAILABLE when that
// is away. Runners are named without "runners/".
class RegistrationStore {
 public:
  virtual ~RegistrationStore() = default;

  virtual absl::StatusOr<v1::RegistrationToken> CreateToken(const NewRegistrationToken& token) = 0;
  // Newest first, at most 500.
  virtual absl::StatusOr<v1::ListRegistrationTokensResponse> ListTokens() = 0;
  // NOT_FOUND.
  virtual absl::Status DeleteToken(int64_t token) = 0;

  // The errors of RunnerService.RegisterRunner; the same again is OK. Whoever had a session of that
  // name before has it no longer.
  virtual absl::Status Register(const std::string& token_sha256, const std::string& runner,
                                const std::string& credential_sha256) = 0;
  // Whose credential it is. One that was to follow takes the older one's place. NOT_FOUND when it
  // is nobody's, or was revoked.
  virtual absl::StatusOr<std::string> FindRunner(const std::string& credential_sha256) = 0;
  // Has a credential follow the runner's present one. PERMISSION_DENIED when that is another.
  virtual absl::Status Rotate(const std::string& runner, const std::string& present_sha256,
                              const std::string& next_sha256) = 0;
  // Also ends its session, and has its leases run out. NOT_FOUND; FAILED_PRECONDITION
  // "not_registered".
  virtual absl::Status Revoke(const std::string& runner, const std::string& by) = 0;
};

// `pool` must outlive it.
std::unique_ptr<RegistrationStore> NewPostgresRegistrationStore(PostgresPool& pool);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_REGISTRATION_REGISTRATION_STORE_H_
