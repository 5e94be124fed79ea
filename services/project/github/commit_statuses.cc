#include "services/project/github/commit_statuses.h"

#include "absl/strings/str_cat.h"
#include "lib/github/url.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/project/github/github_errors.h"

namespace kozmic::project {
namespace {

constexpr size_t kLongestContext = 255;

absl::Status NotReportable(absl::string_view message) {
  return WithReason(absl::InvalidArgumentError(message), "not_reportable");
}

// Whoever reports a status can only try again, wait for someone to sign in, or give up.
absl::Status ToReporter(const absl::Status& status) {
  if (status.ok() || absl::IsUnavailable(status)) return status;
  if (absl::IsUnauthenticated(status) || Reason(status) == "sign_in_needed") return SignInNeeded();
  return NotReportable(status.message());
}

// Whether somebody else may succeed where this failed.
bool IsPersonal(const absl::Status& status) {
  return absl::IsUnauthenticated(status) || absl::IsPermissionDenied(status) ||
         absl::IsNotFound(status) || Reason(status) == "sign_in_needed";
}

}  // namespace

absl::Status CommitStatuses::Post(const std::string& token, const std::string& repository,
                                  const std::string& commit,
                                  const github::CommitStatus& status) const {
  // An answer that got lost may have been a yes, so GitHub is asked what it has.
  KOZMIC_ASSIGN_OR_RETURN(const auto posted, github_.ListCommitStatuses(token, repository, commit));
  for (const github::CommitStatus& newest : posted) {
    if (newest.context != status.context) continue;
    if (newest == status) return absl::OkStatus();
    break;
  }
  return github_.CreateCommitStatus(token, repository, commit, status);
}

absl::Status CommitStatuses::Report(int64_t project_id, const std::string& commit,
                                    const github::CommitStatus& status) const {
  if (!github::IsObjectId(commit)) return NotReportable("commit: not an object id");
  if (status.context.empty() || status.context.size() > kLongestContext) {
    return NotReportable(absl::StrCat("context: must be 1 to ", kLongestContext, " bytes"));
  }
  KOZMIC_ASSIGN_OR_RETURN(const ProjectRecord project, projects_.GetProject(project_id));
  const auto token = tokens_.GithubToken(project.owner_user_id);
  absl::Status reported = token.status();
  if (token.ok()) {
    reported = Post(*token, project.facts.repository, commit, status);
    if (absl::IsUnauthenticated(reported)) tokens_.ReportRefused(project.owner_user_id, *token);
  }
  if (!IsPersonal(reported)) return ToReporter(reported);
  const auto actor = actors_.FindAdmin(project);
  // Then the first word stands, unless trying again may help.
  if (!actor.ok())
    return ToReporter(absl::IsUnavailable(actor.status()) ? actor.status() : reported);
  return ToReporter(Post(actor->token, actor->repository.full_name, commit, status));
}

}  // namespace kozmic::project
