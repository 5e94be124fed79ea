#ifndef KOZMIC_SERVICES_PROJECT_ACCESS_USER_SYNC_H_
#define KOZMIC_SERVICES_PROJECT_ACCESS_USER_SYNC_H_

#include <cstdint>
#include <functional>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/github/api.h"
#include "services/project/access/access_store.h"
#include "services/project/clients/token_source.h"
#include "services/project/projects/project_store.h"

namespace kozmic::project {

// What a user may do, by asking GitHub in their name: their memberships in projects, and the
// repositories that they may make projects of. Thread-safe.
class UserSync {
 public:
  struct Options {
    // Between two questions; most are answered with "nothing has changed", which costs nothing of
    // what GitHub allows.
    absl::Duration interval = absl::Minutes(10);
    // More than one page may take.
    absl::Duration claim = absl::Minutes(1);
    absl::Duration first_retry = absl::Seconds(10);
    absl::Duration longest_retry = absl::Hours(1);
  };

  struct Parts {
    AccessStore& store;
    ProjectStore& projects;
    TokenSource& tokens;
    const github::Api& github;
    const Clock& clock;
    Random& random;
  };

  // All must outlive this. `wake` brings threads to call SyncNext.
  UserSync(const Parts& parts, const Options& options) : parts_(parts), options_(options) {}

  // Sees to it that the user is synced soon, or joins who is at it; returns how far it is once it
  // has ended or the deadline has come. `wake` brings a thread to call SyncNext.
  absl::StatusOr<UserSyncRecord> SyncSoon(int64_t user_id, absl::Time deadline,
                                          const std::function<void()>& wake);

  // Syncs the next user who is due; false when there is none.
  absl::StatusOr<bool> SyncNext();

 private:
  void Sync(UserSyncClaim& claimed);
  absl::Status Ask(UserSyncClaim& claimed);
  void Fail(const UserSyncClaim& claimed, const absl::Status& error);
  absl::Duration NextInterval() const;

  const Parts parts_;
  const Options options_;
  absl::Mutex mutex_;
  // Counts the syncs that ended in this process.
  int64_t ended_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_ACCESS_USER_SYNC_H_
