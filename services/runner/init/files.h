#ifndef KOZMIC_SERVICES_RUNNER_INIT_FILES_H_
#define KOZMIC_SERVICES_RUNNER_INIT_FILES_H_

#include <sys/types.h>

#include <cstddef>

#include "services/runner/init/text.h"

// Files, for kozmic-init. False means failure, with the reason in errno.
namespace kozmic::init {

// Writes all bytes, however many calls that takes.
bool WriteAll(int fd, const char* data, size_t size);

// Reads a whole file below `folder` into `*data` (malloc'ed, NUL-ended). EFBIG above `limit`.
bool ReadFile(int folder, const char* path, size_t limit, char** data, size_t* size);

// The number after `key` in a file of lines "key number"; 0 when there is none.
long NumberIn(const char* path, const char* key);

// Makes `name` in `folder` appear with its content, whole and durable.
bool WriteDurably(int folder, const char* name, const char* temporary, const char* data,
                  size_t size);

// Makes `name` in `folder` appear as an empty file, durably, in place of what is there.
bool MakeDurably(int folder, const char* name);

// Gives a folder and everything below it to a user. Follows no links. True although something in
// it vanished meanwhile.
bool GiveFolder(const char* path, uid_t uid, gid_t gid);

}  // namespace kozmic::init

#endif  // KOZMIC_SERVICES_RUNNER_INIT_FILES_H_
