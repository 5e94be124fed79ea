#ifndef KOZMIC_SERVICES_RUNNER_FETCH_SSH_ACCESS_H_
#define KOZMIC_SERVICES_RUNNER_FETCH_SSH_ACCESS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/http/socket.h"

namespace kozmic::runner {

// A private key and known hosts, for an ssh that this process's children run, for as long as this
// object lives. They are files without a name, in memory, that only this user can open (mode 0600,
// through /proc): no disk has the key, and whatever ends this process ends them.
class SshAccess {
 public:
  // INTERNAL when the system has no memory for the files.
  static absl::StatusOr<SshAccess> Create(absl::string_view private_key,
                                          const std::vector<std::string>& known_hosts);

  // For GIT_SSH_COMMAND. Tells where the files are, not what is in them. This ssh reads no
  // configuration, uses this key and trusts these hosts alone, asks nobody, forwards nothing, and
  // gives up on a host that is silent.
  std::string Command() const;

 private:
  SshAccess(http::UniqueFd key, http::UniqueFd known_hosts)
      : key_(std::move(key)), known_hosts_(std::move(known_hosts)) {}

  http::UniqueFd key_;
  http::UniqueFd known_hosts_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_FETCH_SSH_ACCESS_H_
