#include "services/project/builds/manual_builds.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lib/base/trace_context.h"
#include "lib/github/url.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/project/credentials/secrets.h"
#include "services/project/github/github_errors.h"

namespace kozmic::project {
namespace {

constexpr size_t kLongestRequestId = 64;
constexpr size_t kMostVariables = 100;
constexpr size_t kMostVariableBytes = 64 << 10;
constexpr absl::string_view kHeads = "refs/heads/";
constexpr absl::string_view kTags = "refs/tags/";
constexpr absl::string_view kCommits = "refs/commits/";

absl::Status Fault(absl::string_view field, absl::string_view what) {
  return WithDetail(absl::InvalidArgumentError(absl::StrCat(field, ": ", what)), "field", field);
}

absl::Status CheckVariables(const std::map<std::string, std::string>& variables) {
  if (variables.size() > kMostVariables) {
    return Fault("variables", absl::StrCat("At most ", kMostVariables, " variables."));
  }
  size_t bytes = 0;
  for (const auto& [name, value] : variables) {
    if (const absl::Status status = CheckSecretName(name); !status.ok()) {
      return Fault("variables", status.message());
    }
    if (absl::StrContains(value, '\0')) return Fault("variables", "Must not contain NUL.");
    bytes += name.size() + value.size();
  }
  if (bytes > kMostVariableBytes) {
    return Fault("variables", absl::StrCat("At most ", kMostVariableBytes >> 10, " KB together."));
  }
  return absl::OkStatus();
}

absl::Status CheckRequestId(const std::string& id) {
  const bool plain = std::all_of(id.begin(), id.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_';
  });
  if (!id.empty() && id.size() <= kLongestRequestId && plain) return absl::OkStatus();
  return Fault("request_id",
               absl::StrCat("1 to ", kLongestRequestId, " letters, digits, \"-\" and \"_\"."));
}

absl::Status NoSuchRef(absl::string_view ref) {
  return WithReason(absl::NotFoundError(absl::StrCat("GitHub knows no branch, tag or commit \"",
                                                     ref, "\" in the repository")),
                    "ref_not_found");
}

// As GitHub's API names what a full ref means.
absl::string_view NameAtGithub(absl::string_view ref) {
  if (!absl::ConsumePrefix(&ref, kCommits)) absl::ConsumePrefix(&ref, "refs/");
  return ref;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> RefCandidates(const std::string& ref) {
  if (github::IsObjectId(ref)) return std::vector<std::string>{absl::StrCat(kCommits, ref)};
  const bool is_full = absl::StartsWith(ref, "refs/");
  std::vector<std::string> candidates;
  if (!is_full) {
    candidates = {absl::StrCat(kHeads, ref), absl::StrCat(kTags, ref)};
  } else if (absl::StartsWith(ref, kHeads) || absl::StartsWith(ref, kTags)) {
    candidates = {ref};
  }
  if (candidates.empty() || !IsRefName(candidates[0])) {
    return Fault("ref", "Must be a branch, a tag or the full id of a commit.");
  }
  return candidates;
}

absl::StatusOr<Head> ManualBuilds::Resolve(const Actor& actor, const ProjectRecord& project,
                                           const std::string& ref) const {
  KOZMIC_ASSIGN_OR_RETURN(const auto candidates, RefCandidates(ref));
  for (const std::string& candidate : candidates) {
    const auto commit =
        parts_.github.GetCommit(actor.token, actor.repository.full_name, NameAtGithub(candidate));
    if (absl::IsNotFound(commit.status()) || absl::IsInvalidArgument(commit.status())) continue;
    if (!commit.ok()) return FromGithub(commit.status());
    // GitHub also shows the commits of a repository's forks as the repository's own.
    if (absl::StartsWith(candidate, kCommits)) {
      KOZMIC_ASSIGN_OR_RETURN(const bool is_foreign,
                              parts_.deliveries.IsForksCommit(project.project_id, commit->id));
      if (is_foreign) {
        return WithReason(
            absl::FailedPreconditionError("this commit is known from a fork's pull request only; "
                                          "approve that one's build instead"),
            "fork_commit");
      }
    }
    return Head{.ref = candidate,
                .commit = commit->id,
                .message = CutMessage(commit->message),
                .author_name = commit->author_name,
                .author_login = commit->author_login,
                .author_avatar_url = commit->author_avatar_url};
  }
  return NoSuchRef(ref);
}

absl::StatusOr<int64_t> ManualBuilds::Trigger(const ProjectRecord& project, int64_t user_id,
                                              const ManualBuild& wanted) const {
  KOZMIC_RETURN_IF_ERROR(CheckRequestId(wanted.request_id));
  KOZMIC_RETURN_IF_ERROR(CheckVariables(wanted.variables));
  KOZMIC_RETURN_IF_ERROR(RefCandidates(wanted.ref).status());
  KOZMIC_ASSIGN_OR_RETURN(auto hooks, parts_.hooks.ListHooks(project.project_id));
  std::erase_if(hooks, [](const HookRecord& hook) { return !hook.fields.enabled; });
  if (hooks.empty()) {
    return WithReason(absl::FailedPreconditionError("the project has no hook that is enabled"),
                      "no_hooks");
  }
  KOZMIC_ASSIGN_OR_RETURN(const auto callers, parts_.users.ByUserId({user_id}));
  if (callers.empty()) return absl::UnauthenticatedError("the caller is not known any more");
  KOZMIC_ASSIGN_OR_RETURN(const Actor actor, parts_.actors.FindAdmin(project, user_id));
  KOZMIC_ASSIGN_OR_RETURN(Head head, Resolve(actor, project, wanted.ref));
  const std::string commit_url = absl::StrCat(actor.repository.html_url, "/commit/", head.commit);
  return parts_.builds.CreateBuild(
      {.project_id = project.project_id,
       .request_id = absl::StrCat(project.project_id, "/manual/", wanted.request_id),
       .trace_id = CurrentTrace().trace_id,
       .head = std::move(head),
       .repository = actor.repository.full_name,
       .commit_url = commit_url,
       .hooks = std::move(hooks),
       .variables = wanted.variables,
       .creator = callers[0].login});
}

}  // namespace kozmic::project
