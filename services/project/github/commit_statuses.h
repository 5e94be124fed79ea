#ifndef KOZMIC_SERVICES_PROJECT_GITHUB_COMMIT_STATUSES_H_
#define KOZMIC_SERVICES_PROJECT_GITHUB_COMMIT_STATUSES_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "lib/github/api.h"
#include "services/project/github/acting_users.h"
#include "services/project/projects/project_store.h"

namespace kozmic::project {

// Tells GitHub what became of a commit. Thread-safe.
class CommitStatuses {
 public:
  // All must outlive this.
  CommitStatuses(ProjectStore& projects, const ActingUsers& actors, const github::Api& github)
      : projects_(projects), actors_(actors), github_(github) {}

  // Posts a commit status as the project's owner, or whoever else may, unless the newest of its
  // context says the same. Errors: as ProjectService.ReportCommitStatus.
  absl::Status Report(int64_t project_id, const std::string& commit,
                      const github::CommitStatus& status) const;

 private:
  absl::Status Post(const std::string& token, const std::string& repository,
                    const std::string& commit, const github::CommitStatus& status) const;

  ProjectStore& projects_;
  const ActingUsers& actors_;
  const github::Api& github_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_GITHUB_COMMIT_STATUSES_H_
