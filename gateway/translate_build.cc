#include "gateway/translate_build.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "gateway/translate.h"

namespace kozmic::gateway {
namespace {

using nlohmann::json;

constexpr size_t kLongestSummary = 200;

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
          {"sha256", TextOrNull(log.sha256())}};
}

json JobJson(const build::v1::Job& job) {
  json phases = json::array();
  for (const build::v1::Phase& phase : job.phases()) {
    phases.push_back({{"name", phase.name()},
                      {"started_at", TimeJson(phase.has_start_time(), phase.start_time())}});
  }
  return {{"number", job.number()},
          {"title", job.title()},
          {"image", job.image()},
          {"status", StateText(job.state())},
          {"reason", job.reason()},
          {"exit_code", job.has_exit_code() ? json(job.exit_code()) : json(nullptr)},
          {"attempt", job.attempt()},
          {"queued_at", TimeJson(job.has_queue_time(), job.queue_time())},
          {"started_at", TimeJson(job.has_start_time(), job.start_time())},
          {"finished_at", TimeJson(job.has_end_time(), job.end_time())},
          {"runner", TextOrNull(job.runner())},
          {"phases", std::move(phases)},
          {"log", LogJson(job.log())}};
}

absl::string_view FirstLine(absl::string_view message) {
  message = message.substr(0, message.find_first_of("\r\n"));
  size_t characters = 0;
  for (size_t i = 0; i < message.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(message[i]) & 0xc0) != 0x80;
    if (begins && ++characters > kLongestSummary) return message.substr(0, i);
  }
  return message;
}

json BuildJson(const build::v1::Build& build, absl::string_view message, json jobs) {
  absl::string_view project = build.name();
  project = project.substr(0, project.find("/builds/"));
  return {{"project_id", LastNumber(project)},
          {"number", build.number()},
          {"status", StateText(build.state())},
          {"ref", build.ref()},
          {"branch", Branch(build.ref())},
          {"commit", build.commit()},
          {"commit_url", build.commit_url()},
          {"message", std::string(message)},
          {"author", AuthorJson(build.author())},
          {"created_at", TimeJson(build.has_create_time(), build.create_time())},
          {"started_at", TimeJson(build.has_start_time(), build.start_time())},
          {"finished_at", TimeJson(build.has_end_time(), build.end_time())},
          {"revision", build.revision()},
          {"jobs", std::move(jobs)}};
}

}  // namespace

json ToJson(const build::v1::Build& build) {
  json jobs = json::array();
  for (const build::v1::Job& job : build.jobs()) jobs.push_back(JobJson(job));
  return BuildJson(build, build.message(), std::move(jobs));
}

json ToBriefJson(const build::v1::Build& build) {
  return BuildJson(build, FirstLine(build.message()), json::array());
}

std::string LogId(absl::string_view log_name) {
  if (!absl::ConsumePrefix(&log_name, "logs/")) return "";
  return absl::StrReplaceAll(log_name, {{"-", "/"}});
}

}  // namespace kozmic::gateway
