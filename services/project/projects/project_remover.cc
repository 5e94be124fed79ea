#include "services/project/projects/project_remover.h"

#include <optional>
#include <string>

#include "lib/base/backoff.h"
#include "lib/base/log.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"

namespace kozmic::project {

absl::StatusOr<bool> ProjectRemover::RemoveNext() const {
  KOZMIC_ASSIGN_OR_RETURN(const auto removal,
                          parts_.store.ClaimRemoval(options_.claim, options_.making));
  if (!removal.has_value()) return false;
  const int64_t project_id = removal->project.project_id;
  const auto wait = Remove(*removal);
  if (!wait.ok()) {
    Log(Severity::kWarning, "cannot remove a project yet",
        {{"project", project_id},
         {"repository", removal->project.facts.repository},
         {"error", wait.status()}});
    KOZMIC_RETURN_IF_ERROR(parts_.store.PutRemovalOff(
        project_id,
        Backoff(removal->failures + 1, options_.first_retry, options_.longest_retry, parts_.random),
        std::string(wait.status().message())));
    return true;
  }
  if (wait->has_value()) {
    KOZMIC_RETURN_IF_ERROR(parts_.store.PutRemovalOff(project_id, **wait, ""));
    return true;
  }
  KOZMIC_RETURN_IF_ERROR(parts_.store.EraseProject(project_id));
  Log(Severity::kInfo, "a project is removed",
      {{"project", project_id}, {"repository", removal->project.facts.repository}});
  return true;
}

absl::StatusOr<std::optional<absl::Duration>> ProjectRemover::Remove(
    const RemovalRecord& removal) const {
  KOZMIC_ASSIGN_OR_RETURN(const bool done, parts_.builds.RemoveSome(removal.project.project_id));
  // Running jobs are stopped by now, and more may be to do.
  if (!done) return absl::ZeroDuration();
  KOZMIC_RETURN_IF_ERROR(CleanGithub(removal));
  if (removal.age < options_.linger) return options_.linger - removal.age;
  return std::nullopt;
}

absl::Status ProjectRemover::CleanGithub(const RemovalRecord& removal) const {
  const int64_t project_id = removal.project.project_id;
  KOZMIC_ASSIGN_OR_RETURN(const auto hooks, parts_.hook_store.ListAllHooks(project_id));
  const bool has_key = parts_.keys.Get(project_id).ok();
  if (hooks.empty() && !has_key) return absl::OkStatus();
  const auto actor = parts_.actors.FindAdmin(removal.project);
  if (!actor.ok()) {
    if (IsRetryable(actor.status()) || removal.age < options_.patience) return actor.status();
    Log(Severity::kError, "a removed project leaves something at GitHub, where nobody may act",
        {{"project", project_id},
         {"repository", removal.project.facts.repository},
         {"hooks", hooks.size()},
         {"deploy_key", has_key},
         {"error", actor.status()}});
    return absl::OkStatus();
  }
  KOZMIC_RETURN_IF_ERROR(parts_.hooks.DeleteAllAtGithub(*actor, hooks));
  for (const HookRecord& hook : hooks) {
    KOZMIC_RETURN_IF_ERROR(parts_.hook_store.RemoveHook(hook.hook_id, nullptr));
  }
  return parts_.keys.DeleteAtGithub(*actor, project_id);
}

}  // namespace kozmic::project
