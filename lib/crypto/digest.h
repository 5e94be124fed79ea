#ifndef KOZMIC_LIB_CRYPTO_DIGEST_H_
#define KOZMIC_LIB_CRYPTO_DIGEST_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"

namespace kozmic {

// SHA-256 of `data`: 32 raw bytes.
std::string Sha256(absl::string_view data);
// The same as 64 lower-case hexadecimal characters.
std::string Sha256Hex(absl::string_view data);
// HMAC-SHA-256: 32 raw bytes.
std::string HmacSha256(absl::string_view key, absl::string_view data);
// Compares in a time that depends only on the lengths.
bool ConstantTimeEquals(absl::string_view a, absl::string_view b);

// SHA-256 of data that comes in pieces. Not thread-safe.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(Sha256Stream&&) noexcept;
  Sha256Stream& operator=(Sha256Stream&&) noexcept;

  void Update(absl::string_view data);
  // Of everything so far, in hexadecimal; more may follow.
  std::string Hex() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_CRYPTO_DIGEST_H_
