#include "services/project/credentials/deploy_keys.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/crypto/wipe.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/project/github/github_errors.h"

namespace kozmic::project {
namespace {

constexpr char kTitle[] = "Kozmic CI key";

}  // namespace

std::string DeployKeyPlace(int64_t project_id) { return absl::StrCat("deploy_keys/", project_id); }

absl::StatusOr<DeployKeyRecord> DeployKeys::Get(int64_t project_id) const {
  return parts_.store.GetDeployKey(project_id);
}

absl::StatusOr<DeployKeyRecord> DeployKeys::MakePair(int64_t project_id) const {
  KOZMIC_ASSIGN_OR_RETURN(
      SshKeyPair pair,
      GenerateSshKey(parts_.type, absl::StrCat("kozmic-ci project ", project_id), parts_.random));
  DeployKeyRecord key{
      .project_id = project_id,
      .public_key = pair.public_key,
      .sealed_private_key = parts_.box.Seal(pair.private_key, DeployKeyPlace(project_id)),
      .fingerprint = pair.fingerprint};
  Wipe(pair.private_key);
  return key;
}

absl::StatusOr<DeployKeyRecord> DeployKeys::Ensure(const Actor& actor, int64_t project_id,
                                                   const Author& by) const {
  auto key = parts_.store.GetDeployKey(project_id);
  if (absl::IsNotFound(key.status())) {
    KOZMIC_ASSIGN_OR_RETURN(const DeployKeyRecord made, MakePair(project_id));
    key = parts_.store.AddDeployKey(made, by);
  }
  KOZMIC_RETURN_IF_ERROR(key.status());

  auto there = EnsureAtGithub(actor, key->public_key);
  // Somebody else may have put it there in this moment.
  if (absl::IsInvalidArgument(there.status())) there = EnsureAtGithub(actor, key->public_key);
  const absl::Status status = FromGithub(there.status());
  std::optional<int64_t> number;
  if (there.ok()) {
    number = *there;
  } else if (absl::IsUnavailable(there.status())) {
    // GitHub said nothing about the key, so what was known of it still holds.
    number = key->github_key_id;
  }
  KOZMIC_RETURN_IF_ERROR(parts_.store.NoteDeployKey(project_id, key->fingerprint, number,
                                                    std::string(status.message())));
  KOZMIC_RETURN_IF_ERROR(status);
  return parts_.store.GetDeployKey(project_id);
}

absl::StatusOr<int64_t> DeployKeys::EnsureAtGithub(const Actor& actor,
                                                   const std::string& public_key) const {
  const std::string& repository = actor.repository.full_name;
  // An answer that got lost may have been a yes, so GitHub is asked what it has.
  KOZMIC_ASSIGN_OR_RETURN(const auto keys, parts_.github.ListDeployKeys(actor.token, repository));
  for (const github::DeployKey& one : keys) {
    if (one.key != public_key) continue;
    if (one.read_only) return one.id;
    // Somebody let it write; it must not.
    KOZMIC_RETURN_IF_ERROR(parts_.github.DeleteDeployKey(actor.token, repository, one.id));
  }
  KOZMIC_ASSIGN_OR_RETURN(
      const github::DeployKey made,
      parts_.github.CreateDeployKey(actor.token, repository, kTitle, public_key));
  return made.id;
}

absl::StatusOr<DeployKeyRecord> DeployKeys::Ensure(const ProjectRecord& project,
                                                   const Author& by) const {
  KOZMIC_ASSIGN_OR_RETURN(const Actor actor, parts_.actors.FindAdmin(project));
  return Ensure(actor, project.project_id, by);
}

absl::StatusOr<DeployKeyRecord> DeployKeys::Rotate(const ProjectRecord& project,
                                                   const Author& by) const {
  KOZMIC_ASSIGN_OR_RETURN(const DeployKeyRecord old, parts_.store.GetDeployKey(project.project_id));
  KOZMIC_ASSIGN_OR_RETURN(const Actor actor, parts_.actors.FindAdmin(project, by.user_id));
  KOZMIC_ASSIGN_OR_RETURN(DeployKeyRecord key, MakePair(project.project_id));
  const std::string& repository = actor.repository.full_name;
  const auto made = parts_.github.CreateDeployKey(actor.token, repository, kTitle, key.public_key);
  if (!made.ok()) return FromGithub(made.status());
  key.github_key_id = made->id;
  if (const absl::Status status = parts_.store.ReplaceDeployKey(key, old.fingerprint, by);
      !status.ok()) {
    parts_.github.DeleteDeployKey(actor.token, repository, made->id).IgnoreError();
    return status;
  }
  if (old.github_key_id.has_value()) {
    const absl::Status deleted =
        parts_.github.DeleteDeployKey(actor.token, repository, *old.github_key_id);
    if (!deleted.ok() && !absl::IsNotFound(deleted)) {
      // Its private half is gone here: it opens nothing any more.
      Log(Severity::kWarning, "an old deploy key stays at GitHub",
          {{"project", project.project_id}, {"key", *old.github_key_id}, {"error", deleted}});
    }
  }
  return parts_.store.GetDeployKey(project.project_id);
}

absl::Status DeployKeys::DeleteAtGithub(const Actor& actor, int64_t project_id) const {
  const auto key = parts_.store.GetDeployKey(project_id);
  if (absl::IsNotFound(key.status())) return absl::OkStatus();
  KOZMIC_RETURN_IF_ERROR(key.status());
  const std::string& repository = actor.repository.full_name;
  const auto keys = parts_.github.ListDeployKeys(actor.token, repository);
  if (!keys.ok()) return FromGithub(keys.status());
  for (const github::DeployKey& one : *keys) {
    if (one.key != key->public_key) continue;
    const absl::Status deleted = parts_.github.DeleteDeployKey(actor.token, repository, one.id);
    if (!deleted.ok() && !absl::IsNotFound(deleted)) return FromGithub(deleted);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> DeployKeys::Open(const DeployKeyRecord& key) const {
  auto opened = parts_.box.Open(key.sealed_private_key, DeployKeyPlace(key.project_id));
  if (!opened.ok()) return Annotate(opened.status(), "open the deploy key");
  return opened;
}

}  // namespace kozmic::project
