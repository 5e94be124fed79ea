#include "lib/crypto/prefix_digest.h"

#include <cstddef>

namespace kozmic {

void PrefixDigest::Add(int64_t offset, absl::string_view bytes) {
  if (offset > size_ || size_ - offset >= static_cast<int64_t>(bytes.size())) return;
  bytes.remove_prefix(static_cast<size_t>(size_ - offset));
  digest_.Update(bytes);
  size_ += static_cast<int64_t>(bytes.size());
}

}  // namespace kozmic
