#include "services/project/projects.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/github/url.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/project/webhook_inbox.h"

namespace kozmic::project {
namespace {

constexpr size_t kSecretBytes = 32;
// GitHub's limit on webhooks for the same event of a repository.
constexpr size_t kMostHooks = 20;
constexpr size_t kLongestContext = 255;

absl::Status SignInNeeded() {
  return WithReason(
      absl::FailedPreconditionError("GitHub no longer accepts the sign-in; sign in again"),
      "sign_in_needed");
}

// What an error of GitHub's is to a user who wants something of a repository.
absl::Status FromGithub(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return status;
    case absl::StatusCode::kUnauthenticated:
      return SignInNeeded();
    case absl::StatusCode::kNotFound:
      return WithReason(absl::NotFoundError("GitHub shows you no such repository"),
                        "repository_not_found");
    case absl::StatusCode::kUnavailable:
      return WithReason(status, "github_unavailable");
    case absl::StatusCode::kPermissionDenied:
      return WithReason(status, "github_refused");
    default:
      return WithReason(absl::FailedPreconditionError(status.message()), "github_refused");
  }
}

absl::Status NotReportable(absl::string_view message) {
  return WithReason(absl::InvalidArgumentError(message), "not_reportable");
}

// The same for a status: whoever reports it can only try again, wait for the owner, or give up.
absl::Status FromGithubOfStatus(const absl::Status& status) {
  if (status.ok() || absl::IsUnavailable(status)) return status;
  if (absl::IsUnauthenticated(status)) return SignInNeeded();
  return NotReportable(status.message());
}

}  // namespace

bool Allows(Role role, Permission permission) {
  switch (permission) {
    case Permission::kView:
      return role >= Role::kMember;
    case Permission::kConfigure:
      return role >= Role::kManager;
    case Permission::kDelete:
      return role >= Role::kOwner;
  }
  return false;
}

absl::StatusOr<MemberProject> Projects::Create(int64_t user_id,
                                               const std::string& repository) const {
  if (!github::IsRepositoryName(repository)) {
    return absl::InvalidArgumentError("repository: must be like owner/name");
  }
  KOZMIC_ASSIGN_OR_RETURN(const std::string token, parts_.tokens.GithubToken(user_id));
  const auto found = parts_.github.GetRepository(token, repository);
  if (!found.ok()) return FromGithub(found.status());
  if (!found->may_admin) {
    return WithReason(
        absl::PermissionDeniedError("you need admin rights to the repository at GitHub"),
        "admin_needed");
  }
  auto created = parts_.store.CreateProject({.repository_id = found->id,
                                             .repository = found->full_name,
                                             .is_private = found->is_private,
                                             .url = found->html_url,
                                             .owner_user_id = user_id});
  if (absl::IsAlreadyExists(created.status())) {
    return WithReason(absl::AlreadyExistsError("this repository has a project already"),
                      "project_exists");
  }
  KOZMIC_RETURN_IF_ERROR(created.status());
  return MemberProject{.project = *std::move(created), .role = Role::kOwner};
}

absl::StatusOr<MemberProject> Projects::Get(int64_t user_id, int64_t project_id,
                                            Permission permission) const {
  KOZMIC_ASSIGN_OR_RETURN(MemberProject project, parts_.store.GetProjectOf(user_id, project_id));
  if (!Allows(project.role, permission)) {
    return absl::PermissionDeniedError("your role in this project does not allow that");
  }
  return project;
}

absl::StatusOr<std::vector<MemberProject>> Projects::List(int64_t user_id, int64_t after,
                                                          int limit) const {
  return parts_.store.ListProjectsOf(user_id, after, limit);
}

absl::StatusOr<HookRecord> Projects::CreateHook(int64_t user_id, int64_t project_id,
                                                HookFields fields) const {
  KOZMIC_ASSIGN_OR_RETURN(const MemberProject project,
                          Get(user_id, project_id, Permission::kConfigure));
  KOZMIC_ASSIGN_OR_RETURN(fields, ValidateHook(std::move(fields)));
  KOZMIC_ASSIGN_OR_RETURN(const auto existing, parts_.store.ListHooks(project_id));
  if (existing.size() >= kMostHooks) {
    return WithReason(absl::FailedPreconditionError(
                          absl::StrCat("GitHub allows ", kMostHooks, " webhooks for a repository")),
                      "too_many_hooks");
  }
  KOZMIC_ASSIGN_OR_RETURN(const std::string token, parts_.tokens.GithubToken(user_id));
  KOZMIC_ASSIGN_OR_RETURN(const int64_t hook_id, parts_.store.NextHookId());

  // The hook must be known here first: GitHub tests it while it is being made there.
  const std::string secret = parts_.random.Hex(kSecretBytes);
  const std::string url = HookUrl(hook_id);
  KOZMIC_ASSIGN_OR_RETURN(
      HookRecord hook, parts_.store.AddHook({.hook_id = hook_id,
                                             .project_id = project_id,
                                             .title = fields.title,
                                             .image = fields.image,
                                             .script = fields.script},
                                            parts_.secret_box.Seal(secret, SecretPlace(hook_id))));
  const auto at_github =
      parts_.github.CreateHook(token, project.project.repository,
                               {.url = url, .secret = secret, .events = {"push", "pull_request"}});
  const absl::Status status = at_github.ok() ? parts_.store.ActivateHook(hook_id, at_github->id)
                                             : FromGithub(at_github.status());
  if (!status.ok()) {
    Undo(token, project.project.repository, hook_id, url);
    return status;
  }
  return hook;
}

