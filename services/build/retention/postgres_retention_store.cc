#include <cstdint>
#include <utility>

#include "kozmic/build/v1/build.pb.h"
#include "lib/postgres/array.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/build/retention/retention_store.h"

namespace kozmic::build {
namespace {

class PostgresRetentionStore final : public RetentionStore {
 public:
  explicit PostgresRetentionStore(PostgresPool& pool) : pool_(pool) {}

  absl::StatusOr<std::vector<AttemptKey>> FindExpired(int most) override {
    std::vector<AttemptKey> keys;
    KOZMIC_RETURN_IF_ERROR(Annotate(pool_.Autocommit([&](pqxx::nontransaction& tx) {
      keys.clear();
      // An attempt is as old as itself, however often its build was restarted since; a build
      // that failed is one whose newest verdict is that.
      for (const pqxx::row& row : tx.exec_params(
               "SELECT b.project_id, b.number, j.number, a.attempt "
               "FROM projects p "
               "JOIN builds b ON b.project_id = p.project_id AND b.end_time IS NOT NULL "
               "JOIN jobs j ON j.build_id = b.build_id "
               "JOIN attempts a ON a.job_id = j.job_id "
               "LEFT JOIN LATERAL (SELECT f.number FROM builds f "
               "  WHERE f.project_id = p.project_id AND f.state IN ($1, $2) "
               "  ORDER BY f.number DESC OFFSET greatest(p.log_failures - 1, 0) LIMIT 1) AS kept "
               "  ON p.log_failures > 0 "
               "WHERE p.delete_time IS NULL AND (p.log_days > 0 OR p.log_builds > 0) "
               "  AND a.end_time IS NOT NULL AND a.log_size > 0 AND NOT a.log_expired "
               "  AND ((p.log_days > 0 AND a.end_time < now() - make_interval(days => p.log_days)) "
               "    OR (p.log_builds > 0 AND b.number <= p.last_number - p.log_builds)) "
               "  AND NOT (b.state IN ($1, $2) AND p.log_failures > 0 "
               "    AND b.number >= coalesce(kept.number, 0)) "
               "LIMIT $3",
               static_cast<int>(v1::STATE_FAILURE), static_cast<int>(v1::STATE_ERROR), most)) {
        keys.push_back({row[0].as<int64_t>(), row[1].as<int64_t>(), row[2].as<int64_t>(),
                        row[3].as<int64_t>()});
      }
      return absl::OkStatus();
    }),
                                    "find logs that are no longer to be kept"));
    return keys;
  }

  absl::Status MarkExpired(const std::vector<AttemptKey>& attempts) override {
    std::vector<int64_t> projects, builds, jobs, numbers;
    for (const AttemptKey& key : attempts) {
      projects.push_back(key.project);
      builds.push_back(key.build);
      jobs.push_back(key.job);
      numbers.push_back(key.attempt);
    }
    return Annotate(pool_.Autocommit([&](pqxx::nontransaction& tx) {
      tx.exec_params0(
          "UPDATE attempts a SET log_expired = true "
          "FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) "
          "  AS n (project_id, build, job, attempt) "
          "JOIN builds b ON b.project_id = n.project_id AND b.number = n.build "
          "JOIN jobs j ON j.build_id = b.build_id AND j.number = n.job "
          "WHERE a.job_id = j.job_id AND a.attempt = n.attempt",
          ToArray(projects), ToArray(builds), ToArray(jobs), ToArray(numbers));
      return absl::OkStatus();
    }),
                    "note that logs are no longer kept");
  }

 private:
  PostgresPool& pool_;
};

}  // namespace

std::unique_ptr<RetentionStore> NewPostgresRetentionStore(PostgresPool& pool) {
  return std::make_unique<PostgresRetentionStore>(pool);
}

}  // namespace kozmic::build
