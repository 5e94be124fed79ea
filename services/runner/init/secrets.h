#ifndef KOZMIC_SERVICES_RUNNER_INIT_SECRETS_H_
#define KOZMIC_SERVICES_RUNNER_INIT_SECRETS_H_

#include <stdlib.h>

#include <cstddef>

#include "services/runner/init/mask.h"
#include "services/runner/init/text.h"

namespace kozmic::init {

// The project's secrets; see `secrets` in protocol.h.
struct Secrets {
  static constexpr size_t kMaxSecrets = 1000;

  Secrets() = default;
  ~Secrets() { free(text); }
  Secrets(const Secrets&) = delete;
  Secrets& operator=(const Secrets&) = delete;

  // What the variables point into, when TakeSecrets read it.
  char* text = nullptr;
  // NAME=VALUE, ended by a null pointer.
  char* variables[kMaxSecrets + 1] = {};
  size_t size = 0;
};

// `data[size]` must be NUL; the secrets point into it. Returns null, or a sentence about what is
// wrong, which never says anything of a secret.
const char* ParseSecrets(char* data, size_t size, Secrets* secrets);

// Reads the file `secrets` of the job folder, removes it, and teaches the masker. False with a
// sentence in `*problem`; then nothing of the project's may run.
bool TakeSecrets(int job_folder, Secrets* secrets, Masker* masker, Line* problem);

// Whether a secret may set the variable NAME=VALUE; see protocol.h.
bool MayBeSet(const char* variable);

}  // namespace kozmic::init

#endif  // KOZMIC_SERVICES_RUNNER_INIT_SECRETS_H_
