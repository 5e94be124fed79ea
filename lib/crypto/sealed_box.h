#ifndef KOZMIC_LIB_CRYPTO_SEALED_BOX_H_
#define KOZMIC_LIB_CRYPTO_SEALED_BOX_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/base/random.h"

namespace kozmic {

// The installation's secret keys: the one that seals, and those that it has replaced and that may
// still open what they sealed.
struct SecretKeys {
  std::string current = {};
  std::vector<std::string> previous = {};
};

// Encrypts what must not lie in the database in the clear: AES-256-GCM under a key derived from the
// installation's secret key. A sealed value is bound to its purpose ("hook_secret") and place
// ("hooks/7"): it opens nowhere else. Thread-safe when `random` is.
//
// Format: "k2:" id ":" base64(nonce 12 bytes, ciphertext, tag 16 bytes). The id tells which secret
// key sealed the value: the first 8 hexadecimal digits of SHA-256("kozmic secret key id:" key).
// "k1:" base64(…) was written before keys had ids, and still opens.
//
// To rotate: configure a new key and the old one as a previous key, seal again whatever is not
// current, then drop the old one.
class SealedBox {
 public:
  // `random` must outlive this.
  SealedBox(const SecretKeys& keys, absl::string_view purpose, Random& random);
  // Of an installation that has not replaced its key.
  SealedBox(absl::string_view secret_key, absl::string_view purpose, Random& random);

  std::string Seal(absl::string_view plain, absl::string_view place) const;
  // DATA_LOSS when the value was not sealed here, for this place, under one of these keys.
  absl::StatusOr<std::string> Open(absl::string_view sealed, absl::string_view place) const;

  // Whether a value that opens would still open with the current key alone, in today's format;
  // else it is to be sealed again.
  bool IsCurrent(absl::string_view sealed) const;

 private:
  struct Key {
    std::string id;
    std::string key;
  };

  // The current one first.
  std::vector<Key> keys_;
  Random& random_;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_CRYPTO_SEALED_BOX_H_
