#include "services/build/validate.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"

namespace kozmic::build {
namespace {

constexpr int kMostJobs = 100;
constexpr size_t kLongestScript = 1 << 20;
constexpr size_t kLongestMessage = 128 << 10;
constexpr size_t kLongestRef = 2048;
constexpr size_t kLongestReason = 1000;
constexpr int kMostTrackedFiles = 100;
constexpr int kMostLabels = 10;
constexpr int kMostRunnerLabels = 100;
constexpr int kMostParallel = 1000;
constexpr size_t kMostVariables = 100;
constexpr size_t kLongestVariables = 64 << 10;
// 250 characters.
constexpr size_t kLongestPath = 1000;

absl::Status Refuse(absl::string_view field, absl::string_view value, absl::string_view wanted) {
  return absl::InvalidArgumentError(absl::StrCat(
      field, ": \"", absl::Utf8SafeCEscape(value.substr(0, 100)), "\" must be ", wanted));
}

// PostgreSQL's text holds no NUL.
absl::Status CheckText(absl::string_view field, absl::string_view value, size_t least,
                       size_t most) {
  if (value.size() < least || value.size() > most || value.find('\0') != absl::string_view::npos) {
    return Refuse(field, value, absl::StrCat(least, " to ", most, " bytes without NUL"));
  }
  return absl::OkStatus();
}

bool IsLabel(absl::string_view text) {
  return !text.empty() && text.size() <= 63 && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-' || c == '.' || c == '_';
  });
}

bool IsCommit(absl::string_view text) {
  return (text.size() == 40 || text.size() == 64) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isdigit(c) || (c >= 'a' && c <= 'f'); });
}

// Runners look for it in the commit's tree.
bool IsPathInRepository(absl::string_view path) {
  if (path == ".") return true;
  const std::vector<absl::string_view> parts = absl::StrSplit(path, '/');
  return std::none_of(parts.begin(), parts.end(), [](absl::string_view part) {
    return part.empty() || part == "." || part == "..";
  });
}

