#ifndef KOZMIC_LIB_CRYPTO_SEALED_BOX_H_
#define KOZMIC_LIB_CRYPTO_SEALED_BOX_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/base/random.h"

namespace kozmic {

// Encrypts what must not lie in the database in the clear: AES-256-GCM under a key derived from the
// installation's secret key. A sealed value is bound to its purpose ("hook_secret") and place
// ("hooks/7"): it opens nowhere else. Thread-safe when `random` is.
//
// Format: "k1:" base64(nonce 12 bytes, ciphertext, tag 16 bytes). "k1" names the key, so that keys
// can be rotated.
class SealedBox {
 public:
  // `random` must outlive this.
  SealedBox(absl::string_view secret_key, absl::string_view purpose, Random& random);

  std::string Seal(absl::string_view plain, absl::string_view place) const;
  // DATA_LOSS when the value was not sealed here, for this place, under this key.
  absl::StatusOr<std::string> Open(absl::string_view sealed, absl::string_view place) const;

 private:
  std::string key_;
  Random& random_;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_CRYPTO_SEALED_BOX_H_
