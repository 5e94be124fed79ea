#ifndef KOZMIC_SERVICES_PROJECT_ACCESS_MEMBER_SYNC_H_
#define KOZMIC_SERVICES_PROJECT_ACCESS_MEMBER_SYNC_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/random.h"
#include "lib/github/api.h"
#include "services/project/access/access_store.h"
#include "services/project/clients/user_directory.h"
#include "services/project/github/acting_users.h"

namespace kozmic::project {

// Who belongs to a project, by asking GitHub. Thread-safe.
class MemberSync {
 public:
  struct Options {
    // Between two questions that nothing else asks for: GitHub's webhooks and the users' own syncs
    // tell of changes sooner.
    absl::Duration interval = absl::Hours(1);
    // More than asking may take.
    absl::Duration claim = absl::Minutes(3);
    absl::Duration first_retry = absl::Seconds(30);
    absl::Duration longest_retry = absl::Hours(1);
  };

  // All must outlive this.
  MemberSync(AccessStore& store, const ActingUsers& actors, UserDirectory& users,
             const github::Api& github, Random& random, const Options& options)
      : store_(store),
        actors_(actors),
        users_(users),
        github_(github),
        random_(random),
        options_(options) {}

  // The members of the actor's repository, if `owner_user_id` has been the owner. The error is
  // GitHub's, for users (github_errors.h).
  absl::StatusOr<std::vector<Membership>> Ask(const Actor& actor, int64_t owner_user_id) const;

  // Syncs one project now, due or not. On an error its members stay as they were, and it is tried
  // again later. NOT_FOUND.
  absl::Status SyncNow(int64_t project_id, int64_t asking_user_id) const;
  // Syncs the next project that is due; false when there is none.
  absl::StatusOr<bool> SyncNext() const;
  // How long to wait after a success: the interval, and some more at random, so that projects that
  // were synced together are not asked about together for ever.
  absl::Duration NextInterval() const;

 private:
  absl::Status Sync(const ProjectSyncClaim& claimed, std::optional<int64_t> preferred) const;

  AccessStore& store_;
  const ActingUsers& actors_;
  UserDirectory& users_;
  const github::Api& github_;
  Random& random_;
  const Options options_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_ACCESS_MEMBER_SYNC_H_
