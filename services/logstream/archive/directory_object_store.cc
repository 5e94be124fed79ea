#include "services/logstream/archive/directory_object_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/http/socket.h"
#include "lib/status/macros.h"

namespace kozmic {
namespace {

namespace fs = std::filesystem;
using http::UniqueFd;

constexpr char kUnfinished[] = ".unfinished";
constexpr std::chrono::hours kLeftoverAge(24);
// A new object's folder may be removed, empty, before the object is in it.
constexpr int kPlacingTries = 100;

absl::Status ErrnoError(int error, absl::string_view what) {
  const std::string message = absl::StrCat(what, ": ", std::system_category().message(error));
  switch (error) {
    case ENOENT:
      return absl::NotFoundError(message);
    case ENOSPC:
    case EDQUOT:
      return absl::ResourceExhaustedError(message);
    case EACCES:
    case EROFS:
    case ENOTDIR:
      return absl::FailedPreconditionError(message);
    default:
      return absl::UnavailableError(message);
  }
}

absl::Status CheckKey(const std::string& key) {
  for (const absl::string_view part : absl::StrSplit(key, '/')) {
    const bool plain = std::all_of(part.begin(), part.end(), [](char c) {
      return absl::ascii_islower(static_cast<unsigned char>(c)) ||
             absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-' || c == '.';
    });
    if (part.empty() || part.front() == '.' || !plain) {
      return absl::InvalidArgumentError(absl::StrCat("not a key: ", key));
    }
  }
  return absl::OkStatus();
}

absl::Status SyncFolder(const std::string& path) {
  const UniqueFd folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || fsync(folder.get()) != 0) return ErrnoError(errno, absl::StrCat("sync ", path));
  return absl::OkStatus();
}

// Moves a whole object to where it belongs.
absl::Status Place(const std::string& unfinished, const fs::path& path) {
  const fs::path folder = path.parent_path();
  for (int tries = 1;; ++tries) {
    std::error_code error;
    const bool made = fs::create_directories(folder, error);
    if (error) return ErrnoError(error.value(), absl::StrCat("make ", folder.string()));
    if (rename(unfinished.c_str(), path.c_str()) == 0) {
      KOZMIC_RETURN_IF_ERROR(SyncFolder(folder.string()));
      return made ? SyncFolder(folder.parent_path().string()) : absl::OkStatus();
    }
    if (errno != ENOENT || tries == kPlacingTries) {
      return ErrnoError(errno, absl::StrCat("rename ", unfinished));
    }
  }
}

absl::Status WriteAll(int fd, absl::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return ErrnoError(errno, absl::StrCat("write ", path));
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status DirectoryObjectStore::Prepare() {
  const fs::path unfinished = fs::path(folder_) / kUnfinished;
  std::error_code error;
  fs::create_directories(unfinished, error);
  if (error || access(unfinished.c_str(), W_OK | X_OK) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(folder_, " cannot be written to: ",
                     error ? error.message() : std::system_category().message(errno)));
  }
  for (fs::directory_iterator at(unfinished, error), end; !error && at != end;
       at.increment(error)) {
    std::error_code gone;
    const auto age = fs::file_time_type::clock::now() - at->last_write_time(gone);
    if (!gone && age > kLeftoverAge) fs::remove(at->path(), gone);
  }
  return absl::OkStatus();
}

absl::Status DirectoryObjectStore::Write(const std::string& key,
                                         const std::function<absl::Status(const Sink&)>& source) {
  KOZMIC_RETURN_IF_ERROR(CheckKey(key));
  // Replicas that write the same do not meet in one file.
  std::string unfinished = (fs::path(folder_) / kUnfinished / "XXXXXX").string();
  const UniqueFd file(mkostemp(unfinished.data(), O_CLOEXEC));
  if (!file) return ErrnoError(errno, absl::StrCat("create ", unfinished));
  absl::Status status =
      source([&](absl::string_view bytes) { return WriteAll(file.get(), bytes, unfinished); });
  if (status.ok() && fsync(file.get()) != 0) status = ErrnoError(errno, "sync " + unfinished);
  if (status.ok()) status = Place(unfinished, fs::path(folder_) / key);
  if (!status.ok()) unlink(unfinished.c_str());
  return status;
}

absl::StatusOr<std::string> DirectoryObjectStore::Read(const std::string& key, int64_t offset,
                                                       size_t size) {
  KOZMIC_RETURN_IF_ERROR(CheckKey(key));
  const std::string path = (fs::path(folder_) / key).string();
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return ErrnoError(errno, path);
  std::string bytes(size, '\0');
  for (size_t done = 0; done < size;) {
    const ssize_t got =
        pread(file.get(), bytes.data() + done, size - done, offset + static_cast<int64_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ErrnoError(errno, absl::StrCat("read ", path));
    if (got == 0) return absl::DataLossError(absl::StrCat(path, " is cut short"));
    done += static_cast<size_t>(got);
  }
  return bytes;
}

absl::StatusOr<int64_t> DirectoryObjectStore::Size(const std::string& key) {
  KOZMIC_RETURN_IF_ERROR(CheckKey(key));
  const std::string path = (fs::path(folder_) / key).string();
  struct stat status;
  if (lstat(path.c_str(), &status) != 0) return ErrnoError(errno, path);
  return int64_t{status.st_size};
}

absl::Status DirectoryObjectStore::Remove(const std::string& key) {
  KOZMIC_RETURN_IF_ERROR(CheckKey(key));
  const std::string path = (fs::path(folder_) / key).string();
  if (unlink(path.c_str()) != 0 && errno != ENOENT && errno != ENOTDIR) {
    return ErrnoError(errno, absl::StrCat("remove ", path));
  }
  // Its folder too, once that is empty.
  rmdir(fs::path(path).parent_path().c_str());
  return absl::OkStatus();
}

}  // namespace kozmic
