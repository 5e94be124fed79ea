#include "services/build/build_rows.h"

#include <algorithm>
#include <cstdint>
#include <map>

#include "absl/strings/str_cat.h"
#include "lib/base/json.h"
#include "lib/postgres/array.h"
#include "lib/postgres/pool.h"
#include "lib/postgres/prepared.h"
#include "services/build/attempt_key.h"
#include "services/build/row_times.h"

namespace kozmic::build {
namespace {

template <typename JobOrAttempt>
void AddPhase(JobOrAttempt& job, const pqxx::row& row, const std::string& name) {
  const pqxx::field time = row[name + "_time"];
  if (time.is_null()) return;
  v1::Phase* phase = job.add_phases();
  phase->set_name(name);
  SetTime(time, phase->mutable_start_time());
  const pqxx::field offset = row[name + "_offset"];
  if (!offset.is_null()) phase->set_log_offset(offset.as<int64_t>());
}

// What an attempt's row tells alike of a job's newest attempt and of any.
template <typename JobOrAttempt>
void ReadRun(const pqxx::row& row, const AttemptKey& key, JobOrAttempt& run) {
  run.set_runner(row["runner"].c_str());
  for (const char* phase : {"pull", "fetch", "install", "script"}) AddPhase(run, row, phase);
  run.mutable_log()->set_name(key.LogName());
  if (row["log_size"].is_null()) return;
  run.mutable_log()->set_sealed(true);
  run.mutable_log()->set_size(row["log_size"].as<int64_t>());
  run.mutable_log()->set_sha256(row["log_sha256"].c_str());
  run.mutable_log()->set_expired(row["log_expired"].as<bool>());
}

std::string RunColumns() {
  return absl::StrCat("a.runner, a.log_size, a.log_sha256, a.log_expired, ", Micros("a.pull_time"),
                      " AS pull_time, ", Micros("a.fetch_time"), " AS fetch_time, ",
                      Micros("a.install_time"), " AS install_time, ", Micros("a.script_time"),
                      " AS script_time, a.pull_offset, a.fetch_offset, a.install_offset, "
                      "a.script_offset");
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
  job.set_hook(row["hook"].c_str());
  job.set_cancelling(row["cancelling"].as<bool>());
  if (job.state() == v1::STATE_ENQUEUED) {
    job.set_gate(static_cast<v1::Gate>(row["gate"].as<int>()));
  }
  for (std::string& label : TextsFromArray(row["labels"])) job.add_labels(std::move(label));
  if (job.attempt() == 0) return;
  ReadRun(row, {project, build.number(), job.number(), job.attempt()}, job);
}

}  // namespace

std::string VariablesToJson(const google::protobuf::Map<std::string, std::string>& variables) {
  nlohmann::json object = nlohmann::json::object();
  for (const auto& [name, value] : variables) object[name] = value;
  return DumpJson(object);
}

std::map<std::string, std::string> VariablesFromJson(const pqxx::field& field) {
  std::map<std::string, std::string> variables;
  const auto object = ParseJson(field.c_str());
  if (!object.ok() || !object->is_object()) return variables;
  for (const auto& [name, value] : object->items()) {
    if (value.is_string()) variables[name] = value.get<std::string>();
  }
  return variables;
}

std::string ServicesToJson(const google::protobuf::RepeatedPtrField<v1::Service>& services) {
  nlohmann::json list = nlohmann::json::array();
  for (const v1::Service& service : services) {
    nlohmann::json environment = nlohmann::json::object();
    for (const auto& [name, value] : service.environment()) environment[name] = value;
    list.push_back({{"name", service.name()},
                    {"image", service.image()},
                    {"environment", std::move(environment)}});
  }
  return DumpJson(list);
}

std::vector<v1::Service> ServicesFromJson(const pqxx::field& field) {
  std::vector<v1::Service> services;
  const auto list = ParseJson(field.c_str());
  if (!list.ok() || !list->is_array()) return services;
  for (const nlohmann::json& entry : *list) {
    v1::Service& service = services.emplace_back();
    service.set_name(JsonText(entry, "name").value_or(""));
    service.set_image(JsonText(entry, "image").value_or(""));
    const nlohmann::json* const environment = JsonAt(entry, "environment");
    if (environment == nullptr || !environment->is_object()) continue;
    for (const auto& [name, value] : environment->items()) {
      if (value.is_string()) (*service.mutable_environment())[name] = value.get<std::string>();
    }
  }
  return services;
}

std::vector<v1::Attempt> ReadAttempts(pqxx::transaction_base& tx, int64_t project, int64_t number,
                                      int64_t job, int limit) {
  std::vector<v1::Attempt> attempts;
  for (const auto& row : ExecPrepared(
           tx,
           absl::StrCat(
               "SELECT a.attempt, a.state, a.reason, a.exit_code, a.title, a.image, ",
               Micros("a.queue_time"), " AS queue_time, ", Micros("a.start_time"),
               " AS start_time, ", Micros("a.end_time"), " AS end_time, ", RunColumns(),
               " FROM attempts a JOIN jobs j USING (job_id) JOIN builds b USING (build_id) "
               "JOIN projects p ON p.project_id = b.project_id AND p.delete_time IS NULL "
               "WHERE b.project_id = $1 AND b.number = $2 AND j.number = $3 "
               "ORDER BY a.attempt DESC LIMIT $4"),
           project, number, job, limit)) {
    v1::Attempt& attempt = attempts.emplace_back();
    attempt.set_number(row["attempt"].as<int>());
    const AttemptKey key = {project, number, job, attempt.number()};
    attempt.set_name(key.Name());
    attempt.set_state(static_cast<v1::State>(row["state"].as<int>()));
    attempt.set_reason(row["reason"].c_str());
    if (!row["exit_code"].is_null()) attempt.set_exit_code(row["exit_code"].as<int>());
    SetTime(row["start_time"], attempt.mutable_start_time());
    if (!row["queue_time"].is_null()) SetTime(row["queue_time"], attempt.mutable_queue_time());
    if (!row["end_time"].is_null()) SetTime(row["end_time"], attempt.mutable_end_time());
    attempt.set_title(row["title"].c_str());
    attempt.set_image(row["image"].c_str());
    ReadRun(row, key, attempt);
  }
  return attempts;
}

namespace internal {

std::string SelectBuilds(const std::string& message) {
  return absl::StrCat(
      "SELECT b.build_id, b.project_id, b.number, b.ref, b.commit, b.commit_url, ", message,
      " AS message, b.author_name, b.author_login, b.author_avatar, b.state, b.revision, ",
      Micros("b.create_time"), " AS create_time, ", Micros("b.start_time"), " AS start_time, ",
      Micros("b.end_time"), " AS end_time, ", Micros("b.approve_time"),
      " AS approve_time, b.trigger, b.pull_request, b.fork, b.needs_approval, b.approver, "
      "b.variables, b.creator, b.generation, b.trace_id FROM builds b "
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
    build.set_trigger(static_cast<v1::Trigger>(row["trigger"].as<int>()));
    build.set_pull_request(row["pull_request"].as<int64_t>());
    build.set_fork(row["fork"].c_str());
    if (row["needs_approval"].as<bool>()) {
      build.mutable_approval()->set_needed(true);
      build.mutable_approval()->set_approver(row["approver"].c_str());
      if (!row["approve_time"].is_null()) {
        SetTime(row["approve_time"], build.mutable_approval()->mutable_approve_time());
      }
    }
    for (auto& [name, value] : VariablesFromJson(row["variables"])) {
      (*build.mutable_variables())[name] = value;
    }
    build.set_creator(row["creator"].c_str());
    build.set_generation(row["generation"].as<int>());
    build.set_trace_id(row["trace_id"].c_str());
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
  const pqxx::result jobs = ExecPrepared(
      tx,
      absl::StrCat("SELECT j.build_id, j.number, j.title, j.image, j.state, j.reason, j.exit_code, "
                   "j.attempt, j.hook, j.gate, j.cancelling, s.labels, ",
                   Micros("j.queue_time"), " AS queue_time, ", Micros("j.start_time"),
                   " AS start_time, ", Micros("j.end_time"), " AS end_time, ", RunColumns(),
                   " FROM jobs j JOIN label_sets s USING (label_set) "
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
