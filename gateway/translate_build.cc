#include "gateway/translate_build.h"

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "gateway/translate.h"

namespace kozmic::gateway {
namespace {

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

absl::string_view Branch(absl::string_view ref) {
  absl::ConsumePrefix(&ref, "refs/heads/") || absl::ConsumePrefix(&ref, "refs/tags/");
  return ref;
}

JsonText AuthorJson(const build::v1::Author& author) {
  if (author.display_name().empty() && author.login().empty()) return {"null"};
  return JsonObject({{"name", author.display_name()},
                     {"login", author.login()},
                     {"avatar_url", author.avatar_url()}});
}

JsonText LogJson(const build::v1::Log& log) {
  const std::string id = LogId(log.name());
  if (id.empty()) return {"null"};
  return JsonObject({{"id", id},
                     {"size", log.size()},
                     {"sealed", log.sealed()},
                     {"sha256", TextOrNull(log.sha256())}});
}

JsonText JobJson(const build::v1::Job& job) {
  const JsonText phases = JsonArrayOf(job.phases(), [](const build::v1::Phase& phase) {
    return JsonObject({{"name", phase.name()},
                       {"started_at", TimeJson(phase.has_start_time(), phase.start_time())}});
  });
  return JsonObject(
      {{"number", job.number()},
       {"title", job.title()},
       {"image", job.image()},
       {"status", StateText(job.state())},
       {"reason", job.reason()},
       {"exit_code", job.has_exit_code() ? JsonValue(job.exit_code()) : JsonValue(nullptr)},
       {"attempt", job.attempt()},
       {"queued_at", TimeJson(job.has_queue_time(), job.queue_time())},
       {"started_at", TimeJson(job.has_start_time(), job.start_time())},
       {"finished_at", TimeJson(job.has_end_time(), job.end_time())},
       {"runner", TextOrNull(job.runner())},
       {"phases", phases},
       {"log", LogJson(job.log())}});
}

}  // namespace

JsonText ToJson(const build::v1::Build& build) {
  absl::string_view project = build.name();
  project = project.substr(0, project.find("/builds/"));
  return JsonObject({{"project_id", LastNumber(project)},
                     {"number", build.number()},
                     {"status", StateText(build.state())},
                     {"ref", build.ref()},
                     {"branch", Branch(build.ref())},
                     {"commit", build.commit()},
                     {"commit_url", build.commit_url()},
                     {"message", build.message()},
                     {"author", AuthorJson(build.author())},
                     {"created_at", TimeJson(build.has_create_time(), build.create_time())},
                     {"started_at", TimeJson(build.has_start_time(), build.start_time())},
                     {"finished_at", TimeJson(build.has_end_time(), build.end_time())},
                     {"revision", build.revision()},
                     {"jobs", JsonArrayOf(build.jobs(), JobJson)}});
}

std::string LogId(absl::string_view log_name) {
  if (!absl::ConsumePrefix(&log_name, "logs/")) return "";
  return absl::StrReplaceAll(log_name, {{"-", "/"}});
}

}  // namespace kozmic::gateway
