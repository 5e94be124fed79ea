#include "services/build/lease_rows.h"

#include "lib/postgres/array.h"
#include "lib/postgres/pool.h"
#include "lib/status/annotate.h"
#include "services/build/build_rows.h"
#include "services/build/row_times.h"

namespace kozmic::build {
namespace {

// Of jobs j, builds b and projects p.
constexpr char kSelectSpec[] =
    "SELECT b.project_id, b.number AS build, j.number AS job, j.title, j.image, j.script, "
    "j.install_script, j.tracked_files, j.timeout_seconds, j.stall_timeout_seconds, j.services, "
    "b.repository, b.ref, b.commit, b.fork, b.trigger, b.pull_request, b.variables, b.trace_id, "
    "p.submodules, "
    "(extract(epoch FROM j.queue_time) * 1000000)::bigint AS queue_time, ";

}  // namespace

absl::Status StaleSession() {
  return WithReason(absl::FailedPreconditionError(
                        "this session is not the runner's newest: another process took its place"),
                    "stale_session");
}

absl::Status StaleFence() {
  return WithReason(absl::FailedPreconditionError(
                        "this attempt is no longer the job's: it was lost or has ended"),
                    "stale_fence");
}

namespace internal {

std::string SelectLeases() {
  return absl::StrCat(
      kSelectSpec, "a.job_id, a.attempt, ", Micros("a.lease_expire_time"),
      " AS expire_time FROM attempts a JOIN jobs j ON j.job_id = a.job_id "
      "JOIN builds b ON b.build_id = j.build_id JOIN projects p ON p.project_id = b.project_id ");
}

GrantedLease ReadLease(const pqxx::row& row) {
  GrantedLease lease;
  lease.key = {row["project_id"].as<int64_t>(), row["build"].as<int64_t>(),
               row["job"].as<int64_t>(), row["attempt"].as<int64_t>()};
  lease.expire_time = TimeFromMicros(row["expire_time"]);
  lease.repository = row["repository"].c_str();
  lease.ref = row["ref"].c_str();
  lease.commit = row["commit"].c_str();
  lease.fork = row["fork"].c_str();
  lease.trigger = static_cast<v1::Trigger>(row["trigger"].as<int>());
  lease.pull_request = row["pull_request"].as<int64_t>();
  lease.variables = VariablesFromJson(row["variables"]);
  lease.title = row["title"].c_str();
  lease.image = row["image"].c_str();
  lease.script = row["script"].c_str();
  lease.install_script = row["install_script"].c_str();
  lease.tracked_files = TextsFromArray(row["tracked_files"]);
  lease.queue_time = TimeFromMicros(row["queue_time"]);
  lease.trace_id = row["trace_id"].c_str();
  lease.submodules = row["submodules"].as<bool>();
  lease.timeout_seconds = row["timeout_seconds"].as<int>();
  lease.stall_timeout_seconds = row["stall_timeout_seconds"].as<int>();
  lease.services = ServicesFromJson(row["services"]);
  return lease;
}

}  // namespace internal

std::optional<GrantedLease> ReadSpec(pqxx::transaction_base& tx, int64_t project, int64_t build,
                                     int64_t job) {
  const pqxx::result rows = ExecPrepared(
      tx,
      absl::StrCat(kSelectSpec, "j.attempt, ", Micros("now()"),
                   " AS expire_time FROM builds b JOIN jobs j USING (build_id) "
                   "JOIN projects p ON p.project_id = b.project_id WHERE p.delete_time IS NULL "
                   "AND b.project_id = $1 AND b.number = $2 AND j.number = $3"),
      project, build, job);
  if (rows.empty()) return std::nullopt;
  return internal::ReadLease(rows[0]);
}

}  // namespace kozmic::build
