#ifndef KOZMIC_SERVICES_RUNNER_FETCH_GIT_USER_H_
#define KOZMIC_SERVICES_RUNNER_FETCH_GIT_USER_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace kozmic::runner {

// An account that git runs under, in this runner's stead: what a hostile server or repository could
// make git do reaches nothing but mirrors and the clone that is being made. Immutable.
class GitUser {
 public:
  // This process's own account.
  GitUser() = default;
  // INVALID_ARGUMENT when there is no such account, or this process may not become it.
  static absl::StatusOr<GitUser> Find(const std::string& name);

  bool is_own() const { return name_.empty(); }
  uid_t uid() const;

  // The command line that runs `argv` as the account, with no more rights than that has.
  std::vector<std::string> Command(const std::vector<std::string>& argv) const;
  // OK when the account may enter a folder. INVALID_ARGUMENT says what is to be done.
  absl::Status CheckMayEnter(const std::string& folder) const;
  // Lets it through a folder that is ours alone, without seeing what is in there.
  absl::Status Admit(const std::string& folder) const;
  // Makes a folder and everything below it the account's, or ours again. Follows no links.
  absl::Status Give(const std::string& folder) const;
  absl::Status TakeBack(const std::string& folder) const;
  // Whether a folder is the account's.
  bool Owns(const std::string& folder) const;

 private:
  absl::Status Chown(const std::string& owner, const std::string& folder) const;

  // Empty: our own, and the ids say nothing.
  std::string name_;
  uid_t uid_ = 0;
  gid_t gid_ = 0;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_FETCH_GIT_USER_H_
