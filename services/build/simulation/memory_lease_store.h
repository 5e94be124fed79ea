#ifndef KOZMIC_SERVICES_BUILD_SIMULATION_MEMORY_LEASE_STORE_H_
#define KOZMIC_SERVICES_BUILD_SIMULATION_MEMORY_LEASE_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "services/build/simulation/memory_database.h"

namespace kozmic::build::simulation {

// LeaseStore on a MemoryDatabase, by the rules of the one on PostgreSQL. Each call is one
// transaction. Not thread-safe.
class MemoryLeaseStore final : public LeaseStore {
 public:
  // `database` is not owned.
  MemoryLeaseStore(MemoryDatabase& database, absl::Duration lease_time)
      : db_(database), lease_time_(lease_time) {}

  // None of its runners is registered.
  absl::StatusOr<std::vector<GrantedLease>> OpenSession(
      const runner::v1::OpenSessionRequest& request, absl::string_view session,
      const std::string& credential_sha256) override;
  absl::StatusOr<std::string> RunnerOf(absl::string_view session) override;
  absl::StatusOr<std::vector<Granted>> Grant(const std::vector<LeaseRequest>& requests) override;
  absl::StatusOr<std::vector<Renewed>> Renew(absl::string_view session,
                                             const std::vector<Renewal>& renewals) override;
  absl::StatusOr<GrantedLease> GetLive(absl::string_view session, const AttemptKey& key) override;
  absl::StatusOr<std::vector<absl::Status>> CheckLive(
      const std::vector<Holding>& holdings) override;
  absl::StatusOr<std::vector<absl::Status>> Finish(const std::vector<Finished>& finished) override;
  absl::Status CheckReachable() override { return absl::OkStatus(); }
  absl::StatusOr<std::vector<LostAttempt>> TakeLost(int limit, absl::Duration overdue) override;
  absl::Status Requeue(const AttemptKey& key, const AttemptEnd& end) override;
  absl::Status FinishLost(const AttemptKey& key, const AttemptEnd& end) override;
  absl::StatusOr<int> ExpireWaiting(int limit, absl::Duration for_runner,
                                    absl::Duration for_approval) override;

 private:
  // The attempt, if it is its job's newest and runs; null otherwise.
  AttemptRow* FindLive(const AttemptKey& key);
  AttemptRow* Find(const AttemptKey& key);
  absl::Status FinishOne(const Finished& finished);
  absl::StatusOr<std::optional<GrantedLease>> GrantOne(const std::string& runner,
                                                       const RunnerRow& row,
                                                       const std::string& request_id);
  // The first of the queue for a runner with `labels`; 0 when there is none.
  int64_t FirstFor(const std::vector<std::string>& labels) const;
  // Whether the job was started; otherwise its gate is closed.
  bool Take(int64_t job_id);
  absl::Status Conclude(const AttemptKey& key, const AttemptEnd& end, bool requeue);
  GrantedLease LeaseOf(const AttemptRow& attempt) const;

  MemoryDatabase& db_;
  const absl::Duration lease_time_;
};

}  // namespace kozmic::build::simulation

#endif  // KOZMIC_SERVICES_BUILD_SIMULATION_MEMORY_LEASE_STORE_H_
