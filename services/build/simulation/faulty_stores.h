#ifndef KOZMIC_SERVICES_BUILD_SIMULATION_FAULTY_STORES_H_
#define KOZMIC_SERVICES_BUILD_SIMULATION_FAULTY_STORES_H_

#include <string>
#include <vector>

#include "services/build/simulation/connection.h"
#include "services/build/simulation/memory_lease_store.h"
#include "services/build/simulation/memory_status_outbox.h"

namespace kozmic::build::simulation {

// The stores as one actor sees them: over a connection with its faults.

class FaultyLeaseStore final : public LeaseStore {
 public:
  // Neither is owned.
  FaultyLeaseStore(MemoryLeaseStore& store, Connection& connection)
      : store_(store), connection_(connection) {}

  absl::StatusOr<std::vector<GrantedLease>> OpenSession(
      const runner::v1::OpenSessionRequest& request, absl::string_view session,
      const std::string& credential_sha256) override {
    return connection_.Run("OpenSession",
                           [&] { return store_.OpenSession(request, session, credential_sha256); });
  }
  absl::StatusOr<std::string> RunnerOf(absl::string_view session) override {
    return connection_.Run("RunnerOf", [&] { return store_.RunnerOf(session); });
  }
  absl::StatusOr<std::vector<Granted>> Grant(const std::vector<LeaseRequest>& requests) override {
    return connection_.Run("Grant", [&] { return store_.Grant(requests); });
  }
  absl::StatusOr<std::vector<Renewed>> Renew(absl::string_view session,
                                             const std::vector<Renewal>& renewals) override {
    return connection_.Run("Renew", [&] { return store_.Renew(session, renewals); });
  }
  absl::StatusOr<GrantedLease> GetLive(absl::string_view session, const AttemptKey& key) override {
    return connection_.Run("GetLive", [&] { return store_.GetLive(session, key); });
  }
  absl::StatusOr<std::vector<absl::Status>> CheckLive(
      const std::vector<Holding>& holdings) override {
    return connection_.Run("CheckLive", [&] { return store_.CheckLive(holdings); });
  }
  absl::StatusOr<std::vector<absl::Status>> Finish(const std::vector<Finished>& finished) override {
    return connection_.Run("Finish", [&] { return store_.Finish(finished); });
  }
  absl::Status CheckReachable() override {
    return connection_.Run("CheckReachable", [&] { return store_.CheckReachable(); });
  }
  absl::StatusOr<std::vector<LostAttempt>> TakeLost(int limit, absl::Duration overdue) override {
    return connection_.Run("TakeLost", [&] { return store_.TakeLost(limit, overdue); });
  }
  absl::Status Requeue(const AttemptKey& key, const AttemptEnd& end) override {
    return connection_.Run("Requeue " + key.Name(), [&] { return store_.Requeue(key, end); });
  }
  absl::Status FinishLost(const AttemptKey& key, const AttemptEnd& end) override {
    return connection_.Run("FinishLost " + key.Name(), [&] { return store_.FinishLost(key, end); });
  }
  absl::StatusOr<int> ExpireWaiting(int limit, absl::Duration for_runner,
                                    absl::Duration for_approval) override {
    return connection_.Run("ExpireWaiting",
                           [&] { return store_.ExpireWaiting(limit, for_runner, for_approval); });
  }

 private:
  MemoryLeaseStore& store_;
  Connection& connection_;
};

class FaultyStatusOutbox final : public StatusOutbox {
 public:
  // None is owned.
  FaultyStatusOutbox(MemoryStatusOutbox& outbox, Connection& connection, const Clock& clock)
      : outbox_(outbox), connection_(connection), clock_(clock) {}

  // When the newest claim is over.
  absl::Time claim_end() const { return claim_end_; }

  absl::StatusOr<std::vector<StatusWish>> Claim(int limit, absl::Duration claim) override {
    return connection_.Run("Claim", [&] {
      claim_end_ = clock_.Now() + claim;
      return outbox_.Claim(limit, claim);
    });
  }
  absl::StatusOr<absl::Duration> UntilNextDue() override {
    return connection_.Run("UntilNextDue", [&] { return outbox_.UntilNextDue(); });
  }
  absl::Status Done(const StatusWish& wish, absl::string_view error) override {
    return connection_.Run("Done", [&] { return outbox_.Done(wish, error); });
  }
  absl::Status Failed(const StatusWish& wish, absl::string_view error,
                      absl::Duration wait) override {
    return connection_.Run("Failed", [&] { return outbox_.Failed(wish, error, wait); });
  }

 private:
  MemoryStatusOutbox& outbox_;
  Connection& connection_;
  const Clock& clock_;
  absl::Time claim_end_;
};

}  // namespace kozmic::build::simulation

#endif  // KOZMIC_SERVICES_BUILD_SIMULATION_FAULTY_STORES_H_
