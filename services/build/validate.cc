#include "services/build/validate.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "lib/base/trace_context.h"
#include "lib/docker/network_alias.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/build/registration/runner_credential.h"

namespace kozmic::build {
namespace {

constexpr int kMostJobs = 100;
constexpr int kMostBuilds = 256;
constexpr int kMostJobsTogether = 1000;
constexpr size_t kLongestScript = 1 << 20;
constexpr size_t kLongestMessage = 128 << 10;
constexpr size_t kLongestRef = 2048;
constexpr size_t kLongestReason = 1000;
// Of credentials, which are shorter.
constexpr size_t kLongestToken = 200;
constexpr int kMostTrackedFiles = 100;
constexpr int kMostLabels = 10;
constexpr int kMostServices = 5;
constexpr size_t kMostServiceVariables = 50;
constexpr size_t kLongestServiceVariables = 16 << 10;
constexpr int kMostRunnerLabels = 100;
constexpr int kMostLogDays = 36'500;
constexpr int kMostLogBuilds = 10'000'000;
constexpr int kMostLogFailures = 10'000;
constexpr int kMostParallel = 1000;
constexpr size_t kMostVariables = 100;
constexpr size_t kLongestVariables = 64 << 10;
constexpr size_t kLongestRegistry = 300;
constexpr size_t kLongestInputs = 256 << 10;
constexpr int kMostInstalls = 1000;
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

absl::Status CheckRunnerName(absl::string_view name) {
  if (IsRunnerName(name)) return absl::OkStatus();
  return Refuse("runner", name, "1 to 63 of a-z, 0-9, \"-\", \".\", \"_\"");
}

// 64 hexadecimal digits.
bool IsSha256(absl::string_view text) { return text.size() == 64 && IsCommit(text); }

absl::Status CheckDigest(absl::string_view field, absl::string_view value) {
  absl::string_view digits = value;
  if (absl::ConsumePrefix(&digits, "sha256:") && IsSha256(digits)) return absl::OkStatus();
  return Refuse(field, value, "sha256:<64 hexadecimal digits>");
}

// Runners look for it in the commit's tree.
bool IsPathInRepository(absl::string_view path) {
  if (path == ".") return true;
  const std::vector<absl::string_view> parts = absl::StrSplit(path, '/');
  if (absl::EqualsIgnoreCase(parts.front(), ".git")) return false;
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
      return Refuse("jobs.tracked_files", path,
                    "a relative path without \".\" and \"..\", and not git's own");
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

// Services' own affair, but for what no container can be given.
absl::Status CheckServiceEnvironment(
    const google::protobuf::Map<std::string, std::string>& environment) {
  size_t total = 0;
  if (environment.size() > kMostServiceVariables) {
    return Refuse("jobs.services.environment", absl::StrCat(environment.size(), " variables"),
                  absl::StrCat("at most ", kMostServiceVariables));
  }
  for (const auto& [name, value] : environment) {
    KOZMIC_RETURN_IF_ERROR(CheckText("jobs.services.environment", name, 1, 100));
    if (absl::StrContains(name, '=')) {
      return Refuse("jobs.services.environment", name, "a name without \"=\"");
    }
    KOZMIC_RETURN_IF_ERROR(
        CheckText("jobs.services.environment", value, 0, kLongestServiceVariables));
    total += name.size() + value.size();
  }
  if (total > kLongestServiceVariables) {
    return Refuse("jobs.services.environment", absl::StrCat(total, " bytes"),
                  absl::StrCat("at most ", kLongestServiceVariables, " bytes in all"));
  }
  return absl::OkStatus();
}

absl::Status CheckServices(const v1::JobSpec& job) {
  if (job.services_size() > kMostServices) {
    return Refuse("jobs.services", absl::StrCat(job.services_size(), " services"),
                  absl::StrCat("at most ", kMostServices));
  }
  std::set<std::string> names;
  for (const v1::Service& service : job.services()) {
    const bool reserved = service.name() == "localhost" || service.name() == "kozmic";
    if (!docker::IsNetworkAlias(service.name()) || reserved) {
      return Refuse("jobs.services.name", service.name(),
                    "1 to 63 of a-z, 0-9 and \"-\", beginning with a letter and not ending with "
                    "\"-\", and neither \"localhost\" nor \"kozmic\"");
    }
    if (!names.insert(service.name()).second) {
      return Refuse("jobs.services.name", service.name(), "a name that no other service has");
    }
    KOZMIC_RETURN_IF_ERROR(CheckText("jobs.services.image", service.image(), 1, 1000));
    KOZMIC_RETURN_IF_ERROR(CheckServiceEnvironment(service.environment()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Validate(const v1::BatchCreateBuildsRequest& request) {
  const int builds = request.requests_size();
  if (builds < 1 || builds > kMostBuilds) {
    return Refuse("requests", absl::StrCat(builds, " builds"), "1 to 256 builds");
  }
  int jobs = 0;
  for (const v1::CreateBuildRequest& build : request.requests()) jobs += build.jobs_size();
  if (builds > 1 && jobs > kMostJobsTogether) {
    return Refuse("requests", absl::StrCat(jobs, " jobs"), "at most 1,000 jobs together");
  }
  return absl::OkStatus();
}

absl::Status Validate(const v1::ProjectSettings& settings) {
  const auto check = [](const char* field, int number, int most) {
    return WithDetail(CheckNumber(field, number, 1, most), "field", field);
  };
  KOZMIC_RETURN_IF_ERROR(check("max_parallel", settings.max_parallel(), kMostParallel));
  KOZMIC_RETURN_IF_ERROR(check("log_days", settings.log_days(), kMostLogDays));
  KOZMIC_RETURN_IF_ERROR(check("log_builds", settings.log_builds(), kMostLogBuilds));
  return check("log_failures", settings.log_failures(), kMostLogFailures);
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
  if (!request.trace_id().empty() && !IsTraceId(request.trace_id())) {
    return Refuse("trace_id", request.trace_id(), "32 hexadecimal digits, or none");
  }
  if (request.pull_request() < 0) {
    return Refuse("pull_request", absl::StrCat(request.pull_request()), "0 or more");
  }
  if (request.event_seconds() < 0) {
    return Refuse("event_seconds", absl::StrCat(request.event_seconds()), "0 or more");
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
    KOZMIC_RETURN_IF_ERROR(CheckServices(job));
  }
  return absl::OkStatus();
}

bool IsRunnerName(absl::string_view name) { return IsLabel(name); }

absl::Status Validate(const runner::v1::RegisterRunnerRequest& request) {
  if (!absl::StartsWith(request.token(), kRegistrationPrefix) ||
      request.token().size() > kLongestToken) {
    return absl::InvalidArgumentError("token: not a registration token, which begins with kzj_");
  }
  KOZMIC_RETURN_IF_ERROR(CheckRunnerName(request.runner()));
  if (IsSha256(request.credential_sha256())) return absl::OkStatus();
  return Refuse("credential_sha256", request.credential_sha256(), "64 hexadecimal digits");
}

absl::Status Validate(const runner::v1::RotateCredentialRequest& request) {
  if (IsSha256(request.credential_sha256())) return absl::OkStatus();
  return Refuse("credential_sha256", request.credential_sha256(), "64 hexadecimal digits");
}

absl::Status ValidateRunnerLabels(const google::protobuf::RepeatedPtrField<std::string>& labels) {
  return CheckLabels("labels", labels, kMostRunnerLabels);
}

absl::Status Validate(const runner::v1::OpenSessionRequest& request) {
  KOZMIC_RETURN_IF_ERROR(CheckRunnerName(request.runner()));
  KOZMIC_RETURN_IF_ERROR(ValidateRunnerLabels(request.labels()));
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
  if (!request.log_sha256().empty() && !IsSha256(request.log_sha256())) {
    return Refuse("log_sha256", request.log_sha256(), "64 hexadecimal digits");
  }
  const bool needs_reason = request.outcome() != FinishJobRequest::OUTCOME_EXITED;
  return CheckText("reason", request.reason(), needs_reason ? 1 : 0, kLongestReason);
}

absl::Status Validate(const runner::v1::ClaimInstallRequest& request) {
  KOZMIC_RETURN_IF_ERROR(CheckText("registry", request.registry(), 1, kLongestRegistry));
  if (!IsSha256(request.cache_id())) {
    return Refuse("cache_id", request.cache_id(), "64 hexadecimal digits");
  }
  return request.missing_digest().empty() ? absl::OkStatus()
                                          : CheckDigest("missing_digest", request.missing_digest());
}

absl::Status Validate(const runner::v1::RenewInstallsRequest& request) {
  if (request.claims_size() <= kMostInstalls) return absl::OkStatus();
  return Refuse("claims", absl::StrCat(request.claims_size()),
                absl::StrCat("at most ", kMostInstalls));
}

absl::Status Validate(const runner::v1::FinishInstallRequest& request) {
  if (!request.has_image()) return absl::OkStatus();
  KOZMIC_RETURN_IF_ERROR(CheckDigest("image.digest", request.image().digest()));
  if (request.kept() < 1 || request.kept() > 1000) {
    return Refuse("kept", absl::StrCat(request.kept()), "1 to 1000");
  }
  return CheckText("image.inputs", request.image().inputs(), 0, kLongestInputs);
}

absl::Status Validate(const runner::v1::TidyInstallsRequest& request) {
  KOZMIC_RETURN_IF_ERROR(CheckText("registry", request.registry(), 0, kLongestRegistry));
  if (request.projects_size() > kMostInstalls || request.removed_size() > kMostInstalls) {
    return Refuse("projects", absl::StrCat(request.projects_size(), ", ", request.removed_size()),
                  absl::StrCat("at most ", kMostInstalls, ", as must be `removed`"));
  }
  for (const runner::v1::InstallRemoval& removal : request.removed()) {
    KOZMIC_RETURN_IF_ERROR(CheckDigest("removed.digest", removal.digest()));
  }
  return absl::OkStatus();
}

}  // namespace kozmic::build
