#ifndef KOZMIC_SERVICES_BUILD_STORES_FIXTURE_H_
#define KOZMIC_SERVICES_BUILD_STORES_FIXTURE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lib/postgres/pool.h"
#include "services/build/build_store.h"
#include "services/build/control_store.h"
#include "services/build/deletion_store.h"
#include "services/build/install_store.h"
#include "services/build/lease_store.h"
#include "services/build/status_outbox.h"

namespace kozmic::build {

// The stores on a real database of their own.
class StoresFixture : public ::testing::Test {
 protected:
  static constexpr absl::Duration kLease = absl::Seconds(60);
  static constexpr absl::Duration kClaim = absl::Seconds(30);

  StoresFixture();
  ~StoresFixture() override;

  // A build of `jobs` jobs "Job 1", "Job 2"….
  static v1::CreateBuildRequest Request(const std::string& id, int jobs = 1);
  // The build that it asks for.
  absl::StatusOr<v1::Build> Create(int64_t project, const v1::CreateBuildRequest& request);

  absl::StatusOr<std::vector<GrantedLease>> Open(const std::string& runner,
                                                 const std::string& session);
  void OpenSession(const std::string& runner, const std::string& session);

  absl::StatusOr<std::optional<GrantedLease>> TryGrant(const std::string& session,
                                                       const std::string& request);
  // Of a job that must be there.
  GrantedLease Grant(const std::string& session, const std::string& request);

  static AttemptEnd Exit(int code);
  absl::Status Finish(const std::string& session, const AttemptKey& key, const AttemptEnd& end);
  // By their expiry alone.
  absl::StatusOr<std::vector<LostAttempt>> TakeLost();
  // The new expiry of each.
  absl::StatusOr<std::vector<std::optional<absl::Time>>> Renew(
      const std::string& session, const std::vector<LeaseStore::Renewal>& renewals);

  void ExpireLeases();
  // The number of rows of `from_and_where`.
  int64_t Count(absl::string_view from_and_where);
  // The build's state, in project 1.
  v1::State BuildState(int64_t number);

  const std::string url_;
  PostgresPool pool_;
  const std::unique_ptr<BuildStore> builds_;
  const std::unique_ptr<LeaseStore> leases_;
  const std::unique_ptr<StatusOutbox> outbox_;
  const std::unique_ptr<ControlStore> control_;
  const std::unique_ptr<DeletionStore> deletions_;
  const std::unique_ptr<InstallStore> installs_;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_STORES_FIXTURE_H_
