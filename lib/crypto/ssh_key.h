#ifndef KOZMIC_LIB_CRYPTO_SSH_KEY_H_
#define KOZMIC_LIB_CRYPTO_SSH_KEY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/base/random.h"

namespace kozmic {

enum class SshKeyType { kEd25519, kRsa4096 };

struct SshKeyPair {
  // A line of authorized_keys without its comment: "ssh-ed25519 AAAA…".
  std::string public_key = {};
  // What `ssh -i` reads, without a passphrase. Wipe() it (wipe.h) once it is stored.
  std::string private_key = {};
  // "SHA256:…", as `ssh-keygen -l` prints it.
  std::string fingerprint = {};
};

// Makes a key pair. Ed25519 takes its randomness from `random` and less than a millisecond; its
// private half is in OpenSSH's own format and carries `comment`. RSA takes OpenSSL's randomness and
// up to a few seconds; its private half is PKCS #1 in PEM, where a comment has no place.
// INVALID_ARGUMENT: `comment` has a control character or is longer than 200 bytes.
absl::StatusOr<SshKeyPair> GenerateSshKey(SshKeyType type, absl::string_view comment,
                                          Random& random);

}  // namespace kozmic

#endif  // KOZMIC_LIB_CRYPTO_SSH_KEY_H_
