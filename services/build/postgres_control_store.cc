#include "services/build/postgres_control_store.h"

#include <functional>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/history/settings_history.h"
#include "lib/postgres/array.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/build/build_creation.h"
#include "services/build/build_rows.h"
#include "services/build/build_writer.h"
#include "services/build/channels.h"
#include "services/build/settings_rows.h"
#include "services/build/state_machine.h"
#include "services/build/wait_rows.h"

namespace kozmic::build {
namespace {

absl::Status NoBuild() { return absl::NotFoundError("no such build"); }
absl::Status NoJob() { return absl::NotFoundError("no such job"); }

absl::Status NotRunning() {
  return WithReason(absl::FailedPreconditionError("it has ended already, or is being cancelled"),
                    "not_running");
}

absl::Status NotFinished() {
  return WithReason(
      absl::FailedPreconditionError("nothing to restart: only what has finished can be"),
      "not_finished");
}

// What a job runs from now on.
void WriteSpec(pqxx::work& tx, int64_t job_id, const v1::JobSpec& spec) {
  tx.exec_params0(
      "UPDATE jobs SET title = $2, image = $3, script = $4, install_script = $5, "
      "tracked_files = $6::text[], label_set = $7, timeout_seconds = $8, "
      "stall_timeout_seconds = $9, max_parallel = $10, services = $11::jsonb WHERE job_id = $1",
      job_id, spec.title(), spec.image(), spec.script(), spec.install_script(),
      ToArray(std::vector<std::string>(spec.tracked_files().begin(), spec.tracked_files().end())),
      LabelSetOf(tx, spec.labels()), TimeoutSeconds(spec), StallTimeoutSeconds(spec),
      spec.max_parallel(), ServicesToJson(spec.services()));
}

class PostgresControlStore final : public ControlStore {
 public:
  PostgresControlStore(PostgresPool& pool, std::string public_url)
      : pool_(pool), public_url_(std::move(public_url)) {}

  absl::Status Cancel(int64_t project, int64_t number, int64_t job_number,
                      absl::string_view reason) override {
    return Change(project, number, [&](pqxx::work&, BuildModel& build) -> absl::Status {
      if (job_number == 0) return build.CancelAll(reason) ? absl::OkStatus() : NotRunning();
      JobModel* job = build.FindJob(job_number);
      if (job == nullptr) return NoJob();
      return build.Cancel(*job, reason) ? absl::OkStatus() : NotRunning();
    });
  }

