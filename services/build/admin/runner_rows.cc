#include "services/build/admin/runner_rows.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "lib/postgres/array.h"
#include "services/build/row_times.h"
#include "services/build/wait_rows.h"

namespace kozmic::build {
namespace {

constexpr int kMostJobs = 50;

std::string SelectRunners(const std::string& where_and_order) {
  return absl::StrCat(
      "SELECT r.runner, r.labels, r.slots, r.version, ", kSeenOfLate, " AS online, ",
      Micros("r.seen_time"), " AS seen, ", Micros("r.session_time"), " AS session, r.paused_by, ",
      Micros("r.pause_time"), " AS pause, c.creator, ", Micros("c.create_time"), " AS registered, ",
      Micros("c.rotate_time"), " AS rotated, c.revoked_by, ", Micros("c.revoke_time"),
      " AS revoked, (SELECT count(*) FROM attempts a WHERE a.runner = r.runner AND a.state = 2) AS "
      "busy FROM runners r LEFT JOIN runner_credentials c ON c.runner = r.runner ",
      where_and_order);
}

v1::Runner RunnerOf(const pqxx::row& row) {
  v1::Runner runner;
  runner.set_name(absl::StrCat("runners/", row["runner"].c_str()));
  for (std::string& label : TextsFromArray(row["labels"])) runner.add_labels(std::move(label));
  runner.set_slots(row["slots"].as<int>());
  runner.set_version(row["version"].c_str());
  runner.set_online(row["online"].as<bool>());
  SetTime(row["seen"], runner.mutable_seen_time());
  SetTime(row["session"], runner.mutable_session_time());
  runner.set_paused_by(row["paused_by"].c_str());
  if (!row["pause"].is_null()) SetTime(row["pause"], runner.mutable_pause_time());
  runner.set_busy(row["busy"].as<int>());
  if (row["registered"].is_null()) return runner;
  v1::Registration& registration = *runner.mutable_registration();
  registration.set_creator(row["creator"].c_str());
  SetTime(row["registered"], registration.mutable_create_time());
  if (!row["rotated"].is_null()) SetTime(row["rotated"], registration.mutable_rotate_time());
  registration.set_revoked_by(row["revoked_by"].c_str());
  if (!row["revoked"].is_null()) SetTime(row["revoked"], registration.mutable_revoke_time());
  return runner;
}

// The jobs of each, those that it has for longest first.
void AddJobs(pqxx::transaction_base& tx, const std::vector<std::string>& names,
             std::vector<v1::Runner>& runners) {
  std::map<std::string, v1::Runner*> by_name;
  for (v1::Runner& runner : runners) by_name[runner.name()] = &runner;
  for (const auto& row : tx.exec_params(
           absl::StrCat(
               "SELECT k.name, j.project_id, b.number AS build, j.number, b.repository, a.title, "
               "  CASE WHEN a.script_time IS NOT NULL THEN 'script' "
               "    WHEN a.install_time IS NOT NULL THEN 'install' "
               "    WHEN a.fetch_time IS NOT NULL THEN 'fetch' "
               "    WHEN a.pull_time IS NOT NULL THEN 'pull' ELSE '' END AS phase, ",
               Micros("a.start_time"),
               " AS start FROM unnest($1::text[]) AS k(name) CROSS JOIN LATERAL "
               "  (SELECT * FROM attempts WHERE runner = k.name AND state = 2 "
               "   ORDER BY start_time, job_id LIMIT $2) a "
               "JOIN jobs j ON j.job_id = a.job_id JOIN builds b USING (build_id) "
               "JOIN projects p ON p.project_id = b.project_id AND p.delete_time IS NULL "
               "ORDER BY a.start_time, a.job_id"),
           ToArray(names), kMostJobs)) {
    v1::RunningJob& job = *by_name.at(absl::StrCat("runners/", row["name"].c_str()))->add_jobs();
    job.set_name(absl::StrCat("projects/", row["project_id"].as<int64_t>(), "/builds/",
                              row["build"].as<int64_t>(), "/jobs/", row["number"].as<int>()));
    job.set_repository(row["repository"].c_str());
    job.set_title(row["title"].c_str());
    job.set_phase(row["phase"].c_str());
    SetTime(row["start"], job.mutable_start_time());
  }
}

std::vector<v1::Runner> WithJobs(pqxx::transaction_base& tx, const pqxx::result& rows) {
  std::vector<v1::Runner> runners;
  std::vector<std::string> names;
  for (const auto& row : rows) {
    runners.push_back(RunnerOf(row));
    names.emplace_back(row["runner"].c_str());
  }
  AddJobs(tx, names, runners);
  return runners;
}

}  // namespace

std::vector<v1::Runner> ReadRunners(pqxx::transaction_base& tx, const std::string& after,
                                    int limit) {
  return WithJobs(
      tx, tx.exec_params(SelectRunners("WHERE r.runner > $1 ORDER BY r.runner LIMIT $2"), after,
                         limit));
}

std::vector<v1::Runner> ReadRunner(pqxx::transaction_base& tx, const std::string& name) {
  return WithJobs(tx, tx.exec_params(SelectRunners("WHERE r.runner = $1"), name));
}

}  // namespace kozmic::build
