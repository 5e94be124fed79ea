#ifndef KOZMIC_SERVICES_RUNNER_FETCH_SSH_ACCESS_H_
#define KOZMIC_SERVICES_RUNNER_FETCH_SSH_ACCESS_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/http/socket.h"

namespace kozmic::runner {

// A private key and known hosts, for an ssh that a git of ours runs. They are files without a name,
// in memory, that only one account can open (mode 0600, through /proc): no disk has the key. They
// are for a git that inherits them (see files()), and end with it and with this object.
class SshAccess {
 public:
  // `uid`: whose git and ssh it will be. INTERNAL when the system has no memory for the files.
  static absl::StatusOr<SshAccess> Create(absl::string_view private_key,
                                          const std::vector<std::string>& known_hosts, uid_t uid);

  // For GIT_SSH_COMMAND. Tells where the files are, not what is in them. This ssh reads no
  // configuration, uses this key and trusts these hosts alone, asks nobody, forwards nothing, and
  // gives up on a host that is silent.
  std::string Command() const;
  // For RunChild.
  std::vector<int> files() const { return {key_.get(), known_hosts_.get()}; }

 private:
  SshAccess(http::UniqueFd key, http::UniqueFd known_hosts)
      : key_(std::move(key)), known_hosts_(std::move(known_hosts)) {}

  http::UniqueFd key_;
  http::UniqueFd known_hosts_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_FETCH_SSH_ACCESS_H_