void Projects::Undo(const std::string& token, const std::string& repository, int64_t hook_id,
                    const std::string& url) const {
  // An answer that got lost may have been a yes, so GitHub is asked what it has.
  absl::Status status = DeleteAtGithub(token, repository, url);
  status.Update(parts_.store.RemoveHook(hook_id));
  if (!status.ok()) {
    // Harmless: what it sends is not signed by any hook that we have, or it builds nothing.
    Log(Severity::kWarning, "cannot take a hook back",
        {{"hook", hook_id}, {"repository", repository}, {"error", status}});
  }
}

absl::Status Projects::DeleteAtGithub(const std::string& token, const std::string& repository,
                                      const std::string& url) const {
  KOZMIC_ASSIGN_OR_RETURN(const auto hooks, parts_.github.ListHooks(token, repository));
  absl::Status status;
  for (const github::Hook& hook : hooks) {
    if (hook.url == url) status.Update(parts_.github.DeleteHook(token, repository, hook.id));
  }
  return status;
}

absl::Status Projects::UndoUnfinished(const HookRecord& hook) const {
  KOZMIC_ASSIGN_OR_RETURN(const ProjectRecord project, parts_.store.GetProject(hook.project_id));
  KOZMIC_ASSIGN_OR_RETURN(const std::string token,
                          parts_.tokens.GithubToken(project.owner_user_id));
  const absl::Status status = DeleteAtGithub(token, project.repository, HookUrl(hook.hook_id));
  // Not found: the repository is gone, and its hooks with it.
  if (!status.ok() && !absl::IsNotFound(status)) return status;
  return parts_.store.RemoveUnfinishedHook(hook.hook_id);
}

absl::StatusOr<std::optional<int64_t>> Projects::UndoUnfinishedHook(int64_t after,
                                                                    absl::Duration age) const {
  KOZMIC_ASSIGN_OR_RETURN(const auto hook, parts_.store.NextUnfinishedHook(after, age));
  if (!hook.has_value()) return std::nullopt;
  if (const absl::Status status = UndoUnfinished(*hook); !status.ok()) {
    Log(Severity::kWarning, "cannot take a half-made hook back yet",
        {{"hook", hook->hook_id}, {"error", status}});
  }
  return hook->hook_id;
}

std::string Projects::HookUrl(int64_t hook_id) const {
  return absl::StrCat(parts_.public_url, "/_hooks/hook/", hook_id, "/");
}

absl::StatusOr<std::vector<HookRecord>> Projects::ListHooks(int64_t user_id,
                                                            int64_t project_id) const {
  KOZMIC_RETURN_IF_ERROR(Get(user_id, project_id, Permission::kView).status());
  return parts_.store.ListHooks(project_id);
}

absl::StatusOr<std::string> Projects::CloneUrl(int64_t project_id) const {
  KOZMIC_ASSIGN_OR_RETURN(const ProjectRecord project, parts_.store.GetProject(project_id));
  return absl::StrCat(parts_.github_web_url, "/", project.repository, ".git");
}

absl::Status Projects::ReportStatus(int64_t project_id, const std::string& commit,
                                    const github::CommitStatus& status) const {
  if (!github::IsObjectId(commit)) return NotReportable("commit: not an object id");
  if (status.context.empty() || status.context.size() > kLongestContext) {
    return NotReportable(absl::StrCat("context: must be 1 to ", kLongestContext, " bytes"));
  }
  KOZMIC_ASSIGN_OR_RETURN(const ProjectRecord project, parts_.store.GetProject(project_id));
  KOZMIC_ASSIGN_OR_RETURN(const std::string token,
                          parts_.tokens.GithubToken(project.owner_user_id));

  // An answer that got lost may have been a yes, so GitHub is asked what it has.
  const auto posted = parts_.github.ListCommitStatuses(token, project.repository, commit);
  if (!posted.ok()) return FromGithubOfStatus(posted.status());
  for (const github::CommitStatus& newest : *posted) {
    if (newest.context != status.context) continue;
    if (newest == status) return absl::OkStatus();
    break;
  }
  return FromGithubOfStatus(
      parts_.github.CreateCommitStatus(token, project.repository, commit, status));
}

}  // namespace kozmic::project
