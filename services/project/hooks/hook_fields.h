#ifndef KOZMIC_SERVICES_PROJECT_HOOKS_HOOK_FIELDS_H_
#define KOZMIC_SERVICES_PROJECT_HOOKS_HOOK_FIELDS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/history/change.h"
#include "services/project/hooks/hook_services.h"

namespace kozmic::project {

// What a hook builds for: bits, which are stored.
enum Trigger : unsigned {
  kOnPush = 1,
  kOnPullRequest = 2,
  kOnTag = 4,
  kOnAnything = kOnPush | kOnPullRequest | kOnTag,
};

inline constexpr int kDefaultTimeoutSeconds = 3600;
inline constexpr int kDefaultStallTimeoutSeconds = 900;

// What a user fills in about a hook.
struct HookFields {
  std::string title = {};
  std::string image = {};
  std::string script = {};
  // Empty: none.
  std::string install_script = {};
  std::vector<std::string> tracked_files = {};
  bool enabled = true;
  // Globs, of which one must match; empty: every branch.
  std::vector<std::string> branches = {};
  // Triggers.
  unsigned events = kOnPush | kOnPullRequest;
  // That a runner must have.
  std::vector<std::string> labels = {};
  int timeout_seconds = kDefaultTimeoutSeconds;
  int stall_timeout_seconds = kDefaultStallTimeoutSeconds;
  // 0: no limit.
  int max_parallel = 0;
  std::vector<HookService> services = {};

  bool operator==(const HookFields&) const = default;
};

// The fields as they are kept: title, image and globs without blanks around them, scripts' line
// ends as LF, an install script of nothing but blanks as none, tracked files normalised, labels
// each once, a timeout of 0 as the default. INVALID_ARGUMENT with the detail "field" and a sentence
// for the form: an empty field, a title above 200 characters or with control characters, an image
// that is no Docker image reference, a script above 1 MB, with NUL or with a byte order mark,
// tracked files as NormalizeTrackedFiles has it, more than 50 globs or one above 250 characters, no
// event, labels, timeouts, a limit or services that kozmic.project.v1.Hook does not allow. A script
// need not name an interpreter.
absl::StatusOr<HookFields> ValidateHook(HookFields fields);

// What the project's history shows of them, as the REST interface has it.
SettingValues ValuesOf(const HookFields& fields);

// Whether the hook builds a ref ("refs/heads/main") for such an event.
bool Wants(const HookFields& fields, Trigger trigger, absl::string_view ref);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_HOOKS_HOOK_FIELDS_H_
