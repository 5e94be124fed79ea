#include "services/runner/init/instructions.h"

#include <string.h>

#include "services/runner/init/protocol.h"

namespace kozmic::init {

const char* ParseInstructions(char* data, size_t size, Instructions* instructions) {
  constexpr size_t kMagicSize = sizeof(kInstructionsMagic) - 1;
  if (size < kMagicSize || memcmp(data, kInstructionsMagic, kMagicSize) != 0) {
    return "the instructions are of another version than kozmic-init";
  }
  if (data[size - 1] != '\0' && size > kMagicSize) return "the instructions are cut off";
  char* const end = data + size;
  for (char* record = data + kMagicSize; record < end; record += strlen(record) + 1) {
    char* const value = record + 1;
    switch (record[0]) {
      case 'u':
        instructions->user = value;
        break;
      case 'h':
        instructions->home = value;
        break;
      case 'w':
        instructions->working_folder = value;
        break;
      case 's':
        instructions->script = value;
        break;
      case 'n':
        instructions->no_new_privileges = true;
        break;
      case 'e': {
        const char* equals = strchr(value, '=');
        if (equals == nullptr || equals == value) {
          return "the instructions have a variable without a name";
        }
        if (instructions->environment_size == Instructions::kMaxEnvironment) {
          return "the instructions have too many variables";
        }
        instructions->environment[instructions->environment_size++] = value;
        break;
      }
      default:
        return "the instructions have a record that kozmic-init does not know";
    }
  }
  instructions->environment[instructions->environment_size] = nullptr;
  if (instructions->user == nullptr || *instructions->user == '\0' ||
      instructions->home == nullptr || instructions->home[0] != '/' ||
      instructions->working_folder == nullptr || instructions->script == nullptr) {
    return "the instructions name no user, home, folder or script";
  }
  return nullptr;
}

}  // namespace kozmic::init
