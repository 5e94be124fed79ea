#ifndef KOZMIC_SERVICES_PROJECT_CREDENTIALS_SSH_HOSTS_H_
#define KOZMIC_SERVICES_PROJECT_CREDENTIALS_SSH_HOSTS_H_

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/github/api.h"

namespace kozmic::project {

// By which keys a runner knows GitHub's SSH server. Where the installation's configuration does not
// say, GitHub's API is asked, whose own identity TLS proves; so a change of keys there needs no
// change here. Thread-safe.
class SshHosts {
 public:
  struct Options {
    // "ssh://git@github.com[:port]"
    std::string ssh_url;
    // Public keys ("ssh-ed25519 AAAA…") that are trusted instead of asking; empty: ask.
    std::vector<std::string> host_keys;
    // How long an answer serves.
    absl::Duration keep = absl::Hours(1);
  };

  // Both must outlive this.
  SshHosts(Options options, const github::Api& github, const Clock& clock);

  // "ssh://git@github.com/owner/name.git"
  std::string CloneUrl(absl::string_view repository) const;
  // Lines for a known_hosts file. `token` is anyone's at GitHub, or empty. `fresh`: the kept answer
  // seems to be wrong. While GitHub cannot be asked, the last answer serves; UNAVAILABLE when there
  // is none, FAILED_PRECONDITION when GitHub names no keys.
  absl::StatusOr<std::vector<std::string>> KnownHosts(const std::string& token, bool fresh);

 private:
  std::vector<std::string> Lines(const std::vector<std::string>& keys) const;

  const Options options_;
  const github::Api& github_;
  const Clock& clock_;
  absl::Mutex mutex_;
  std::vector<std::string> lines_ ABSL_GUARDED_BY(mutex_);
  absl::Time asked_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

// The name by which known_hosts knows the server of an ssh URL: "github.com", "[127.0.0.1]:2222".
std::string KnownHostName(absl::string_view ssh_url);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_CREDENTIALS_SSH_HOSTS_H_
