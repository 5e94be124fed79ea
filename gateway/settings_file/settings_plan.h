#ifndef KOZMIC_GATEWAY_SETTINGS_FILE_SETTINGS_PLAN_H_
#define KOZMIC_GATEWAY_SETTINGS_FILE_SETTINGS_PLAN_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/settings_file/settings_file.h"
#include "kozmic/build/v1/build.pb.h"
#include "kozmic/project/v1/project.pb.h"

namespace kozmic::gateway {

// What has to be done to a project for it to be as a file says.
struct SettingsPlan {
  enum class Action { kAdd, kChange, kRemove };

  struct HookStep {
    Action action = Action::kChange;
    // As it is to be; of one that is removed, as it is. Named unless it is added.
    project::v1::Hook hook = {};
    // Of one that is changed: what differs.
    std::vector<std::string> fields = {};
  };
  // Those to be removed first, then those to be changed, then those to be added, each in order: so
  // there is room for what comes.
  std::vector<HookStep> hooks = {};

  // Absent: they are as the file says, or it does not say.
  std::optional<build::v1::ProjectSettings> builds = {};
  std::vector<std::string> build_fields = {};

  // Sentences: what the file names and only people can give, such as a secret's value.
  std::vector<std::string> missing = {};
};

// Hooks are the same if their titles are; a file's hook that is not there is added. One that is not
// in the file stays, unless `remove`, and the file has hooks. Build settings are changed if the
// file has them. The file's hooks must be as ProjectService would keep them. FAILED_PRECONDITION
// when the project, or the file, has two hooks of a title that is in the file, or there would be
// too many.
absl::StatusOr<SettingsPlan> PlanSettings(const ProjectConfiguration& now,
                                          const ProjectConfiguration& wanted, bool remove);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_SETTINGS_FILE_SETTINGS_PLAN_H_
