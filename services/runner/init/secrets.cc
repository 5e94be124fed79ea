#include "services/runner/init/secrets.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "services/runner/init/files.h"
#include "services/runner/init/protocol.h"

namespace kozmic::init {
namespace {

constexpr size_t kMaxFile = 4 << 20;

}  // namespace

const char* ParseSecrets(char* data, size_t size, Secrets* secrets) {
  constexpr size_t kMagicSize = sizeof(kSecretsMagic) - 1;
  if (size < kMagicSize || memcmp(data, kSecretsMagic, kMagicSize) != 0) {
    return "the secrets are of another version than kozmic-init";
  }
  if (data[size - 1] != '\0' && size > kMagicSize) return "the secrets are cut off";
  char* const end = data + size;
  for (char* variable = data + kMagicSize; variable < end; variable += strlen(variable) + 1) {
    const char* equals = strchr(variable, '=');
    if (equals == nullptr || equals == variable) return "there is a secret without a name";
    if (secrets->size == Secrets::kMaxSecrets) return "there are too many secrets";
    secrets->variables[secrets->size++] = variable;
  }
  secrets->variables[secrets->size] = nullptr;
  return nullptr;
}

bool TakeSecrets(int job_folder, Secrets* secrets, Masker* masker, Line* problem) {
  size_t size = 0;
  const bool read = ReadFile(job_folder, kSecretsFile, kMaxFile, &secrets->text, &size);
  const int read_error = errno;
  if (unlinkat(job_folder, kSecretsFile, 0) != 0 && errno != ENOENT) {
    const char* reason = strerror(errno);
    problem->Add("cannot remove the file of the secrets: ").Add(reason);
    return false;
  }
  if (!read) {
    problem->Add("cannot read the secrets: ").Add(strerror(read_error));
    return false;
  }
  if (const char* wrong = ParseSecrets(secrets->text, size, secrets); wrong != nullptr) {
    problem->Add(wrong);
    return false;
  }
  for (size_t i = 0; i < secrets->size; ++i) {
    const char* value = strchr(secrets->variables[i], '=') + 1;
    if (!masker->Add(value, strlen(value))) {
      problem->Add("there is not enough memory to mask the secrets");
      return false;
    }
  }
  return true;
}

bool MayBeSet(const char* variable) {
  return strncmp(variable, "PATH=", strlen("PATH=")) != 0 &&
         strncmp(variable, "KOZMIC", strlen("KOZMIC")) != 0;
}

}  // namespace kozmic::init
