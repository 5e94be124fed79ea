#ifndef KOZMIC_SERVICES_PROJECT_HOOKS_HOOKS_H_
#define KOZMIC_SERVICES_PROJECT_HOOKS_HOOKS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/random.h"
#include "lib/crypto/sealed_box.h"
#include "lib/github/api.h"
#include "services/project/github/acting_users.h"
#include "services/project/hooks/hook_store.h"
#include "services/project/projects/project_store.h"

namespace kozmic::project {

// Hooks, here and at GitHub: each has a webhook of its own there, with a secret of its own. Callers
// have checked that the user may configure the project. Thread-safe. Errors: as ProjectService
// documents.
class Hooks {
 public:
  // What it stands on; all must outlive it.
  struct Parts {
    HookStore& store;
    ProjectStore& projects;
    const ActingUsers& actors;
    const github::Api& github;
    // Seals the hooks' secrets.
    const SealedBox& secret_box;
    Random& random;
    // Where GitHub reaches this installation: "https://ci.example.org".
    std::string public_url;
  };

  // What had to be done about a hook's webhook.
  enum class Outcome { kUntouched, kRecreated, kEdited };
  struct Restored {
    HookRecord hook;
    Outcome outcome = Outcome::kUntouched;
  };

  explicit Hooks(Parts parts) : parts_(std::move(parts)) {}

  // Creates the hook here and at GitHub, or nowhere. ALREADY_EXISTS title_taken if its title must
  // be the only one and is not.
  absl::StatusOr<HookRecord> Create(const ProjectRecord& project, const Author& by,
                                    HookFields fields, bool only_title) const;
  absl::StatusOr<HookRecord> Update(const ProjectRecord& project, int64_t hook_id,
                                    HookFields fields, const Author& by) const;
  // Deletes the hook at GitHub and here, or nowhere.
  absl::Status Delete(const ProjectRecord& project, const Author& by, int64_t hook_id) const;
  // Makes all webhooks at GitHub as they should be.
  absl::StatusOr<std::vector<Restored>> Restore(const ProjectRecord& project,
                                                int64_t user_id) const;

  // Takes back the next hook above `after` that was left half made at least `age` ago: at GitHub
  // first, then here; stays as it is when GitHub cannot be asked now. Returns its number, nullopt
  // when there is none.
  absl::StatusOr<std::optional<int64_t>> UndoUnmade(int64_t after, absl::Duration age) const;
  // Deletes at GitHub all webhooks that any of these hooks has there. Absent is fine.
  absl::Status DeleteAllAtGithub(const Actor& actor, const std::vector<HookRecord>& hooks) const;

 private:
  absl::StatusOr<Outcome> RestoreOne(const Actor& actor, const HookRecord& hook,
                                     const std::vector<github::Hook>& at_github) const;
  // What GitHub is to have. The secret stays the hook's for its life: whoever restores, and
  // wherever that breaks off, deliveries are signed with the one that is kept here.
  absl::StatusOr<github::NewHook> Wanted(const HookRecord& hook) const;
  // GitHub's number of a webhook that was missing, which it has afterwards.
  absl::StatusOr<int64_t> MakeAgain(const Actor& actor, const github::NewHook& wanted) const;
  // Takes back what Create has begun.
  void Undo(const Actor& actor, const HookRecord& hook, const Author& by) const;
  absl::Status UndoOne(const HookRecord& hook) const;
  // Where GitHub sends the hook's deliveries.
  std::string Url(int64_t hook_id) const;

  const Parts parts_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_HOOKS_HOOKS_H_
