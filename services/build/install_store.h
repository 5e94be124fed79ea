#ifndef KOZMIC_SERVICES_BUILD_INSTALL_STORE_H_
#define KOZMIC_SERVICES_BUILD_INSTALL_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/build/attempt_key.h"

namespace kozmic::build {

// What an install script led to. See runner.proto's InstallImage.
struct InstallImage {
  std::string digest = {};
  std::string inputs = {};
  int64_t build = 0;
  std::string runner = {};
};

// Keeps what install scripts led to, in registries that runners share, and who runs one. Time is
// the database's clock. Thread-safe; any number of replicas on the same database.
// Statuses: FAILED_PRECONDITION "stale_session", "stale_fence" as LeaseStore has them.
class InstallStore {
 public:
  virtual ~InstallStore() = default;

  struct Wish {
    std::string session = {};
    AttemptKey key = {};
    std::string registry = {};
    std::string cache_id = {};
    int64_t waited_for = 0;
    std::string missing_digest = {};
  };
  struct Holder {
    int64_t claim = 0;
    int64_t build = 0;
    std::string runner = {};
    absl::Duration time_left = {};
  };
  // At most one of `image`, `claim` and `holder`. See runner.proto's ClaimInstallResponse.
  struct Claimed {
    std::optional<InstallImage> image = {};
    int64_t claim = 0;
    std::optional<Holder> holder = {};
    std::vector<InstallImage> known = {};
  };
  virtual absl::StatusOr<Claimed> Claim(const Wish& wish) = 0;

  // The claims that are not the session's any more.
  virtual absl::StatusOr<std::vector<int64_t>> Renew(absl::string_view session,
                                                     const std::vector<int64_t>& claims) = 0;

  struct Finished {
    std::string session = {};
    int64_t claim = 0;
    // Its build and runner are the claim's.
    std::optional<InstallImage> image = {};
    bool failed = false;
    int kept = 1;
  };
  // FAILED_PRECONDITION "stale_claim".
  virtual absl::Status Finish(const Finished& finished) = 0;

  struct Removal {
    int64_t project = 0;
    std::string digest = {};
  };
  struct Tidying {
    std::string session = {};
    std::string registry = {};
    std::vector<int64_t> projects = {};
    std::vector<Removal> removed = {};
  };
  struct Tidied {
    std::vector<int64_t> deleted_projects = {};
    std::vector<Removal> removals = {};
  };
  virtual absl::StatusOr<Tidied> Tidy(const Tidying& tidying) = 0;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_INSTALL_STORE_H_
