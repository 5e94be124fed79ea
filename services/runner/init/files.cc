#include "services/runner/init/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kozmic::init {
namespace {

// Each level keeps a folder open.
constexpr int kMaxDepth = 400;

bool GiveBelow(int folder, uid_t uid, gid_t gid, int depth) {
  DIR* entries = fdopendir(folder);
  if (entries == nullptr) {
    close(folder);
    return false;
  }
  bool good = true;
  int problem = 0;
  while (good) {
    errno = 0;
    const dirent* entry = readdir(entries);
    if (entry == nullptr) {
      good = errno == 0;
      break;
    }
    const char* name = entry->d_name;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) continue;
    if (fchownat(folder, name, uid, gid, AT_SYMLINK_NOFOLLOW) != 0 && errno != ENOENT) {
      good = false;
      break;
    }
    if (entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN) continue;
    const int child = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (child < 0) {
      good = errno == ENOENT || errno == ENOTDIR || errno == ELOOP;
    } else if (depth == kMaxDepth) {
      close(child);
      errno = ELOOP;
      good = false;
    } else {
      good = GiveBelow(child, uid, gid, depth + 1);
    }
  }
  problem = errno;
  closedir(entries);
  errno = problem;
  return good;
}

}  // namespace

bool WriteAll(int fd, const char* data, size_t size) {
  while (size > 0) {
    const ssize_t written = write(fd, data, size);
    if (written < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    data += written;
    size -= static_cast<size_t>(written);
  }
  return true;
}

long NumberIn(const char* path, const char* key) {
  FILE* file = fopen(path, "re");
  if (file == nullptr) return 0;
  long found = 0;
  char name[64];
  long number = 0;
  while (fscanf(file, "%63s %ld", name, &number) == 2) {
    if (strcmp(name, key) == 0) found = number;
  }
  fclose(file);
  return found;
}

bool ReadFile(int folder, const char* path, size_t limit, char** data, size_t* size) {
  const int fd = openat(folder, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return false;
  struct stat info;
  char* buffer = nullptr;
  size_t used = 0;
  bool good = fstat(fd, &info) == 0;
  if (good && (!S_ISREG(info.st_mode) || static_cast<size_t>(info.st_size) > limit)) {
    errno = S_ISREG(info.st_mode) ? EFBIG : EINVAL;
    good = false;
  }
  if (good) {
    const size_t capacity = static_cast<size_t>(info.st_size);
    buffer = static_cast<char*>(malloc(capacity + 1));
    good = buffer != nullptr;
    while (good && used < capacity) {
      const ssize_t got = read(fd, buffer + used, capacity - used);
      if (got == 0) break;
      if (got < 0 && errno == EINTR) continue;
      good = got > 0;
      if (good) used += static_cast<size_t>(got);
    }
  }
  const int problem = errno;
  close(fd);
  if (!good) {
    free(buffer);
    errno = problem;
    return false;
  }
  buffer[used] = '\0';
  *data = buffer;
  *size = used;
  return true;
}

bool WriteDurably(int folder, const char* name, const char* temporary, const char* data,
                  size_t size) {
  unlinkat(folder, temporary, 0);
  const int fd =
      openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (fd < 0) return false;
  const bool written = WriteAll(fd, data, size) && fsync(fd) == 0;
  close(fd);
  return written && renameat(folder, temporary, folder, name) == 0 && fsync(folder) == 0;
}

bool MakeDurably(int folder, const char* name) {
  unlinkat(folder, name, 0);
  const int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (fd < 0) return false;
  close(fd);
  return fsync(folder) == 0;
}

bool GiveFolder(const char* path, uid_t uid, gid_t gid) {
  const int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (folder < 0) return false;
  if (fchown(folder, uid, gid) != 0) {
    close(folder);
    return false;
  }
  return GiveBelow(folder, uid, gid, 0);
}

}  // namespace kozmic::init
