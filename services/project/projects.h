#ifndef KOZMIC_SERVICES_PROJECT_PROJECTS_H_
#define KOZMIC_SERVICES_PROJECT_PROJECTS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/base/random.h"
#include "lib/crypto/sealed_box.h"
#include "lib/github/api.h"
#include "services/project/project_store.h"
#include "services/project/token_source.h"
#include "services/project/validate.h"

namespace kozmic::project {

enum class Permission { kView, kConfigure, kDelete };

bool Allows(Role role, Permission permission);

// Projects and their hooks, here and at GitHub. Thread-safe. Errors: as ProjectService documents.
class Projects {
 public:
  // What it stands on; all must outlive it.
  struct Parts {
    ProjectStore& store;
    TokenSource& tokens;
    const github::Api& github;
    // Seals the hooks' secrets.
    const SealedBox& secret_box;
    Random& random;
    // Where GitHub reaches this installation: "https://ci.example.org".
    std::string public_url;
    // "https://github.com"
    std::string github_web_url;
  };

  explicit Projects(Parts parts) : parts_(std::move(parts)) {}

  absl::StatusOr<MemberProject> Create(int64_t user_id, const std::string& repository) const;

  // The project, if the user may do this there. NOT_FOUND unless they are its member;
  // PERMISSION_DENIED when their role is too low.
  absl::StatusOr<MemberProject> Get(int64_t user_id, int64_t project_id,
                                    Permission permission) const;
  absl::StatusOr<std::vector<MemberProject>> List(int64_t user_id, int64_t after, int limit) const;

  // Creates the hook here and at GitHub, or nowhere.
  absl::StatusOr<HookRecord> CreateHook(int64_t user_id, int64_t project_id,
                                        HookFields fields) const;
  // Takes back, as the project's owner, the next hook above `after` that was left half made at
  // least `age` ago: at GitHub first, then here; stays as it is when GitHub cannot be asked now.
  // Returns its number, nullopt when there is none.
  absl::StatusOr<std::optional<int64_t>> UndoUnfinishedHook(int64_t after,
                                                            absl::Duration age) const;
  absl::StatusOr<std::vector<HookRecord>> ListHooks(int64_t user_id, int64_t project_id) const;

  // Where git fetches the project's commits from: on the configured GitHub, whatever else the
  // repository says of itself. NOT_FOUND.
  absl::StatusOr<std::string> CloneUrl(int64_t project_id) const;

  // Posts a commit status as the project's owner, unless the newest of its context says the same.
  absl::Status ReportStatus(int64_t project_id, const std::string& commit,
                            const github::CommitStatus& status) const;

 private:
  // Takes back what CreateHook has begun.
  void Undo(const std::string& token, const std::string& repository, int64_t hook_id,
            const std::string& url) const;
  absl::Status UndoUnfinished(const HookRecord& hook) const;
  absl::Status DeleteAtGithub(const std::string& token, const std::string& repository,
                              const std::string& url) const;
  // Where GitHub sends the hook's deliveries.
  std::string HookUrl(int64_t hook_id) const;

  const Parts parts_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_PROJECTS_H_
