#include "services/runner/registration/credential_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lib/base/json.h"
#include "lib/http/socket.h"
#include "lib/status/macros.h"

namespace kozmic::runner {
namespace {

absl::Status Failed(absl::string_view what, const std::string& path) {
  return absl::FailedPreconditionError(absl::StrCat(what, " ", path, ": ", std::strerror(errno)));
}

absl::Status WriteAll(int fd, absl::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failed("write", path);
    text.remove_prefix(static_cast<size_t>(written));
  }
  return fsync(fd) == 0 ? absl::OkStatus() : Failed("write", path);
}

}  // namespace

absl::StatusOr<std::optional<StoredCredential>> ReadCredential(const std::string& path) {
  if (access(path.c_str(), F_OK) != 0 && errno == ENOENT) return std::nullopt;
  std::ifstream file(path);
  std::stringstream text;
  if (!file || !(text << file.rdbuf())) return Failed("read", path);
  const auto json = ParseJson(text.str());
  StoredCredential stored;
  const auto credential = json.ok() ? JsonText(*json, "credential") : std::nullopt;
  const auto token = json.ok() ? JsonText(*json, "token_sha256") : std::nullopt;
  const auto created = json.ok() ? JsonInteger(*json, "create_time") : std::nullopt;
  if (!credential || !token || !created) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " is not a runner's credential: remove it, and register anew"));
  }
  return StoredCredential{*credential, *token, absl::FromUnixSeconds(*created)};
}

absl::Status WriteCredential(const std::string& path, const StoredCredential& credential) {
  const std::string temporary = path + ".part";
  unlink(temporary.c_str());
  const http::UniqueFd fd(
      open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return Failed("write", temporary);
  KOZMIC_RETURN_IF_ERROR(
      WriteAll(fd.get(),
               DumpJson({{"credential", credential.credential},
                         {"token_sha256", credential.token_sha256},
                         {"create_time", absl::ToUnixSeconds(credential.create_time)}}),
               temporary));
  if (rename(temporary.c_str(), path.c_str()) != 0) return Failed("write", path);
  const http::UniqueFd folder(
      open(path.substr(0, path.rfind('/') + 1).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder && fsync(folder.get()) == 0 ? absl::OkStatus() : Failed("write", path);
}

}  // namespace kozmic::runner
