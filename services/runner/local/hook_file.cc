#include "services/runner/local/hook_file.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/docker/network_alias.h"
#include "services/build/job_environment.h"
#include "yaml-cpp/yaml.h"

namespace kozmic::runner {
namespace {

using build::GrantedLease;

// As BuildService has them for jobs that say nothing.
constexpr int kTimeoutSeconds = 3600;
constexpr int kStallTimeoutSeconds = 900;

absl::Status Fault(absl::string_view key, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("hook file: ", key, ": ", what));
}

// Throws YAML::Exception.
std::vector<build::v1::Service> ReadServices(const YAML::Node& list) {
  std::vector<build::v1::Service> services;
  for (const YAML::Node& entry : list) {
    build::v1::Service& service = services.emplace_back();
    service.set_name(entry["name"].as<std::string>());
    service.set_image(entry["image"].as<std::string>());
    if (!entry["environment"].IsDefined()) continue;
    for (const auto& variable : entry["environment"]) {
      (*service.mutable_environment())[variable.first.as<std::string>()] =
          variable.second.as<std::string>();
    }
  }
  return services;
}

// Throws YAML::Exception.
absl::Status Read(const YAML::Node& node, GrantedLease& spec) {
  if (!node.IsMap()) return absl::InvalidArgumentError("hook file: not a mapping of settings");
  const std::map<std::string, std::function<void(const YAML::Node&)>> keys = {
      {"title", [&](const YAML::Node& value) { spec.title = value.as<std::string>(); }},
      {"image", [&](const YAML::Node& value) { spec.image = value.as<std::string>(); }},
      {"script", [&](const YAML::Node& value) { spec.script = value.as<std::string>(); }},
      {"install_script",
       [&](const YAML::Node& value) { spec.install_script = value.as<std::string>(); }},
      {"tracked_files",
       [&](const YAML::Node& value) { spec.tracked_files = value.as<std::vector<std::string>>(); }},
      {"services", [&](const YAML::Node& value) { spec.services = ReadServices(value); }},
      {"timeout_seconds", [&](const YAML::Node& value) { spec.timeout_seconds = value.as<int>(); }},
      {"stall_timeout_seconds",
       [&](const YAML::Node& value) { spec.stall_timeout_seconds = value.as<int>(); }},
      {"environment",
       [&](const YAML::Node& value) {
         spec.variables = value.as<std::map<std::string, std::string>>();
       }},
  };
  for (const auto& setting : node) {
    const auto key = setting.first.as<std::string>();
    const auto found = keys.find(key);
    if (found == keys.end()) return Fault(key, "is no setting of a hook that is known here");
    try {
      found->second(setting.second);
    } catch (const YAML::Exception& error) {
      return Fault(key, error.what());
    }
  }
  if (spec.image.empty()) return Fault("image", "is missing");
  if (spec.script.empty()) return Fault("script", "is missing");
  for (const build::v1::Service& service : spec.services) {
    if (!docker::IsNetworkAlias(service.name())) {
      return Fault("services", absl::StrCat("\"", service.name(), "\" is no host name"));
    }
  }
  if (spec.timeout_seconds <= 0) return Fault("timeout_seconds", "must be at least 1");
  if (spec.stall_timeout_seconds <= 0) return Fault("stall_timeout_seconds", "must be at least 1");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::JobSpec> ReadHookFile(const std::string& yaml, const LocalCommit& commit) {
  GrantedLease spec;
  // No server's: what is kept of install scripts does not count for one of its projects.
  spec.key = {.project = 0, .build = 1, .job = 1, .attempt = 1};
  spec.repository = commit.repository;
  spec.ref = commit.ref;
  spec.commit = commit.commit;
  spec.trigger = build::v1::TRIGGER_MANUAL;
  spec.timeout_seconds = kTimeoutSeconds;
  spec.stall_timeout_seconds = kStallTimeoutSeconds;
  try {
    if (const absl::Status status = Read(YAML::Load(yaml), spec); !status.ok()) return status;
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("hook file: ", error.what()));
  }
  if (spec.title.empty()) spec.title = spec.image;
  v1::JobSpec out;
  build::FillJobSpec(spec, "", &out);
  // Nobody serves a page of it.
  for (const char* name : {"KOZMIC_BUILD_URL", "CI_PIPELINE_URL"}) {
    out.mutable_environment()->erase(name);
  }
  return out;
}

}  // namespace kozmic::runner
