#ifndef KOZMIC_GATEWAY_SETTINGS_FILE_SETTINGS_FILE_H_
#define KOZMIC_GATEWAY_SETTINGS_FILE_SETTINGS_FILE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kozmic/build/v1/build.pb.h"
#include "kozmic/project/v1/project.pb.h"
#include "nlohmann/json.hpp"

namespace kozmic::gateway {

// What a project has been set to, as it goes into a file that people keep and read. Nothing in it
// is secret.
struct ProjectConfiguration {
  // Their names do not go into files: a hook is known by its title. Absent: the file does not say.
  std::optional<std::vector<project::v1::Hook>> hooks = {};
  // Absent: the file does not say.
  std::optional<build::v1::ProjectSettings> builds = {};
  // Names.
  std::vector<std::string> secrets = {};
  struct Registry {
    std::string registry = {};
    std::string username = {};
  };
  std::vector<Registry> registries = {};
  // Addresses up to their path, which is a secret at many receivers.
  std::vector<std::string> notifications = {};
};

// YAML, the same for the same settings, so that differences of two files are differences of
// settings. What a hook does not use is left out. `repository` is named in a remark.
std::string WriteSettingsFile(absl::string_view repository,
                              const ProjectConfiguration& configuration);

// Of a file that is applied: the parser keeps all of what stands in brackets until it ends, at 250
// bytes for one. Scripts of a project may be 8 MB together, which nobody writes by hand.
inline constexpr size_t kLargestSettingsFile = 512 << 10;

// Of a project: GitHub's limit.
inline constexpr size_t kMostHooks = 20;

// INVALID_ARGUMENT says where in the file what is wrong: not UTF-8, bad YAML, a key that is not
// known, a value of another kind, more hooks than a project may have. What is in a hook is for
// ProjectService to check.
absl::StatusOr<ProjectConfiguration> ReadSettingsFile(absl::string_view text);

// A hook as files have it, all of its fields in it.
nlohmann::ordered_json HookFieldsJson(const project::v1::Hook& hook);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_SETTINGS_FILE_SETTINGS_FILE_H_
