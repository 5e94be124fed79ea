#include "gateway/text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"

namespace kozmic::gateway {

bool IsUtf8(absl::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t length = lead < 0x80   ? 1
                          : lead < 0xc2 ? 0
                          : lead < 0xe0 ? 2
                          : lead < 0xf0 ? 3
                          : lead < 0xf5 ? 4
                                        : 0;
    if (length == 0 || i + length > text.size()) return false;
    uint32_t point = length == 1 ? lead : lead & (0xff >> (length + 1));
    for (size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xc0) != 0x80) return false;
      point = point << 6 | (next & 0x3f);
    }
    const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
    if (overlong || (point >= 0xd800 && point < 0xe000) || point > 0x10ffff) return false;
    i += length;
  }
  return true;
}

std::optional<int64_t> ParseNumber(absl::string_view text, int64_t least) {
  int64_t number = 0;
  const bool digits =
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return absl::ascii_isdigit(c); });
  if (text.empty() || !digits || (text.size() > 1 && text[0] == '0') ||
      !absl::SimpleAtoi(text, &number) || number < least) {
    return std::nullopt;
  }
  return number;
}

std::string SafePath(absl::string_view path) {
  // Browsers take "//host" and "/\host" for another server, and drop tabs and line breaks first.
  const bool plain = std::all_of(
      path.begin(), path.end(), [](unsigned char c) { return c > 0x20 && c != 0x7f && c != '\\'; });
  if (!plain || !absl::StartsWith(path, "/") || absl::StartsWith(path, "//") || !IsUtf8(path)) {
    return std::string(1, '/');
  }
  return std::string(path);
}

}  // namespace kozmic::gateway
