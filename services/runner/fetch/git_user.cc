#include "services/runner/fetch/git_user.h"

#include <errno.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

#include "absl/strings/str_cat.h"
#include "lib/process/child_process.h"
#include "lib/status/macros.h"

namespace kozmic::runner {
namespace {

// Walks as many files as a repository has.
constexpr absl::Duration kChownTime = absl::Minutes(2);
constexpr absl::Duration kLookTime = absl::Seconds(10);

absl::StatusOr<ChildResult> Run(const std::vector<std::string>& argv, absl::Duration timeout) {
  return RunChild(argv, {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"}, timeout, {});
}

}  // namespace

absl::StatusOr<GitUser> GitUser::Find(const std::string& name) {
  GitUser user;
  char buffer[4096];
  passwd entry = {};
  passwd* found = nullptr;
  if (getpwnam_r(name.c_str(), &entry, buffer, sizeof(buffer), &found) != 0 || found == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("git_user: there is no user ", name));
  }
  user.name_ = name;
  user.uid_ = entry.pw_uid;
  user.gid_ = entry.pw_gid;
  if (user.uid_ == geteuid()) return GitUser();
  KOZMIC_ASSIGN_OR_RETURN(const ChildResult tried, Run(user.Command({"true"}), kLookTime));
  if (tried.exit_code != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("git_user: this process may not run programs as ", name, ": ", tried.output));
  }
  return user;
}

uid_t GitUser::uid() const { return is_own() ? geteuid() : uid_; }

std::vector<std::string> GitUser::Command(const std::vector<std::string>& argv) const {
  if (is_own()) return argv;
  const std::string uid = absl::StrCat(uid_);
  std::vector<std::string> command = {"setpriv",
                                      "--reuid",
                                      uid,
                                      "--regid",
                                      absl::StrCat(gid_),
                                      "--clear-groups",
                                      "--no-new-privs",
                                      "--inh-caps=-all",
                                      "--bounding-set=-all",
                                      "--"};
  command.insert(command.end(), argv.begin(), argv.end());
  return command;
}

absl::Status GitUser::CheckMayEnter(const std::string& folder) const {
  if (is_own()) return absl::OkStatus();
  KOZMIC_ASSIGN_OR_RETURN(const ChildResult tried, Run(Command({"test", "-x", folder}), kLookTime));
  if (tried.exit_code == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("git_user: ", name_, " cannot enter ", folder,
                   "; give it and the folders above it the permission o+x (chmod o+x)"));
}

absl::Status GitUser::Admit(const std::string& folder) const {
  struct stat info;
  if (is_own()) return absl::OkStatus();
  if (stat(folder.c_str(), &info) == 0 &&
      ((info.st_mode & S_IXOTH) != 0 ||
       (chown(folder.c_str(), static_cast<uid_t>(-1), gid_) == 0 &&
        chmod(folder.c_str(), (info.st_mode & 07777) | S_IXGRP) == 0))) {
    return absl::OkStatus();
  }
  return absl::InternalError(
      absl::StrCat("let ", name_, " into ", folder, ": ", std::strerror(errno)));
}

absl::Status GitUser::Give(const std::string& folder) const {
  return Chown(absl::StrCat(uid_, ":", gid_), folder);
}

absl::Status GitUser::TakeBack(const std::string& folder) const {
  return Chown(absl::StrCat(geteuid(), ":", getegid()), folder);
}

bool GitUser::Owns(const std::string& folder) const {
  struct stat info;
  return lstat(folder.c_str(), &info) == 0 && info.st_uid == uid();
}

absl::Status GitUser::Chown(const std::string& owner, const std::string& folder) const {
  if (is_own()) return absl::OkStatus();
  KOZMIC_ASSIGN_OR_RETURN(const ChildResult changed,
                          Run({"chown", "-R", "-h", "--", owner, folder}, kChownTime));
  if (changed.exit_code == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("chown ", folder, ": ", changed.output));
}

}  // namespace kozmic::runner
