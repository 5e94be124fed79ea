#ifndef KOZMIC_SERVICES_RUNNER_TESTING_SSH_SERVER_H_
#define KOZMIC_SERVICES_RUNNER_TESTING_SSH_SERVER_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace kozmic::runner {

struct SshKeyPair {
  std::string private_key;
  // "ssh-ed25519 AAAA…"
  std::string public_key;
};

// Debian's sshd on a loopback port, with a host key and authorized keys of its own. Whoever is let
// in runs commands as the test's user. Not thread-safe.
class SshServer {
 public:
  static absl::StatusOr<std::unique_ptr<SshServer>> Start();
  ~SshServer();
  SshServer(const SshServer&) = delete;
  SshServer& operator=(const SshServer&) = delete;

  // By ssh-keygen. `type`: "ed25519", "rsa".
  SshKeyPair MakeKey(const std::string& type = "ed25519", const std::string& passphrase = "");
  // From now on that key alone is let in.
  void Allow(const SshKeyPair& key);
  void AllowNobody();

  // While held, sessions that were let in do not begin their command.
  void HoldSessions(bool held);
  // Until a session waits so.
  bool WaitForHeldSession(absl::Duration patience);

  // Of a repository at an absolute path.
  std::string UrlOf(const std::string& path) const;
  // A line of a known_hosts file with the server's key, or another.
  std::string KnownHost() const { return KnownHost(host_key_); }
  std::string KnownHost(const SshKeyPair& key) const;
  // From now on it cannot be reached.
  void Stop();

 private:
  SshServer() = default;
  bool Launch();

  std::string folder_;
  SshKeyPair host_key_;
  int port_ = 0;
  int keys_ = 0;
  pid_t pid_ = -1;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_TESTING_SSH_SERVER_H_