absl::Status CheckInstallation(const v1::JobSpec& job) {
  KOZMIC_RETURN_IF_ERROR(CheckText("jobs.install_script", job.install_script(), 0, kLongestScript));
  if (job.tracked_files_size() > kMostTrackedFiles) {
    return Refuse("jobs.tracked_files", absl::StrCat(job.tracked_files_size(), " paths"),
                  absl::StrCat("at most ", kMostTrackedFiles));
  }
  for (const std::string& path : job.tracked_files()) {
    KOZMIC_RETURN_IF_ERROR(CheckText("jobs.tracked_files", path, 1, kLongestPath));
    if (!IsPathInRepository(path)) {
      return Refuse("jobs.tracked_files", path, "a relative path without \".\" and \"..\"");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckNumber(absl::string_view field, int value, int least, int most) {
  // 0: what is usual.
  if (value == 0 || (value >= least && value <= most)) return absl::OkStatus();
  return Refuse(field, absl::StrCat(value), absl::StrCat("0, or ", least, " to ", most));
}

absl::Status CheckLabels(absl::string_view field,
                         const google::protobuf::RepeatedPtrField<std::string>& labels, int most) {
  if (labels.size() > most) {
    return Refuse(field, absl::StrCat(labels.size(), " labels"), absl::StrCat("at most ", most));
  }
  for (const std::string& label : labels) {
    if (!IsLabel(label)) {
      return Refuse(field, label, "1 to 63 of a-z, 0-9, \"-\", \".\", \"_\"");
    }
  }
  return absl::OkStatus();
}

// Given to the scripts, so they must not be ours or the shell's own business.
bool IsVariableName(absl::string_view name) {
  if (name.empty() || name.size() > 100 || absl::ascii_isdigit(name[0])) return false;
  if (name == "CI" || absl::StartsWith(name, "KOZMIC")) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return absl::ascii_isalnum(c) || c == '_'; });
}

absl::Status CheckVariables(const google::protobuf::Map<std::string, std::string>& variables) {
  size_t total = 0;
  if (variables.size() > kMostVariables) {
    return Refuse("variables", absl::StrCat(variables.size(), " variables"),
                  absl::StrCat("at most ", kMostVariables));
  }
  for (const auto& [name, value] : variables) {
    if (!IsVariableName(name)) {
      return Refuse("variables", name,
                    "a name of A-Z, a-z, 0-9 and \"_\", not beginning with a digit, and neither "
                    "\"CI\" nor beginning with \"KOZMIC\"");
    }
    KOZMIC_RETURN_IF_ERROR(CheckText("variables", value, 0, kLongestVariables));
    total += name.size() + value.size();
  }
  if (total > kLongestVariables) {
    return Refuse("variables", absl::StrCat(total, " bytes"),
                  absl::StrCat("at most ", kLongestVariables, " bytes in all"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Validate(const v1::ProjectSettings& settings) {
  return WithDetail(CheckNumber("max_parallel", settings.max_parallel(), 1, kMostParallel), "field",
                    "max_parallel");
}

absl::Status Validate(const v1::CreateBuildRequest& request) {
  KOZMIC_RETURN_IF_ERROR(CheckText("request_id", request.request_id(), 1, 4096));
  KOZMIC_RETURN_IF_ERROR(CheckText("ref", request.ref(), 1, kLongestRef));
  KOZMIC_RETURN_IF_ERROR(CheckText("message", request.message(), 0, kLongestMessage));
  KOZMIC_RETURN_IF_ERROR(CheckText("commit_url", request.commit_url(), 0, 4096));
  KOZMIC_RETURN_IF_ERROR(CheckText("repository", request.repository(), 0, 300));
  KOZMIC_RETURN_IF_ERROR(
      CheckText("author.display_name", request.author().display_name(), 0, 1000));
  KOZMIC_RETURN_IF_ERROR(CheckText("author.login", request.author().login(), 0, 1000));
  KOZMIC_RETURN_IF_ERROR(CheckText("author.avatar_url", request.author().avatar_url(), 0, 4096));
  if (!IsCommit(request.commit())) {
    return Refuse("commit", request.commit(), "40 or 64 lower-case hexadecimal characters");
  }
  if (request.jobs().empty() || request.jobs_size() > kMostJobs) {
    return Refuse("jobs", absl::StrCat(request.jobs_size(), " jobs"), "1 to 100 jobs");
  }
  if (!v1::Trigger_IsValid(request.trigger())) {
    return Refuse("trigger", absl::StrCat(request.trigger()), "a known trigger");
  }
  if (request.pull_request() < 0) {
    return Refuse("pull_request", absl::StrCat(request.pull_request()), "0 or more");
  }
  KOZMIC_RETURN_IF_ERROR(CheckText("fork", request.fork(), 0, 300));
  KOZMIC_RETURN_IF_ERROR(CheckText("creator", request.creator(), 0, 1000));
  KOZMIC_RETURN_IF_ERROR(CheckVariables(request.variables()));
  for (const v1::JobSpec& job : request.jobs()) {
    KOZMIC_RETURN_IF_ERROR(CheckLabels("jobs.labels", job.labels(), kMostLabels));
    KOZMIC_RETURN_IF_ERROR(CheckNumber("jobs.timeout_seconds", job.timeout_seconds(), 60, 604800));
    KOZMIC_RETURN_IF_ERROR(
        CheckNumber("jobs.stall_timeout_seconds", job.stall_timeout_seconds(), 10, 86400));
    KOZMIC_RETURN_IF_ERROR(CheckNumber("jobs.max_parallel", job.max_parallel(), 1, kMostParallel));
    KOZMIC_RETURN_IF_ERROR(CheckText("jobs.hook", job.hook(), 0, 200));
    KOZMIC_RETURN_IF_ERROR(CheckText("jobs.title", job.title(), 1, 1000));
    KOZMIC_RETURN_IF_ERROR(CheckText("jobs.image", job.image(), 1, 1000));
    KOZMIC_RETURN_IF_ERROR(CheckText("jobs.script", job.script(), 1, kLongestScript));
    KOZMIC_RETURN_IF_ERROR(CheckInstallation(job));
  }
  return absl::OkStatus();
}

absl::Status Validate(const runner::v1::OpenSessionRequest& request) {
  if (!IsLabel(request.runner())) {
    return Refuse("runner", request.runner(), "1 to 63 of a-z, 0-9, \"-\", \".\", \"_\"");
  }
  KOZMIC_RETURN_IF_ERROR(CheckLabels("labels", request.labels(), kMostRunnerLabels));
  if (request.slots() < 1 || request.slots() > 1000) {
    return Refuse("slots", absl::StrCat(request.slots()), "1 to 1000");
  }
  return CheckText("version", request.version(), 0, 100);
}

absl::Status Validate(const runner::v1::LeaseJobRequest& request) {
  return CheckText("request_id", request.request_id(), 1, 64);
}

absl::Status Validate(const runner::v1::FinishJobRequest& request) {
  using runner::v1::FinishJobRequest;
  if (!FinishJobRequest::Outcome_IsValid(request.outcome()) ||
      request.outcome() == FinishJobRequest::OUTCOME_UNSPECIFIED) {
    return Refuse("outcome", absl::StrCat(request.outcome()), "a known outcome");
  }
  if (request.exit_code() < 0 || request.exit_code() > 255) {
    return Refuse("exit_code", absl::StrCat(request.exit_code()), "0 to 255");
  }
  if (request.log_size() < 0) {
    return Refuse("log_size", absl::StrCat(request.log_size()), "0 or more");
  }
  const bool needs_reason = request.outcome() != FinishJobRequest::OUTCOME_EXITED;
  return CheckText("reason", request.reason(), needs_reason ? 1 : 0, kLongestReason);
}

}  // namespace kozmic::build
