#ifndef KOZMIC_SERVICES_BUILD_LEASE_STORE_H_
#define KOZMIC_SERVICES_BUILD_LEASE_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kozmic/build/v1/build.pb.h"
#include "kozmic/runner/v1/runner.pb.h"
#include "services/build/attempt_key.h"

namespace kozmic::build {

// A granted lease, as stored.
struct GrantedLease {
  AttemptKey key;
  absl::Time expire_time;
  std::string repository;
  std::string ref;
  std::string commit;
  // The commit comes from a fork: no credentials.
  bool fork = false;
  std::string title;
  std::string image;
  std::string script;
  // Empty: none.
  std::string install_script;
  std::vector<std::string> tracked_files;
};

// An attempt whose runner is lost.
struct LostAttempt {
  AttemptKey key;
  runner::v1::Phase phase = runner::v1::PHASE_UNSPECIFIED;
};

// How an attempt ended.
struct AttemptEnd {
  v1::State state = v1::STATE_ERROR;
  std::string reason;
  std::optional<int> exit_code;
  int64_t log_size = 0;
  std::string log_sha256;
};

// Keeps who runs what: the queue, the leases, the runners. Time is the database's clock. Every
// write of a runner matches (attempt, fence, running) in SQL. Thread-safe.
// Statuses: FAILED_PRECONDITION "stale_session" when the session is not the runner's newest,
// FAILED_PRECONDITION "stale_fence" when the attempt is not the job's live one, or its project is
// deleted; both change nothing.
class LeaseStore {
 public:
  virtual ~LeaseStore() = default;

  // Makes `session` the runner's only session; answers the leases it holds, their expiry renewed.
  virtual absl::StatusOr<std::vector<GrantedLease>> OpenSession(
      const runner::v1::OpenSessionRequest& request, absl::string_view session) = 0;

  // Grants the longest-waiting job; nullopt when none waits. The same (runner, request_id) gets its
  // live grant again.
  virtual absl::StatusOr<std::optional<GrantedLease>> Grant(absl::string_view session,
                                                            absl::string_view request_id) = 0;

  struct Renewal {
    AttemptKey key;
    runner::v1::Phase phase = runner::v1::PHASE_UNSPECIFIED;
  };
  // For each renewal the new expiry, or nullopt when the fence is stale. Phases never go back.
  virtual absl::StatusOr<std::vector<std::optional<absl::Time>>> Renew(
      absl::string_view session, const std::vector<Renewal>& renewals) = 0;

  // OK when the session holds the attempt.
  virtual absl::StatusOr<GrantedLease> GetLive(absl::string_view session,
                                               const AttemptKey& key) = 0;

  // Ends a live attempt: attempt, job, build and the status for GitHub in one transaction.
  // Ended before with the same result: OK. The session must be the runner's.
  virtual absl::Status Finish(absl::string_view session, const AttemptKey& key,
                              const AttemptEnd& end) = 0;

  // OK when the store answers.
  virtual absl::Status CheckReachable() = 0;

  // Declares attempts lost whose lease has run out, and answers all that are lost and not yet dealt
  // with. From then on their fence is stale, so that their logs can be sealed before their jobs'
  // fate is committed.
  virtual absl::StatusOr<std::vector<LostAttempt>> TakeLost(int limit) = 0;
  // Puts the job of a lost attempt back into the queue; `end` tells of the attempt.
  virtual absl::Status Requeue(const AttemptKey& key, const AttemptEnd& end) = 0;
  // Ends the job of a lost attempt. Both: FAILED_PRECONDITION "stale_fence" when it is dealt with.
  virtual absl::Status FinishLost(const AttemptKey& key, const AttemptEnd& end) = 0;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_LEASE_STORE_H_
