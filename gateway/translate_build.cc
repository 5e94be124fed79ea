#include "gateway/translate_build.h"

#include <map>

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

}  // namespace

std::optional<build::v1::State> StateOf(absl::string_view text) {
  for (int state = build::v1::STATE_ENQUEUED; state <= build::v1::State_MAX; ++state) {
    if (StateText(static_cast<build::v1::State>(state)) == text) {
      return static_cast<build::v1::State>(state);
    }
  }
  return std::nullopt;
}

namespace {

const char* TriggerText(build::v1::Trigger trigger) {
  switch (trigger) {
    case build::v1::TRIGGER_TAG:
      return "tag";
    case build::v1::TRIGGER_PULL_REQUEST:
      return "pull_request";
    case build::v1::TRIGGER_MANUAL:
      return "manual";
    default:
      return "push";
  }
}

JsonValue GateJson(build::v1::Gate gate) {
  switch (gate) {
    case build::v1::GATE_OPEN:
      return "open";
    case build::v1::GATE_PROJECT_LIMIT:
      return "project_limit";
    case build::v1::GATE_HOOK_LIMIT:
      return "hook_limit";
    case build::v1::GATE_APPROVAL:
      return "approval";
    default:
      return nullptr;
  }
}

JsonText AuthorJson(const build::v1::Author& author) {
  if (author.display_name().empty() && author.login().empty()) return {"null"};
  return JsonObject({{"name", author.display_name()},
                     {"login", author.login()},
                     {"avatar_url", author.avatar_url()}});
}

JsonText ApprovalJson(const build::v1::Approval& approval) {
  if (!approval.needed()) return {"null"};
  return JsonObject(
      {{"approver", TextOrNull(approval.approver())},
       {"approved_at", TimeJson(approval.has_approve_time(), approval.approve_time())}});
}

// Of a job or an attempt.
template <typename Message>
JsonValue ExitCodeJson(const Message& message) {
  return message.has_exit_code() ? JsonValue(message.exit_code()) : JsonValue(nullptr);
}

JsonText PhasesJson(const google::protobuf::RepeatedPtrField<build::v1::Phase>& phases) {
  return JsonArrayOf(phases, [](const build::v1::Phase& phase) {
    return JsonObject({{"name", phase.name()},
                       {"started_at", TimeJson(phase.has_start_time(), phase.start_time())},
                       {"log_offset", phase.has_log_offset() ? JsonValue(phase.log_offset())
                                                             : JsonValue(nullptr)}});
  });
}

JsonText LogJson(const build::v1::Log& log) {
  const std::string id = LogId(log.name());
  if (id.empty()) return {"null"};
  return JsonObject({{"id", id},
                     {"size", log.size()},
                     {"sealed", log.sealed()},
                     {"sha256", TextOrNull(log.sha256())},
                     {"expired", log.expired()}});
}

JsonText JobJson(const build::v1::Job& job) {
  return JsonObject({{"number", job.number()},
                     {"title", job.title()},
                     {"image", job.image()},
                     {"status", StateText(job.state())},
                     {"reason", job.reason()},
                     {"exit_code", ExitCodeJson(job)},
                     {"attempt", job.attempt()},
                     {"queued_at", TimeJson(job.has_queue_time(), job.queue_time())},
                     {"started_at", TimeJson(job.has_start_time(), job.start_time())},
                     {"finished_at", TimeJson(job.has_end_time(), job.end_time())},
                     {"runner", TextOrNull(job.runner())},
                     {"phases", PhasesJson(job.phases())},
                     {"log", LogJson(job.log())},
                     {"hook_id", NumberOrNull(LastNumber(job.hook()))},
                     {"gate", GateJson(job.gate())},
                     {"cancelling", job.cancelling()},
                     {"labels", TextsJson(job.labels())}});
}

}  // namespace

JsonText ToJson(const build::v1::Build& build) {
  absl::string_view project = build.name();
  project = project.substr(0, project.find("/builds/"));
  const std::map<std::string, std::string> variables(build.variables().begin(),
                                                     build.variables().end());
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
                     {"trigger", TriggerText(build.trigger())},
                     {"pull_request", NumberOrNull(build.pull_request())},
                     {"fork", TextOrNull(build.fork())},
                     {"approval", ApprovalJson(build.approval())},
                     {"variables", JsonObjectOf(variables)},
                     {"creator", build.creator()},
                     {"generation", build.generation()},
                     {"trace_id", TextOrNull(build.trace_id())},
                     {"jobs", JsonArrayOf(build.jobs(), JobJson)}});
}

JsonText ToJson(const build::v1::Attempt& attempt) {
  return JsonObject({{"number", attempt.number()},
                     {"status", StateText(attempt.state())},
                     {"reason", attempt.reason()},
                     {"exit_code", ExitCodeJson(attempt)},
                     {"queued_at", TimeJson(attempt.has_queue_time(), attempt.queue_time())},
                     {"started_at", TimeJson(attempt.has_start_time(), attempt.start_time())},
                     {"finished_at", TimeJson(attempt.has_end_time(), attempt.end_time())},
                     {"runner", TextOrNull(attempt.runner())},
                     {"phases", PhasesJson(attempt.phases())},
                     {"log", LogJson(attempt.log())},
                     {"title", attempt.title()},
                     {"image", attempt.image()}});
}

JsonText ToJson(const build::v1::ExplainWaitResponse::Wait& wait) {
  return JsonObject({{"job", wait.job()},
                     {"gate", GateJson(wait.gate())},
                     {"ahead", wait.ahead()},
                     {"fitting_runners", wait.fitting_runners()},
                     {"slots", wait.slots()},
                     {"busy_slots", wait.busy_slots()},
                     {"missing_labels", TextsJson(wait.missing_labels())},
                     {"limit", wait.limit()},
                     {"sentence", wait.sentence()}});
}

absl::string_view Branch(absl::string_view ref) {
  absl::ConsumePrefix(&ref, "refs/heads/") || absl::ConsumePrefix(&ref, "refs/tags/");
  return ref;
}

std::string LogId(absl::string_view log_name) {
  if (!absl::ConsumePrefix(&log_name, "logs/")) return "";
  return absl::StrReplaceAll(log_name, {{"-", "/"}});
}

}  // namespace kozmic::gateway
