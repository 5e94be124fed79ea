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
  return ToReporter(
      actors_.Do(project, [&](const std::string& token, const std::string& repository) {
        return Post(token, repository, commit, status);
      }));
}

}  // namespace kozmic::project
