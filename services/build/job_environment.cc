#include "services/build/job_environment.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "services/build/status_text.h"

namespace kozmic::build {
namespace {

std::string EventName(v1::Trigger trigger) {
  switch (trigger) {
    case v1::TRIGGER_TAG:
      return "tag";
    case v1::TRIGGER_PULL_REQUEST:
      return "pull_request";
    case v1::TRIGGER_MANUAL:
      return "manual";
    default:
      return "push";
  }
}

}  // namespace

std::map<std::string, std::string> JobEnvironment(const GrantedLease& granted,
                                                  absl::string_view public_url) {
  std::map<std::string, std::string> all = {granted.variables.begin(), granted.variables.end()};
  // The same under the name that others have for it.
  const auto set = [&all](const char* name, const char* others, const std::string& value) {
    all[name] = value;
    if (*others != '\0') all[others] = value;
  };
  absl::string_view name = granted.ref;
  if (absl::ConsumePrefix(&name, "refs/heads/")) {
    set("KOZMIC_BRANCH", "CI_COMMIT_BRANCH", std::string(name));
  } else if (absl::ConsumePrefix(&name, "refs/tags/")) {
    set("KOZMIC_TAG", "CI_COMMIT_TAG", std::string(name));
  }
  if (granted.pull_request > 0) {
    set("KOZMIC_PULL_REQUEST", "CI_COMMIT_PULL_REQUEST", absl::StrCat(granted.pull_request));
  }
  if (!granted.fork.empty()) set("KOZMIC_FORK", "", granted.fork);
  const AttemptKey& key = granted.key;
  set("KOZMIC_EVENT", "CI_PIPELINE_EVENT", EventName(granted.trigger));
  set("KOZMIC_REF", "CI_COMMIT_REF", granted.ref);
  set("KOZMIC_COMMIT", "CI_COMMIT_SHA", granted.commit);
  set("KOZMIC_REPOSITORY", "CI_REPO", granted.repository);
  set("KOZMIC_PROJECT", "CI_PROJECT_ID", absl::StrCat(key.project));
  set("KOZMIC_BUILD_NUMBER", "CI_PIPELINE_NUMBER", absl::StrCat(key.build));
  set("KOZMIC_BUILD_URL", "CI_PIPELINE_URL", BuildPage(public_url, key.project, key.build));
  set("KOZMIC_JOB", "CI_JOB_NAME", granted.title);
  all["CI_PROJECT_DIR"] = "/kozmic/src";
  const std::pair<std::string, std::string> repository =
      absl::StrSplit(granted.repository, absl::MaxSplits('/', 1));
  all["CI_REPO_OWNER"] = repository.first;
  all["CI_REPO_NAME"] = repository.second;
  return all;
}

void FillJobSpec(const GrantedLease& granted, absl::string_view public_url,
                 runner::v1::JobSpec* out) {
  out->set_project(absl::StrCat("projects/", granted.key.project));
  out->set_repository(granted.repository);
  out->set_ref(granted.ref);
  out->set_commit(granted.commit);
  out->set_title(granted.title);
  out->set_image(granted.image);
  out->set_script(granted.script);
  out->set_install_script(granted.install_script);
  out->mutable_tracked_files()->Add(granted.tracked_files.begin(), granted.tracked_files.end());
  out->set_timeout_seconds(granted.timeout_seconds);
  out->set_stall_timeout_seconds(granted.stall_timeout_seconds);
  out->set_fork(!granted.fork.empty());
  out->set_submodules(granted.submodules);
  out->set_trace_id(granted.trace_id);
  for (const v1::Service& service : granted.services) {
    runner::v1::Service& added = *out->add_services();
    added.set_name(service.name());
    added.set_image(service.image());
    *added.mutable_environment() = service.environment();
  }
  for (const auto& [name, value] : JobEnvironment(granted, public_url)) {
    (*out->mutable_environment())[name] = value;
  }
}

}  // namespace kozmic::build
