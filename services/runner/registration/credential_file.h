#ifndef KOZMIC_SERVICES_RUNNER_REGISTRATION_CREDENTIAL_FILE_H_
#define KOZMIC_SERVICES_RUNNER_REGISTRATION_CREDENTIAL_FILE_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace kozmic::runner {

// What a registered runner proves itself by, as its disk has it.
struct StoredCredential {
  std::string credential;
  // Of the registration token that it came by, in hexadecimal.
  std::string token_sha256;
  absl::Time create_time;
};

// nullopt: there is no such file. FAILED_PRECONDITION: it cannot be read, or is none of ours.
absl::StatusOr<std::optional<StoredCredential>> ReadCredential(const std::string& path);

// For its owner's eyes only, and on the disk when this answers. Whoever reads meanwhile finds the
// file that was there, or this one.
absl::Status WriteCredential(const std::string& path, const StoredCredential& credential);

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_REGISTRATION_CREDENTIAL_FILE_H_
