#include "services/runner/fetch/ssh_access.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/process/child_process.h"
#include "lib/status/macros.h"

namespace kozmic::runner {
namespace {

using http::UniqueFd;

absl::StatusOr<UniqueFd> FileInMemory(const char* name, absl::string_view content, uid_t uid) {
  UniqueFd fd(memfd_create(name, MFD_CLOEXEC));
  if (fd.get() < 0 || fchmod(fd.get(), 0600) != 0 ||
      (uid != geteuid() && fchown(fd.get(), uid, static_cast<gid_t>(-1)) != 0)) {
    return absl::InternalError(
        absl::StrCat("make the file for ssh's ", name, ": ", strerror(errno)));
  }
  while (!content.empty()) {
    const ssize_t written = write(fd.get(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      return absl::InternalError(absl::StrCat("write ssh's ", name, ": ", strerror(errno)));
    }
    content.remove_prefix(static_cast<size_t>(written));
  }
  return fd;
}

// Where an ssh finds a file that the git has inherited which runs it, by way of a shell: ssh closes
// all its own files but the first three.
std::string PathOf(int inherited) {
  return absl::StrCat("/proc/$PPID/fd/", kFirstInherited + inherited);
}

}  // namespace

absl::StatusOr<SshAccess> SshAccess::Create(absl::string_view private_key,
                                            const std::vector<std::string>& known_hosts,
                                            uid_t uid) {
  // ssh takes a key without its last newline for a broken one.
  const absl::string_view end = absl::EndsWith(private_key, "\n") ? "" : "\n";
  KOZMIC_ASSIGN_OR_RETURN(UniqueFd key, FileInMemory("key", absl::StrCat(private_key, end), uid));
  KOZMIC_ASSIGN_OR_RETURN(
      UniqueFd hosts,
      FileInMemory("known hosts", absl::StrCat(absl::StrJoin(known_hosts, "\n"), "\n"), uid));
  return SshAccess(std::move(key), std::move(hosts));
}

std::string SshAccess::Command() const {
  std::string command = "ssh -F none";
  for (const std::string& option : {
           absl::StrCat("IdentityFile=", PathOf(0)),
           absl::StrCat("UserKnownHostsFile=", PathOf(1)),
           std::string("GlobalKnownHostsFile=/dev/null"),
           std::string("StrictHostKeyChecking=yes"),
           std::string("UpdateHostKeys=no"),
           std::string("VerifyHostKeyDNS=no"),
           std::string("IdentitiesOnly=yes"),
           std::string("IdentityAgent=none"),
           std::string("PreferredAuthentications=publickey"),
           std::string("BatchMode=yes"),
           std::string("ClearAllForwardings=yes"),
           std::string("ForwardAgent=no"),
           std::string("ForwardX11=no"),
           std::string("PermitLocalCommand=no"),
           std::string("ControlPath=none"),
           std::string("ConnectTimeout=20"),
           std::string("ServerAliveInterval=15"),
           std::string("ServerAliveCountMax=4"),
           std::string("LogLevel=ERROR"),
       }) {
    absl::StrAppend(&command, " -o ", option);
  }
  return command;
}

}  // namespace kozmic::runner
