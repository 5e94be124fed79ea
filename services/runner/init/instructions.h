#ifndef KOZMIC_SERVICES_RUNNER_INIT_INSTRUCTIONS_H_
#define KOZMIC_SERVICES_RUNNER_INIT_INSTRUCTIONS_H_

#include <cstddef>

namespace kozmic::init {

// What the runner wants; see protocol.h. All texts are NUL-ended and point into the data that was
// parsed.
struct Instructions {
  static constexpr size_t kMaxEnvironment = 1000;

  const char* user = nullptr;
  const char* home = nullptr;
  const char* working_folder = nullptr;
  // Null: none.
  const char* script = nullptr;
  bool no_new_privileges = false;
  // NAME=VALUE, ended by a null pointer.
  char* environment[kMaxEnvironment + 1] = {};
  size_t environment_size = 0;
};

// `data[size]` must be NUL. Returns null, or a sentence about what is wrong.
const char* ParseInstructions(char* data, size_t size, Instructions* instructions);

}  // namespace kozmic::init

#endif  // KOZMIC_SERVICES_RUNNER_INIT_INSTRUCTIONS_H_
