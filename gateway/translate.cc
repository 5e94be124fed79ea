#include "gateway/translate.h"

#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace kozmic::gateway {
namespace {

using nlohmann::json;

json Time(bool present, const google::protobuf::Timestamp& time) {
  if (!present) return nullptr;
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ",
                          absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos()),
                          absl::UTCTimeZone());
}

json OrNull(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }

const char* StateText(build::v1::State state) {
  switch (state) {
    case build::v1::STATE_ENQUEUED:
      return "enqueued";
    case build::v1::STATE_PENDING:
      return "pending";
    case build::v1::STATE_SUCCESS:
      return "success";
    case build::v1::STATE_FAILURE:
      return "failure";
    case build::v1::STATE_CANCELLED:
      return "cancelled";
    default:
      return "error";
  }
}

const char* RoleText(project::v1::Role role) {
  switch (role) {
    case project::v1::ROLE_OWNER:
      return "owner";
    case project::v1::ROLE_MANAGER:
      return "manager";
    default:
      return "member";
  }
}

std::string Branch(absl::string_view ref) {
  absl::ConsumePrefix(&ref, "refs/heads/") || absl::ConsumePrefix(&ref, "refs/tags/");
  return std::string(ref);
}

json AuthorJson(const build::v1::Author& author) {
  if (author.display_name().empty() && author.login().empty()) return nullptr;
  return {{"name", author.display_name()},
          {"login", author.login()},
          {"avatar_url", author.avatar_url()}};
}

json LogJson(const build::v1::Log& log) {
  std::string id = LogId(log.name());
  if (id.empty()) return nullptr;
  return {{"id", std::move(id)},
          {"size", log.size()},
          {"sealed", log.sealed()},
          {"sha256", OrNull(log.sha256())}};
}

json JobJson(const build::v1::Job& job) {
  json phases = json::array();
  for (const build::v1::Phase& phase : job.phases()) {
    phases.push_back(
        {{"name", phase.name()}, {"started_at", Time(phase.has_start_time(), phase.start_time())}});
  }
  return {{"number", job.number()},
          {"title", job.title()},
          {"image", job.image()},
          {"status", StateText(job.state())},
          {"reason", job.reason()},
          {"exit_code", job.has_exit_code() ? json(job.exit_code()) : json(nullptr)},
          {"attempt", job.attempt()},
          {"queued_at", Time(job.has_queue_time(), job.queue_time())},
          {"started_at", Time(job.has_start_time(), job.start_time())},
          {"finished_at", Time(job.has_end_time(), job.end_time())},
          {"runner", OrNull(job.runner())},
          {"phases", std::move(phases)},
          {"log", LogJson(job.log())}};
}

}  // namespace

int64_t LastNumber(absl::string_view name) {
  int64_t number = 0;
  return absl::SimpleAtoi(name.substr(name.rfind('/') + 1), &number) ? number : 0;
}

std::string LogId(absl::string_view log_name) {
  if (!absl::ConsumePrefix(&log_name, "logs/")) return "";
  return absl::StrReplaceAll(log_name, {{"-", "/"}});
}

json ToJson(const auth::v1::User& user) {
  return {{"id", LastNumber(user.name())},
          {"login", user.login()},
          {"name", user.display_name()},
          {"avatar_url", user.avatar_url()}};
}

json ToJson(const project::v1::Project& project, json latest_build) {
  return {{"id", LastNumber(project.name())}, {"repository", project.repository()},
          {"private", project.private_()},    {"url", project.url()},
          {"role", RoleText(project.role())}, {"latest_build", std::move(latest_build)}};
}

json ToJson(const project::v1::Hook& hook) {
  return {{"id", LastNumber(hook.name())},
          {"title", hook.title()},
          {"image", hook.image()},
          {"script", hook.script()},
          {"created_at", Time(hook.has_create_time(), hook.create_time())}};
}

json ToJson(const build::v1::Build& build) {
  absl::string_view project = build.name();
  project = project.substr(0, project.find("/builds/"));
  json jobs = json::array();
  for (const build::v1::Job& job : build.jobs()) jobs.push_back(JobJson(job));
  return {{"project_id", LastNumber(project)},
          {"number", build.number()},
          {"status", StateText(build.state())},
          {"ref", build.ref()},
          {"branch", Branch(build.ref())},
          {"commit", build.commit()},
          {"commit_url", build.commit_url()},
          {"message", build.message()},
          {"author", AuthorJson(build.author())},
          {"created_at", Time(build.has_create_time(), build.create_time())},
          {"started_at", Time(build.has_start_time(), build.start_time())},
          {"finished_at", Time(build.has_end_time(), build.end_time())},
          {"revision", build.revision()},
          {"jobs", std::move(jobs)}};
}

}  // namespace kozmic::gateway
