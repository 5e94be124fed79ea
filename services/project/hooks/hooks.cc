#include "services/project/hooks/hooks.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/project/github/github_errors.h"
#include "services/project/webhooks/webhook_inbox.h"

namespace kozmic::project {
namespace {

constexpr size_t kSecretBytes = 32;
// GitHub's limit on webhooks for the same event of a repository.
constexpr size_t kMostHooks = 20;
// Of a project's hooks together: they travel in one message when a build is made.
constexpr size_t kMostScriptBytes = 8 << 20;

// What every webhook of ours sends, whatever its hook builds: builds, and what changes who may see
// them or what the repository is called.
const std::vector<std::string>& WebhookEvents() {
  static const auto* const kEvents = new std::vector<std::string>(
      {"push", "pull_request", "member", "team_add", "repository", "public"});
  return *kEvents;
}

size_t ScriptBytes(const HookFields& fields) {
  return fields.script.size() + fields.install_script.size();
}

absl::Status CheckScriptsTogether(const std::vector<HookRecord>& others, const HookFields& fields) {
  size_t bytes = ScriptBytes(fields);
  for (const HookRecord& other : others) bytes += ScriptBytes(other.fields);
  if (bytes <= kMostScriptBytes) return absl::OkStatus();
  return WithDetail(absl::InvalidArgumentError(
                        absl::StrCat("script: The scripts of a project's hooks have at most ",
                                     kMostScriptBytes >> 20, " MB together.")),
                    "field", "script");
}

bool SameEvents(std::vector<std::string> events) {
  const std::set<std::string> have(events.begin(), events.end());
  const std::set<std::string> want(WebhookEvents().begin(), WebhookEvents().end());
  return have == want;
}

}  // namespace

std::string Hooks::Url(int64_t hook_id) const {
  return absl::StrCat(parts_.public_url, "/_hooks/hook/", hook_id, "/");
}

absl::StatusOr<HookRecord> Hooks::Create(const ProjectRecord& project, const Author& by,
                                         HookFields fields, bool only_title) const {
  KOZMIC_ASSIGN_OR_RETURN(fields, ValidateHook(std::move(fields)));
  KOZMIC_ASSIGN_OR_RETURN(const auto existing, parts_.store.ListAllHooks(project.project_id));
  if (existing.size() >= kMostHooks) {
    return WithReason(absl::FailedPreconditionError(
                          absl::StrCat("GitHub allows ", kMostHooks, " webhooks for a repository")),
                      "too_many_hooks");
  }
  KOZMIC_RETURN_IF_ERROR(CheckScriptsTogether(existing, fields));
  KOZMIC_ASSIGN_OR_RETURN(const Actor actor, parts_.actors.FindAdmin(project, by.user_id));
  KOZMIC_ASSIGN_OR_RETURN(const int64_t hook_id, parts_.store.NextHookId());

  // The hook must be known here first: GitHub tests it while it is being made there.
  const std::string secret = parts_.random.Hex(kSecretBytes);
  auto added = parts_.store.AddHook(
      {.hook_id = hook_id, .project_id = project.project_id, .fields = std::move(fields)},
      parts_.secret_box.Seal(secret, SecretPlace(hook_id)), by, only_title);
  if (absl::IsAlreadyExists(added.status())) return WithReason(added.status(), "title_taken");
  KOZMIC_RETURN_IF_ERROR(added.status());
  HookRecord hook = *std::move(added);
  const auto at_github =
      parts_.github.CreateHook(actor.token, actor.repository.full_name,
                               {.url = Url(hook_id), .secret = secret, .events = WebhookEvents()});
  const absl::Status status = at_github.ok() ? parts_.store.ActivateHook(hook_id, at_github->id)
                                             : FromGithub(at_github.status());
  if (!status.ok()) {
    Undo(actor, hook, by);
    return status;
  }
  hook.github_hook_id = at_github->id;
  return hook;
}

absl::StatusOr<HookRecord> Hooks::Update(const ProjectRecord& project, int64_t hook_id,
                                         HookFields fields, const Author& by) const {
  KOZMIC_ASSIGN_OR_RETURN(fields, ValidateHook(std::move(fields)));
  KOZMIC_ASSIGN_OR_RETURN(auto others, parts_.store.ListAllHooks(project.project_id));
  std::erase_if(others, [&](const HookRecord& other) { return other.hook_id == hook_id; });
  KOZMIC_RETURN_IF_ERROR(CheckScriptsTogether(others, fields));
  return parts_.store.SetFields(project.project_id, hook_id, fields, by);
}

absl::Status Hooks::Delete(const ProjectRecord& project, const Author& by, int64_t hook_id) const {
  KOZMIC_ASSIGN_OR_RETURN(const HookRecord hook, parts_.store.GetHook(project.project_id, hook_id));
  KOZMIC_ASSIGN_OR_RETURN(const Actor actor, parts_.actors.FindAdmin(project, by.user_id));
  KOZMIC_RETURN_IF_ERROR(DeleteAllAtGithub(actor, {hook}));
  return parts_.store.RemoveHook(hook_id, &by);
}

absl::Status Hooks::DeleteAllAtGithub(const Actor& actor,
                                      const std::vector<HookRecord>& hooks) const {
  // An answer that got lost may have been a yes, so GitHub is asked what it has.
  const auto at_github = parts_.github.ListHooks(actor.token, actor.repository.full_name);
  if (!at_github.ok()) return FromGithub(at_github.status());
  for (const github::Hook& there : *at_github) {
    const bool is_ours = std::any_of(hooks.begin(), hooks.end(), [&](const HookRecord& hook) {
      return there.url == Url(hook.hook_id) || there.id == hook.github_hook_id;
    });
    if (!is_ours) continue;
    const absl::Status deleted =
        parts_.github.DeleteHook(actor.token, actor.repository.full_name, there.id);
    if (!deleted.ok() && !absl::IsNotFound(deleted)) return FromGithub(deleted);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Hooks::Restored>> Hooks::Restore(const ProjectRecord& project,
                                                            int64_t user_id) const {
  KOZMIC_ASSIGN_OR_RETURN(const Actor actor, parts_.actors.FindAdmin(project, user_id));
  const auto at_github = parts_.github.ListHooks(actor.token, actor.repository.full_name);
  if (!at_github.ok()) return FromGithub(at_github.status());
  KOZMIC_ASSIGN_OR_RETURN(const auto hooks, parts_.store.ListHooks(project.project_id));
  std::vector<Restored> restored;
  for (const HookRecord& hook : hooks) {
    KOZMIC_ASSIGN_OR_RETURN(const Outcome outcome, RestoreOne(actor, hook, *at_github));
    restored.push_back({hook, outcome});
  }
  return restored;
}

absl::StatusOr<Hooks::Outcome> Hooks::RestoreOne(const Actor& actor, const HookRecord& hook,
                                                 const std::vector<github::Hook>& at_github) const {
  const std::string url = Url(hook.hook_id);
  const std::string& repository = actor.repository.full_name;
  const auto by_id = std::find_if(at_github.begin(), at_github.end(), [&](const github::Hook& one) {
    return one.id == hook.github_hook_id;
  });
  const auto by_url = std::find_if(at_github.begin(), at_github.end(),
                                   [&](const github::Hook& one) { return one.url == url; });
  const auto found = by_id != at_github.end() ? by_id : by_url;
  Outcome outcome = Outcome::kUntouched;
  if (found == at_github.end()) {
    KOZMIC_ASSIGN_OR_RETURN(const github::NewHook wanted, Wanted(hook));
    KOZMIC_ASSIGN_OR_RETURN(const int64_t made, MakeAgain(actor, wanted));
    KOZMIC_RETURN_IF_ERROR(parts_.store.ActivateHook(hook.hook_id, made));
    outcome = Outcome::kRecreated;
  } else if (found->url != url || !SameEvents(found->events) || !found->active ||
             found->content_type != "json" || found->id != hook.github_hook_id) {
    KOZMIC_ASSIGN_OR_RETURN(const github::NewHook wanted, Wanted(hook));
    const auto updated = parts_.github.UpdateHook(actor.token, repository, found->id, wanted);
    if (!updated.ok()) return FromGithub(updated.status());
    KOZMIC_RETURN_IF_ERROR(parts_.store.ActivateHook(hook.hook_id, found->id));
    outcome = Outcome::kEdited;
  }
  // What a lost answer has left twice would deliver everything twice.
  for (const github::Hook& one : at_github) {
    if (one.url != url || (found != at_github.end() && one.id == found->id)) continue;
    const absl::Status deleted = parts_.github.DeleteHook(actor.token, repository, one.id);
    if (!deleted.ok() && !absl::IsNotFound(deleted)) return FromGithub(deleted);
    outcome = std::max(outcome, Outcome::kEdited);
  }
  return outcome;
}

absl::StatusOr<github::NewHook> Hooks::Wanted(const HookRecord& hook) const {
  KOZMIC_ASSIGN_OR_RETURN(const std::string sealed, parts_.store.GetSealedSecret(hook.hook_id));
  KOZMIC_ASSIGN_OR_RETURN(std::string secret,
                          parts_.secret_box.Open(sealed, SecretPlace(hook.hook_id)));
  return github::NewHook{
      .url = Url(hook.hook_id), .secret = std::move(secret), .events = WebhookEvents()};
}

absl::StatusOr<int64_t> Hooks::MakeAgain(const Actor& actor, const github::NewHook& wanted) const {
  const std::string& repository = actor.repository.full_name;
  const auto made = parts_.github.CreateHook(actor.token, repository, wanted);
  if (made.ok()) return made->id;
  if (!absl::IsInvalidArgument(made.status())) return FromGithub(made.status());
  // Somebody else may have made it in this moment.
  const auto at_github = parts_.github.ListHooks(actor.token, repository);
  if (!at_github.ok()) return FromGithub(at_github.status());
  for (const github::Hook& one : *at_github) {
    if (one.url == wanted.url) return one.id;
  }
  return FromGithub(made.status());
}

void Hooks::Undo(const Actor& actor, const HookRecord& hook, const Author& by) const {
  absl::Status status = DeleteAllAtGithub(actor, {hook});
  if (status.ok()) status = parts_.store.TakeHookBack(hook.hook_id);
  // GitHub may have tested it before its answer got lost, which made it count.
  if (status.ok()) status = parts_.store.RemoveHook(hook.hook_id, &by);
  if (!status.ok()) {
    // Harmless: it builds nothing, and the sweeper tries again.
    Log(Severity::kWarning, "cannot take a hook back yet",
        {{"hook", hook.hook_id}, {"error", status}});
  }
}

absl::Status Hooks::UndoOne(const HookRecord& hook) const {
  const auto project = parts_.projects.GetProject(hook.project_id);
  // A project that is being removed takes its hooks along.
  if (absl::IsNotFound(project.status())) return absl::OkStatus();
  KOZMIC_RETURN_IF_ERROR(project.status());
  const auto actor = parts_.actors.FindAdmin(*project);
  // The repository is gone, and its hooks with it.
  if (!actor.ok() && Reason(actor.status()) != "repository_not_found") return actor.status();
  if (actor.ok()) {
    KOZMIC_RETURN_IF_ERROR(DeleteAllAtGithub(*actor, {hook}));
  }
  return parts_.store.TakeHookBack(hook.hook_id);
}

absl::StatusOr<std::optional<int64_t>> Hooks::UndoUnmade(int64_t after, absl::Duration age) const {
  KOZMIC_ASSIGN_OR_RETURN(const auto hook, parts_.store.NextUnmadeHook(after, age));
  if (!hook.has_value()) return std::nullopt;
  if (const absl::Status status = UndoOne(*hook); !status.ok()) {
    Log(Severity::kWarning, "cannot take a half-made hook back yet",
        {{"hook", hook->hook_id}, {"error", status}});
  }
  return hook->hook_id;
}

}  // namespace kozmic::project
