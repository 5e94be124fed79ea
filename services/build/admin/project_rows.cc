#include "services/build/admin/project_rows.h"

#include "absl/strings/str_cat.h"
#include "services/build/build_writer.h"
#include "services/build/channels.h"
#include "services/build/row_times.h"

namespace kozmic::build {
namespace {

std::string SelectProjects(const std::string& where_and_order) {
  return absl::StrCat(
      "SELECT p.project_id, p.paused_by, ", Micros("p.pause_time"),
      " AS paused, coalesce((SELECT b.repository FROM builds b WHERE b.project_id = p.project_id "
      "  ORDER BY b.number DESC LIMIT 1), '') AS repository, "
      "  (SELECT count(*) FROM jobs j WHERE j.project_id = p.project_id AND j.state = 1) "
      "AS waiting, "
      "  (SELECT count(*) FROM jobs j WHERE j.project_id = p.project_id AND j.state = 2) "
      "AS running FROM projects p WHERE p.delete_time IS NULL AND ",
      where_and_order);
}

v1::PausedProject ReadProject(const pqxx::row& row) {
  v1::PausedProject project;
  project.set_name(absl::StrCat("projects/", row["project_id"].as<int64_t>()));
  project.set_repository(row["repository"].c_str());
  project.set_paused_by(row["paused_by"].c_str());
  if (!row["paused"].is_null()) SetTime(row["paused"], project.mutable_pause_time());
  project.set_waiting(row["waiting"].as<int>());
  project.set_running(row["running"].as<int>());
  return project;
}

}  // namespace

absl::Status PauseProject(pqxx::transaction_base& tx, int64_t project, const std::string& by,
                          v1::PausedProject* out) {
  // Grants lock the row: when this commits there is none under way.
  const pqxx::result changed = tx.exec_params(
      "UPDATE projects SET paused_by = $2, pause_time = CASE WHEN $2 <> '' THEN now() END "
      "WHERE project_id = $1 AND delete_time IS NULL AND (paused_by = '') <> ($2 = '') "
      "RETURNING max_parallel",
      project, by);
  if (!changed.empty() && by.empty()) {
    const int limit = changed[0][0].as<int>();
    OpenProjectGates(tx, project, limit > 0 ? limit : kManyPlaces);
    tx.exec_params("SELECT pg_notify($1, '')", kJobsChannel);
  }
  const pqxx::result rows = tx.exec_params(SelectProjects("p.project_id = $1"), project);
  if (rows.empty()) return absl::NotFoundError("no such project, or it was never built");
  *out = ReadProject(rows[0]);
  return absl::OkStatus();
}

v1::ListPausedProjectsResponse ReadPausedProjects(pqxx::transaction_base& tx) {
  v1::ListPausedProjectsResponse response;
  for (const auto& row : tx.exec(SelectProjects(
           "p.pause_time IS NOT NULL ORDER BY p.pause_time, p.project_id LIMIT 500"))) {
    *response.add_projects() = ReadProject(row);
  }
  return response;
}

}  // namespace kozmic::build
