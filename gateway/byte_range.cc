#include "gateway/byte_range.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "gateway/text.h"

namespace kozmic::gateway {

std::optional<ByteRange> ParseRange(absl::string_view header, int64_t size) {
  constexpr absl::string_view kUnit = "bytes=";
  if (!absl::StartsWithIgnoreCase(header, kUnit)) return std::nullopt;
  header = absl::StripAsciiWhitespace(header.substr(kUnit.size()));
  const size_t dash = header.find('-');
  if (dash == absl::string_view::npos) return std::nullopt;
  const absl::string_view first = header.substr(0, dash);
  const absl::string_view last = header.substr(dash + 1);
  const std::optional<int64_t> begin = ParseNumber(first, 0);
  const std::optional<int64_t> end = ParseNumber(last, 0);
  if (first.empty()) {
    if (!end) return std::nullopt;
    return ByteRange{std::max<int64_t>(0, size - *end), size};
  }
  if (!begin || (!last.empty() && !end) || (end && *end < *begin)) return std::nullopt;
  if (*begin >= size) return ByteRange{size, size};
  return ByteRange{*begin, end ? std::min(size - 1, *end) + 1 : size};
}

}  // namespace kozmic::gateway
