#include "services/build/stores_fixture.h"

#include "absl/strings/str_cat.h"
#include "lib/testing/postgres.h"
#include "services/build/postgres_build_store.h"
#include "services/build/postgres_control_store.h"
#include "services/build/postgres_deletion_store.h"
#include "services/build/postgres_install_store.h"
#include "services/build/postgres_lease_store.h"
#include "services/build/postgres_status_outbox.h"

namespace kozmic::build {

StoresFixture::StoresFixture()
    : url_(SharedTestPostgres().CreateDatabase("build")),
      pool_({.url = url_, .plans_by_index = true}),
      builds_(NewPostgresBuildStore(pool_, "http://kozmic.test")),
      leases_(NewPostgresLeaseStore(pool_, "http://kozmic.test", kLease)),
      outbox_(NewPostgresStatusOutbox(pool_)),
      control_(NewPostgresControlStore(pool_, "http://kozmic.test")),
      deletions_(NewPostgresDeletionStore(pool_)),
      installs_(NewPostgresInstallStore(pool_, kLease)) {}

StoresFixture::~StoresFixture() = default;

v1::CreateBuildRequest StoresFixture::Request(const std::string& id, int jobs) {
  v1::CreateBuildRequest request;
  request.set_request_id(id);
  request.set_repository("octo/hello");
  request.set_ref("refs/heads/main");
  request.set_commit("c0ffee" + id);
  request.set_message("Say hello");
  for (int i = 1; i <= jobs; ++i) {
    v1::JobSpec& job = *request.add_jobs();
    job.set_title(absl::StrCat("Job ", i));
    job.set_image("debian:12");
    job.set_script("#!/bin/sh\nexit 0\n");
  }
  return request;
}

absl::StatusOr<v1::Build> StoresFixture::Create(int64_t project,
                                                const v1::CreateBuildRequest& request) {
  const auto numbers = builds_->Create({{project, &request}});
  if (!numbers[0].ok()) return numbers[0].status();
  return builds_->Get(project, *numbers[0]);
}

absl::StatusOr<std::vector<GrantedLease>> StoresFixture::Open(const std::string& runner,
                                                              const std::string& session) {
  runner::v1::OpenSessionRequest request;
  request.set_runner(runner);
  request.add_labels("linux");
  request.set_slots(2);
  return leases_->OpenSession(request, session, "");
}

void StoresFixture::OpenSession(const std::string& runner, const std::string& session) {
  ASSERT_TRUE(Open(runner, session).ok());
}

absl::StatusOr<std::optional<GrantedLease>> StoresFixture::TryGrant(const std::string& session,
                                                                    const std::string& request) {
  auto granted = leases_->Grant({{session, request}});
  if (!granted.ok()) return granted.status();
  return std::move((*granted)[0].lease);
}

absl::Status StoresFixture::Finish(const std::string& session, const AttemptKey& key,
                                   const AttemptEnd& end) {
  const auto statuses = leases_->Finish({{session, key, end}});
  return statuses.ok() ? (*statuses)[0] : statuses.status();
}

absl::StatusOr<std::vector<LostAttempt>> StoresFixture::TakeLost() {
  return leases_->TakeLost(10, absl::Hours(1));
}

absl::StatusOr<std::vector<std::optional<absl::Time>>> StoresFixture::Renew(
    const std::string& session, const std::vector<LeaseStore::Renewal>& renewals) {
  const auto renewed = leases_->Renew(session, renewals);
  if (!renewed.ok()) return renewed.status();
  std::vector<std::optional<absl::Time>> expiries;
  for (const LeaseStore::Renewed& one : *renewed) expiries.push_back(one.expire_time);
  return expiries;
}

GrantedLease StoresFixture::Grant(const std::string& session, const std::string& request) {
  auto lease = TryGrant(session, request);
  EXPECT_TRUE(lease.ok()) << lease.status();
  EXPECT_TRUE(lease->has_value());
  return **lease;
}

AttemptEnd StoresFixture::Exit(int code) {
  AttemptEnd end;
  end.state = code == 0 ? v1::STATE_SUCCESS : v1::STATE_FAILURE;
  end.exit_code = code;
  end.log_size = 10;
  end.log_sha256 = "abc";
  return end;
}

void StoresFixture::ExpireLeases() {
  ASSERT_TRUE(pool_
                  .Autocommit([](pqxx::nontransaction& tx) {
                    tx.exec0("UPDATE attempts SET lease_expire_time = now() - interval '1 s'");
                    return absl::OkStatus();
                  })
                  .ok());
}

int64_t StoresFixture::Count(absl::string_view from_and_where) {
  int64_t count = -1;
  const absl::Status status = pool_.Autocommit([&](pqxx::nontransaction& tx) {
    count = tx.exec1(absl::StrCat("SELECT count(*) FROM ", from_and_where))[0].as<int64_t>();
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  return count;
}

v1::State StoresFixture::BuildState(int64_t number) { return builds_->Get(1, number)->state(); }

}  // namespace kozmic::build
