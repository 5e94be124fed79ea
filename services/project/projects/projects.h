#ifndef KOZMIC_SERVICES_PROJECT_PROJECTS_PROJECTS_H_
#define KOZMIC_SERVICES_PROJECT_PROJECTS_PROJECTS_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/github/api.h"
#include "services/project/access/member_sync.h"
#include "services/project/clients/token_source.h"
#include "services/project/credentials/deploy_keys.h"
#include "services/project/projects/project_store.h"

namespace kozmic::project {

// Makes projects of repositories, and gives them up. Thread-safe. Errors: as ProjectService
// documents.
class Projects {
 public:
  // What it stands on; all must outlive it.
  struct Parts {
    ProjectStore& store;
    TokenSource& tokens;
    const github::Api& github;
    const MemberSync& members;
    const DeployKeys& keys;
    // Called when a project is to be removed (ProjectRemover).
    std::function<void()> wake_remover;
  };

  explicit Projects(Parts parts) : parts_(std::move(parts)) {}

  // Makes a project with its members and, for a private repository, its deploy key; or nothing:
  // what an error or a crash leaves half done is removed in the background.
  absl::StatusOr<MemberProject> Create(int64_t user_id, const std::string& repository) const;

  // From now on nobody sees it; the rest is removed in the background. `typed` is the repository's
  // name, typed by the user (in any case of letters, as GitHub takes it).
  absl::Status Delete(const ProjectRecord& project, absl::string_view typed) const;

 private:
  absl::StatusOr<MemberProject> Furnish(const ProjectRecord& project, const Actor& actor) const;

  const Parts parts_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_PROJECTS_PROJECTS_H_
