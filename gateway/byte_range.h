#ifndef KOZMIC_GATEWAY_BYTE_RANGE_H_
#define KOZMIC_GATEWAY_BYTE_RANGE_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace kozmic::gateway {

// The bytes [begin, end).
struct ByteRange {
  int64_t begin = 0;
  int64_t end = 0;

  bool operator==(const ByteRange& other) const { return begin == other.begin && end == other.end; }
  int64_t size() const { return end - begin; }
};

// The part of something with `size` bytes that a Range header asks for, as RFC 9110 section 14 has
// it. Empty when it asks for nothing that there is (416). Nothing when the header is to be ignored:
// it is not there, asks for several ranges, is of another unit, or malformed.
std::optional<ByteRange> ParseRange(absl::string_view header, int64_t size);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_BYTE_RANGE_H_
