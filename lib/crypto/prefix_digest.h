#ifndef KOZMIC_LIB_CRYPTO_PREFIX_DIGEST_H_
#define KOZMIC_LIB_CRYPTO_PREFIX_DIGEST_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/crypto/digest.h"

namespace kozmic {

// SHA-256 of the first size() bytes of something that is seen in pieces, some perhaps twice. Not
// thread-safe.
class PrefixDigest {
 public:
  int64_t size() const { return size_; }
  // Bytes at `offset`. Those that it has already are taken to be the same; ignored when there is a
  // gap before them.
  void Add(int64_t offset, absl::string_view bytes);
  // In lower-case hexadecimal.
  std::string Hex() const { return digest_.Hex(); }

 private:
  Sha256Stream digest_;
  int64_t size_ = 0;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_CRYPTO_PREFIX_DIGEST_H_
