#ifndef KOZMIC_SERVICES_BUILD_LEASE_STORE_H_
#define KOZMIC_SERVICES_BUILD_LEASE_STORE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kozmic/build/v1/build.pb.h"
#include "kozmic/runner/v1/runner.pb.h"
#include "services/build/attempt_key.h"
#include "services/build/state_machine.h"

namespace kozmic::build {

// A granted lease, as stored.
struct GrantedLease {
  AttemptKey key;
  absl::Time expire_time;
  std::string repository;
  std::string ref;
  std::string commit;
  // "owner/name"; not empty: the commit comes from a fork, and gets no credentials.
  std::string fork;
  v1::Trigger trigger = v1::TRIGGER_UNSPECIFIED;
  int64_t pull_request = 0;
  std::map<std::string, std::string> variables;
  std::string title;
  std::string image;
  std::string script;
  // Empty: none.
  std::string install_script;
  std::vector<std::string> tracked_files;
  bool submodules = false;
  int timeout_seconds = 0;
  int stall_timeout_seconds = 0;
  std::vector<v1::Service> services;
  // Since when it has waited for a runner.
  absl::Time queue_time;
  // Of its build; empty: that is older than traces.
  std::string trace_id;
};

// A runner that wants a job: LeaseJob's session and request.
struct LeaseRequest {
  std::string session;
  std::string request_id;
};

// An attempt whose fence was made stale because nobody answers for it any more.
struct LostAttempt {
  AttemptKey key;
  LostFacts facts;
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
// write of a runner matches (attempt, fence, running) in SQL. Thread-safe; any number of replicas
// on the same database.
// Statuses: FAILED_PRECONDITION "stale_session" when the session is not the runner's newest,
// FAILED_PRECONDITION "stale_fence" when the attempt is not the job's live one, or its project is
// deleted; both change nothing. What takes several answers each by itself: one that is refused does
// not harm the others; a status of the whole is UNAVAILABLE or the like, and nothing has changed.
class LeaseStore {
 public:
  virtual ~LeaseStore() = default;

  // Makes `session` the runner's only session; answers the leases it holds, their expiry renewed.
  // `credential_sha256`: of what a registered runner has proved itself by, which may have been
  // revoked or replaced meanwhile; empty: it has proved itself by the installation's runner token.
  // PERMISSION_DENIED when the credential is not that of the runner of that name, or the name is a
  // registered runner's and there is none. Labels that its registration names count instead of the
  // request's.
  virtual absl::StatusOr<std::vector<GrantedLease>> OpenSession(
      const runner::v1::OpenSessionRequest& request, absl::string_view session,
      const std::string& credential_sha256) = 0;

  // The runner whose session it is.
  virtual absl::StatusOr<std::string> RunnerOf(absl::string_view session) = 0;

  struct Granted {
    // nullopt: there is no job for it now.
    absl::StatusOr<std::optional<GrantedLease>> lease;
    // The same for runners that fit the same jobs; empty when the session is stale.
    std::string pool;
  };
  // Grants to each the first job of the queue that its labels fit and no limit holds back. The same
  // (runner, request_id) gets its live grant again.
  virtual absl::StatusOr<std::vector<Granted>> Grant(const std::vector<LeaseRequest>& requests) = 0;

  struct Renewal {
    AttemptKey key;
    runner::v1::Phase phase = runner::v1::PHASE_UNSPECIFIED;
    struct Begun {
      absl::Duration ago;
      // The size of the log then; -1: not known.
      int64_t log_offset = -1;
    };
    // Phases that are known to have begun; the others begin when first heard of.
    std::map<runner::v1::Phase, Begun> begun = {};
  };
  struct Renewed {
    // nullopt: the fence is stale.
    std::optional<absl::Time> expire_time;
    // It is to end.
    bool cancel = false;
  };
  // One answer for each renewal. Phases never go back.
  virtual absl::StatusOr<std::vector<Renewed>> Renew(absl::string_view session,
                                                     const std::vector<Renewal>& renewals) = 0;

  // OK when the session holds the attempt.
  virtual absl::StatusOr<GrantedLease> GetLive(absl::string_view session,
                                               const AttemptKey& key) = 0;

  struct Holding {
    std::string session;
    AttemptKey key;
  };
  // As GetLive, of several at once and without what they run. One status for each.
  virtual absl::StatusOr<std::vector<absl::Status>> CheckLive(
      const std::vector<Holding>& holdings) = 0;

  struct Finished {
    std::string session;
    AttemptKey key;
    AttemptEnd end;
  };
  // Ends live attempts: attempt, job, build and the status for GitHub in one transaction. Ended
  // before with the same result: OK. The session must be the runner's. One status for each.
  virtual absl::StatusOr<std::vector<absl::Status>> Finish(
      const std::vector<Finished>& finished) = 0;

  // OK when the store answers.
  virtual absl::Status CheckReachable() = 0;

  // Declares attempts lost whose lease has run out, or that run on `overdue` after their job's time
  // limit, and answers all that are lost and not yet dealt with. From then on their fence is stale,
  // so that their logs can be sealed before their jobs' fate is committed.
  virtual absl::StatusOr<std::vector<LostAttempt>> TakeLost(int limit, absl::Duration overdue) = 0;
  // Puts the job of a lost attempt back into the queue; `end` tells of the attempt.
  virtual absl::Status Requeue(const AttemptKey& key, const AttemptEnd& end) = 0;
  // Ends the job of a lost attempt. Both: FAILED_PRECONDITION "stale_fence" when it is dealt with.
  virtual absl::Status FinishLost(const AttemptKey& key, const AttemptEnd& end) = 0;

  // Ends jobs with an error that have waited for a runner for so long, or for approval for so long;
  // answers how many.
  virtual absl::StatusOr<int> ExpireWaiting(int limit, absl::Duration for_runner,
                                            absl::Duration for_approval) = 0;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_LEASE_STORE_H_
