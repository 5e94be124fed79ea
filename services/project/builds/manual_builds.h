#ifndef KOZMIC_SERVICES_PROJECT_BUILDS_MANUAL_BUILDS_H_
#define KOZMIC_SERVICES_PROJECT_BUILDS_MANUAL_BUILDS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/github/api.h"
#include "services/project/clients/user_directory.h"
#include "services/project/github/acting_users.h"
#include "services/project/hooks/hook_store.h"
#include "services/project/projects/project_store.h"
#include "services/project/webhooks/build_creator.h"
#include "services/project/webhooks/delivery_store.h"

namespace kozmic::project {

// What somebody wants built, as they said it.
struct ManualBuild {
  std::string ref = {};
  std::map<std::string, std::string> variables = {};
  std::string request_id = {};
};

// Builds that people ask for. Callers have checked that the user may configure the project.
// Thread-safe. Errors: as ProjectService.TriggerBuild.
class ManualBuilds {
 public:
  // All must outlive it.
  struct Parts {
    HookStore& hooks;
    DeliveryStore& deliveries;
    const ActingUsers& actors;
    const github::Api& github;
    UserDirectory& users;
    BuildCreator& builds;
  };

  explicit ManualBuilds(Parts parts) : parts_(parts) {}

  // The build's number.
  absl::StatusOr<int64_t> Trigger(const ProjectRecord& project, int64_t user_id,
                                  const ManualBuild& wanted) const;

 private:
  // The commit that GitHub has under the wanted ref now, and the ref in full.
  absl::StatusOr<Head> Resolve(const Actor& actor, const ProjectRecord& project,
                               const std::string& ref) const;

  const Parts parts_;
};

// The full refs that a wanted one may mean, in the order in which they are tried: "main" is
// refs/heads/main or refs/tags/main. A commit without a ref is "refs/commits/<object id>", which is
// no branch, so that none's badge tells of it. INVALID_ARGUMENT (with the detail "field") for any
// other ref, and for what git could not name so.
absl::StatusOr<std::vector<std::string>> RefCandidates(const std::string& ref);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_BUILDS_MANUAL_BUILDS_H_
