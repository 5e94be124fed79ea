#include "services/build/build_rows.h"

#include <algorithm>
#include <cstdint>
#include <map>

#include "absl/strings/str_cat.h"
#include "lib/postgres/pool.h"
#include "services/build/attempt_key.h"

namespace kozmic::build {
namespace {

void SetTime(const pqxx::field& field, google::protobuf::Timestamp* time) {
  const int64_t micros = field.as<int64_t>();
  time->set_seconds(micros / 1000000);
  time->set_nanos(static_cast<int32_t>(micros % 1000000) * 1000);
}

void AddPhase(v1::Job& job, const char* name, const pqxx::field& time) {
  if (time.is_null()) return;
  v1::Phase* phase = job.add_phases();
  phase->set_name(name);
  SetTime(time, phase->mutable_start_time());
}

void ReadJob(const pqxx::row& row, int64_t project, v1::Build& build) {
  v1::Job& job = *build.add_jobs();
  job.set_number(row["number"].as<int>());
  job.set_name(absl::StrCat(build.name(), "/jobs/", job.number()));
  job.set_title(row["title"].c_str());
  job.set_image(row["image"].c_str());
  job.set_state(static_cast<v1::State>(row["state"].as<int>()));
  job.set_reason(row["reason"].c_str());
  if (!row["exit_code"].is_null()) job.set_exit_code(row["exit_code"].as<int>());
  job.set_attempt(row["attempt"].as<int>());
  SetTime(row["queue_time"], job.mutable_queue_time());
  if (!row["start_time"].is_null()) SetTime(row["start_time"], job.mutable_start_time());
  if (!row["end_time"].is_null()) SetTime(row["end_time"], job.mutable_end_time());
  if (job.attempt() == 0) return;
  job.set_runner(row["runner"].c_str());
  AddPhase(job, "pull", row["pull_time"]);
  AddPhase(job, "fetch", row["fetch_time"]);
  AddPhase(job, "install", row["install_time"]);
  AddPhase(job, "script", row["script_time"]);
  const AttemptKey key = {project, build.number(), job.number(), job.attempt()};
  job.mutable_log()->set_name(key.LogName());
  if (!row["log_size"].is_null()) {
    job.mutable_log()->set_sealed(true);
    job.mutable_log()->set_size(row["log_size"].as<int64_t>());
    job.mutable_log()->set_sha256(row["log_sha256"].c_str());
  }
}

}  // namespace

std::string Micros(const std::string& column) {
  return absl::StrCat("(extract(epoch from ", column, ") * 1000000)::bigint");
}

namespace internal {

std::string SelectBuilds(const std::string& message) {
  return absl::StrCat(
      "SELECT b.build_id, b.project_id, b.number, b.ref, b.commit, b.commit_url, ", message,
      " AS message, b.author_name, b.author_login, b.author_avatar, b.state, b.revision, ",
      Micros("b.create_time"), " AS create_time, ", Micros("b.start_time"), " AS start_time, ",
      Micros("b.end_time"),
      " AS end_time FROM builds b "
      "JOIN projects p ON p.project_id = b.project_id AND p.delete_time IS NULL ");
}

std::vector<v1::Build> WithoutJobs(const pqxx::result& rows) {
  std::vector<v1::Build> builds;
  builds.reserve(rows.size());
  for (const auto& row : rows) {
    v1::Build& build = builds.emplace_back();
    build.set_number(row["number"].as<int64_t>());
    build.set_name(
        absl::StrCat("projects/", row["project_id"].as<int64_t>(), "/builds/", build.number()));
    build.set_state(static_cast<v1::State>(row["state"].as<int>()));
    build.set_ref(row["ref"].c_str());
    build.set_commit(row["commit"].c_str());
    build.set_commit_url(row["commit_url"].c_str());
    build.set_message(row["message"].c_str());
    build.mutable_author()->set_display_name(row["author_name"].c_str());
    build.mutable_author()->set_login(row["author_login"].c_str());
    build.mutable_author()->set_avatar_url(row["author_avatar"].c_str());
    build.set_revision(row["revision"].as<int64_t>());
    SetTime(row["create_time"], build.mutable_create_time());
    if (!row["start_time"].is_null()) SetTime(row["start_time"], build.mutable_start_time());
    if (!row["end_time"].is_null()) SetTime(row["end_time"], build.mutable_end_time());
  }
  return builds;
}

void CutAtFirstLine(std::string& message) {
  message.resize(std::min(message.find_first_of("\r\n"), message.size()));
}

std::vector<v1::Build> WithJobs(pqxx::transaction_base& tx, const pqxx::result& rows) {
  std::vector<v1::Build> builds = WithoutJobs(rows);
  if (builds.empty()) return builds;
  std::map<int64_t, std::pair<v1::Build*, int64_t>> by_id;
  std::string ids = "{";
  for (size_t i = 0; i < builds.size(); ++i) {
    const pqxx::row row = rows[static_cast<pqxx::result::size_type>(i)];
    const auto id = row["build_id"].as<int64_t>();
    by_id[id] = {&builds[i], row["project_id"].as<int64_t>()};
    absl::StrAppend(&ids, ids.size() > 1 ? "," : "", id);
  }
  const pqxx::result jobs = tx.exec_params(
      absl::StrCat("SELECT j.build_id, j.number, j.title, j.image, j.state, j.reason, j.exit_code, "
                   "j.attempt, a.runner, a.log_size, a.log_sha256, ",
                   Micros("j.queue_time"), " AS queue_time, ", Micros("j.start_time"),
                   " AS start_time, ", Micros("j.end_time"), " AS end_time, ",
                   Micros("a.pull_time"), " AS pull_time, ", Micros("a.fetch_time"),
                   " AS fetch_time, ", Micros("a.install_time"), " AS install_time, ",
                   Micros("a.script_time"),
                   " AS script_time FROM jobs j "
                   "LEFT JOIN attempts a ON a.job_id = j.job_id AND a.attempt = j.attempt "
                   "WHERE j.build_id = ANY($1::bigint[]) ORDER BY j.build_id, j.number"),
      ids + "}");
  for (const auto& row : jobs) {
    auto& [build, project] = by_id.at(row["build_id"].as<int64_t>());
    ReadJob(row, project, *build);
  }
  return builds;
}

}  // namespace internal

}  // namespace kozmic::build
