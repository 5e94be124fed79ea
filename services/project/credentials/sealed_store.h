#ifndef KOZMIC_SERVICES_PROJECT_CREDENTIALS_SEALED_STORE_H_
#define KOZMIC_SERVICES_PROJECT_CREDENTIALS_SEALED_STORE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace kozmic::project {

// What lies sealed in the database, each kind under keys of its own purpose.
enum class SealedKind { kHookSecret, kDeployKey, kSecret, kBadgeToken, kRegistryPassword };

struct SealedValue {
  // Names it within its kind; orders the listing.
  std::string key = {};
  // Where it is sealed for.
  std::string place = {};
  std::string sealed = {};
};

// All sealed values, whatever they are for. Thread-safe, also between processes. May fail as
// PostgresPool does.
class SealedStore {
 public:
  virtual ~SealedStore() = default;

  // Those with a key above `after` ("": from the first), by key, at most `limit`.
  virtual absl::StatusOr<std::vector<SealedValue>> List(SealedKind kind, const std::string& after,
                                                        int limit) = 0;
  // Puts `fresh` in the place of `value.sealed`; false when that is not there any more.
  virtual absl::StatusOr<bool> Replace(SealedKind kind, const SealedValue& value,
                                       const std::string& fresh) = 0;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_CREDENTIALS_SEALED_STORE_H_