  absl::StatusOr<std::map<int64_t, std::string>> ListRestartable(int64_t project, int64_t number,
                                                                 int64_t job_number,
                                                                 bool failed_only) override {
    std::map<int64_t, std::string> hooks;
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
      const pqxx::result rows = tx.exec_params(
          "SELECT j.number, j.hook, j.state FROM builds b JOIN jobs j USING (build_id) "
          "JOIN projects p ON p.project_id = b.project_id AND p.delete_time IS NULL "
          "WHERE b.project_id = $1 AND b.number = $2 ORDER BY j.number",
          project, number);
      if (rows.empty()) return NoBuild();
      bool found = false;
      for (const auto& row : rows) {
        if (job_number != 0 && row[0].as<int64_t>() != job_number) continue;
        found = true;
        const auto state = static_cast<v1::State>(row[2].as<int>());
        if (!IsTerminal(state) || (failed_only && state == v1::STATE_SUCCESS)) continue;
        hooks[row[0].as<int64_t>()] = row[1].c_str();
      }
      if (!found) return NoJob();
      return hooks.empty() ? NotFinished() : absl::OkStatus();
    }));
    return hooks;
  }

  absl::Status Restart(int64_t project, int64_t number,
                       const std::map<int64_t, v1::JobSpec>& jobs) override {
    return Change(project, number, [&](pqxx::work& tx, BuildModel& build) -> absl::Status {
      for (const auto& [job_number, spec] : jobs) {
        JobModel* job = build.FindJob(job_number);
        if (job == nullptr) return NoJob();
        KOZMIC_RETURN_IF_ERROR(build.Restart(*job));
        job->title = spec.title();
        WriteSpec(tx, job->id, spec);
      }
      return absl::OkStatus();
    });
  }

  absl::Status Approve(int64_t project, int64_t number, absl::string_view commit,
                       absl::string_view approver) override {
    return Change(project, number,
                  [&](pqxx::work&, BuildModel& build) { return build.Approve(commit, approver); });
  }

  absl::StatusOr<v1::ProjectSettings> GetSettings(int64_t project) override {
    v1::ProjectSettings settings;
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit(
        [&](pqxx::nontransaction& tx) { return SelectSettings(tx, project, &settings); }));
    return settings;
  }

  absl::Status UpdateSettings(int64_t project, const v1::ProjectSettings& settings,
                              const Author& by) override {
    return pool_.Transact([&](pqxx::work& tx) -> absl::Status {
      // The row orders those who change settings at once, and may not be there yet.
      tx.exec_params("INSERT INTO projects (project_id) VALUES ($1) ON CONFLICT DO NOTHING",
                     project);
      tx.exec_params("SELECT FROM projects WHERE project_id = $1 FOR UPDATE", project);
      v1::ProjectSettings before, after;
      KOZMIC_RETURN_IF_ERROR(SelectSettings(tx, project, &before));
      const pqxx::result rows = tx.exec_params(
          "INSERT INTO projects AS old (project_id, fail_fast, cancel_superseded_pull_requests, "
          "  cancel_superseded_branches, max_parallel, retry_lost, mail, submodules, log_days, "
          "  log_builds, log_failures) "
          "VALUES ($1, $2, $3, $4, $5, $6, $7, coalesce($8, false), coalesce($9::integer, 0), "
          "  coalesce($10::integer, 0), coalesce($11::integer, $12::integer)) "
          "ON CONFLICT (project_id) DO UPDATE SET "
          "  fail_fast = excluded.fail_fast, "
          "  cancel_superseded_pull_requests = excluded.cancel_superseded_pull_requests, "
          "  cancel_superseded_branches = excluded.cancel_superseded_branches, "
          "  max_parallel = excluded.max_parallel, retry_lost = excluded.retry_lost, "
          "  mail = excluded.mail, submodules = coalesce($8, old.submodules), "
          "  log_days = coalesce($9::integer, old.log_days), "
          "  log_builds = coalesce($10::integer, old.log_builds), "
          "  log_failures = coalesce($11::integer, old.log_failures) "
          "WHERE old.delete_time IS NULL RETURNING project_id",
          project, settings.fail_fast(), settings.cancel_superseded_pull_requests(),
          settings.cancel_superseded_branches(), settings.max_parallel(), settings.retry_lost(),
          settings.mail(),
          // NULL: as it is.
          settings.has_submodules() ? std::optional<bool>(settings.submodules()) : std::nullopt,
          settings.has_log_days() ? std::optional<int>(settings.log_days()) : std::nullopt,
          settings.has_log_builds() ? std::optional<int>(settings.log_builds()) : std::nullopt,
          settings.has_log_failures() ? std::optional<int>(settings.log_failures()) : std::nullopt,
          kLogFailures);
      if (rows.empty()) return absl::NotFoundError("the project is deleted");
      KOZMIC_RETURN_IF_ERROR(SelectSettings(tx, project, &after));
      auto changes = FieldChanges(ValuesOf(before), ValuesOf(after));
      if (!changes.empty()) {
        AddChange(tx, project, by, {.subject = "settings", .fields = std::move(changes)});
      }
      // As many as may run now; without a limit many, and each that leaves opens the next.
      const int places = settings.max_parallel() > 0 ? settings.max_parallel() : kManyPlaces;
      if (OpenProjectGates(tx, project, places)) {
        tx.exec_params("SELECT pg_notify($1, '')", kJobsChannel);
      }
      return absl::OkStatus();
    });
  }

  absl::StatusOr<std::vector<WaitFacts>> ListWaits(int64_t project, int64_t number) override {
    std::vector<WaitFacts> waits;
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
      waits.clear();
      const pqxx::result rows = tx.exec_params(
          "SELECT j.job_id, j.state FROM builds b JOIN jobs j USING (build_id) "
          "JOIN projects p ON p.project_id = b.project_id AND p.delete_time IS NULL "
          "WHERE b.project_id = $1 AND b.number = $2 ORDER BY j.number",
          project, number);
      if (rows.empty()) return NoBuild();
      std::vector<int64_t> jobs;
      for (const auto& row : rows) {
        if (row[1].as<int>() == v1::STATE_ENQUEUED) jobs.push_back(row[0].as<int64_t>());
      }
      if (jobs.empty()) return absl::OkStatus();
      std::map<int64_t, WaitFacts> facts = ReadWaits(tx, jobs);
      for (const int64_t job : jobs) {
        if (auto found = facts.find(job); found != facts.end()) {
          waits.push_back(std::move(found->second));
        }
      }
      return absl::OkStatus();
    }));
    return waits;
  }

 private:
  // `change` is called with the build under its project's lock; what it did is saved when it
  // returns OK.
  absl::Status Change(int64_t project, int64_t number,
                      const std::function<absl::Status(pqxx::work&, BuildModel&)>& change) {
    const absl::Status status = pool_.Transact([&](pqxx::work& tx) -> absl::Status {
      BuildWriter writer(tx, public_url_);
      writer.Lock({project});
      if (writer.FindProject(project) == nullptr) return NoBuild();
      writer.Load({{project, number}});
      BuildModel* build = writer.Find(project, number);
      if (build == nullptr) return NoBuild();
      KOZMIC_RETURN_IF_ERROR(change(tx, *build));
      writer.Save();
      return absl::OkStatus();
    });
    if (status.ok() || Reason(status).empty()) {
      return Annotate(status, absl::StrCat("change build ", project, "/", number));
    }
    return status;
  }

  PostgresPool& pool_;
  const std::string public_url_;
};

}  // namespace

std::unique_ptr<ControlStore> NewPostgresControlStore(PostgresPool& pool, std::string public_url) {
  return std::make_unique<PostgresControlStore>(pool, std::move(public_url));
}

}  // namespace kozmic::build
