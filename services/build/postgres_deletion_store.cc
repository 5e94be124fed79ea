#include "services/build/postgres_deletion_store.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/build/channels.h"
#include "services/build/notify/notices.h"

namespace kozmic::build {
namespace {

constexpr int kBuilds = 20;
constexpr int kStatuses = 1000;
constexpr int kNotices = 1000;
constexpr int kInstalls = 1000;

class PostgresDeletionStore final : public DeletionStore {
 public:
  explicit PostgresDeletionStore(PostgresPool& pool) : pool_(pool) {}

  absl::Status MarkDeleted(int64_t project) override {
    // Everything that adds to a project or changes its builds takes this row's lock and looks at
    // the mark under it (build_change.cc, postgres_build_store.cc): it has committed before this,
    // or finds the mark.
    return Annotate(pool_.Autocommit([&](pqxx::nontransaction& tx) {
      tx.exec_params(
          "WITH marked AS (INSERT INTO projects AS old (project_id, delete_time) "
          "  VALUES ($1, now()) ON CONFLICT (project_id) DO UPDATE SET delete_time = now() "
          "  WHERE old.delete_time IS NULL RETURNING project_id) "
          "SELECT pg_notify($2, project_id::text) FROM marked",
          project, kChangesChannel);
      return absl::OkStatus();
    }),
                    absl::StrCat("mark project ", project, " as deleted"));
  }

  absl::StatusOr<bool> RemovePart(int64_t project) override {
    bool nothing_left = false;
    const absl::Status status = pool_.Transact([&](pqxx::work& tx) {
      const bool no_builds = RemoveBuilds(tx, project) == 0;
      const bool no_notices = DeleteNotices(tx, project, kNotices);
      const bool no_installs = RemoveInstalls(tx, project) == 0;
      const bool no_changes = RemoveChanges(tx, project) == 0;
      nothing_left =
          RemoveStatuses(tx, project) == 0 && no_notices && no_builds && no_installs && no_changes;
      return absl::OkStatus();
    });
    KOZMIC_RETURN_IF_ERROR(Annotate(status, absl::StrCat("remove project ", project)));
    return nothing_left;
  }

 private:
  // Both return how many there were to remove. Rows are locked in one order, so that replicas that
  // remove the same ones wait for each other and never in a circle; attempts first, then jobs, as
  // everyone does.
  static pqxx::result::size_type RemoveBuilds(pqxx::work& tx, int64_t project) {
    const pqxx::result builds = tx.exec_params(
        "SELECT build_id FROM builds WHERE project_id = $1 ORDER BY number DESC LIMIT $2", project,
        kBuilds);
    if (builds.empty()) return 0;
    std::string ids = "{";
    for (const auto& row : builds) {
      absl::StrAppend(&ids, ids.size() > 1 ? "," : "", row[0].c_str());
    }
    ids += "}";
    tx.exec_params(
        "SELECT FROM attempts a JOIN jobs j ON j.job_id = a.job_id "
        "WHERE j.build_id = ANY($1::bigint[]) ORDER BY a.job_id, a.attempt FOR UPDATE OF a",
        ids);
    tx.exec_params0(
        "DELETE FROM attempts a USING jobs j "
        "WHERE j.job_id = a.job_id AND j.build_id = ANY($1::bigint[])",
        ids);
    tx.exec_params("SELECT FROM jobs WHERE build_id = ANY($1::bigint[]) ORDER BY job_id FOR UPDATE",
                   ids);
    tx.exec_params0("DELETE FROM jobs WHERE build_id = ANY($1::bigint[])", ids);
    tx.exec_params0("DELETE FROM builds WHERE build_id = ANY($1::bigint[])", ids);
    return builds.size();
  }

  // A project's history is short.
  static pqxx::result::size_type RemoveChanges(pqxx::work& tx, int64_t project) {
    return tx.exec_params("DELETE FROM settings_changes WHERE project_id = $1", project)
        .affected_rows();
  }

  static pqxx::result::size_type RemoveStatuses(pqxx::work& tx, int64_t project) {
    return tx
        .exec_params(
            "WITH part AS (SELECT commit, context FROM status_outbox WHERE project_id = $1 "
            "  ORDER BY commit, context LIMIT $2 FOR UPDATE) "
            "DELETE FROM status_outbox o USING part WHERE o.project_id = $1 "
            "AND (o.commit, o.context) = (part.commit, part.context)",
            project, kStatuses)
        .affected_rows();
  }

  // Runners remove the images from the registries in their own time.
  static pqxx::result::size_type RemoveInstalls(pqxx::work& tx, int64_t project) {
    return tx
        .exec_params(
            "WITH part AS (SELECT registry, cache_id FROM installs WHERE project_id = $1 "
            "    ORDER BY registry, cache_id LIMIT $2 FOR UPDATE), "
            "  gone AS (DELETE FROM installs i USING part WHERE i.project_id = $1 "
            "    AND (i.registry, i.cache_id) = (part.registry, part.cache_id) "
            "    RETURNING i.registry, i.digest), "
            "  noted AS (INSERT INTO install_removals (registry, project_id, digest) "
            "    SELECT registry, $1, digest FROM gone WHERE digest <> '' ON CONFLICT DO NOTHING) "
            "SELECT FROM gone",
            project, kInstalls)
        .size();
  }

  PostgresPool& pool_;
};

}  // namespace

std::unique_ptr<DeletionStore> NewPostgresDeletionStore(PostgresPool& pool) {
  return std::make_unique<PostgresDeletionStore>(pool);
}

}  // namespace kozmic::build
