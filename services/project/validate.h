#ifndef KOZMIC_SERVICES_PROJECT_VALIDATE_H_
#define KOZMIC_SERVICES_PROJECT_VALIDATE_H_

#include <string>

#include "absl/status/statusor.h"

namespace kozmic::project {

// What a user fills in about a hook.
struct HookFields {
  std::string title = {};
  std::string image = {};
  std::string script = {};
};

// The fields as they are kept: title and image without blanks around them, the script's line ends
// as LF. INVALID_ARGUMENT with the detail "field" and a sentence for the form: an empty field, a
// title above 200 characters or with control characters, an image that is no Docker image
// reference, a script above 1 MB, with NUL or with a byte order mark. A script need not name an
// interpreter.
absl::StatusOr<HookFields> ValidateHook(HookFields fields);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_VALIDATE_H_
