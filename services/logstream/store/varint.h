#ifndef KOZMIC_SERVICES_LOGSTREAM_STORE_VARINT_H_
#define KOZMIC_SERVICES_LOGSTREAM_STORE_VARINT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace kozmic {

// Numbers that are not negative, as LEB128: seven bits a byte, the lowest first.
inline void PutVarint(int64_t number, std::string& text) {
  auto left = static_cast<uint64_t>(number);
  for (; left >= 0x80; left >>= 7) text += static_cast<char>(left | 0x80);
  text += static_cast<char>(left);
}

// Takes a number off the front of `text`; false when there is none.
inline bool TakeVarint(absl::string_view& text, int64_t& number) {
  uint64_t value = 0;
  for (int shift = 0; shift < 63 && !text.empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>(text.front());
    text.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) {
      number = static_cast<int64_t>(value);
      return true;
    }
  }
  return false;
}

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_STORE_VARINT_H_
