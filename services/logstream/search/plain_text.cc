#include "services/logstream/search/plain_text.h"

#include <algorithm>
#include <cstdint>

namespace kozmic {
namespace {

constexpr size_t kLongestSequence = 4096;
constexpr char kEscape = '\x1b';
constexpr char kBell = '\x07';
constexpr char kCancel = '\x18';
constexpr char kSubstitute = '\x1a';

bool IsBetween(char c, uint8_t low, uint8_t high) {
  const auto byte = static_cast<uint8_t>(c);
  return byte >= low && byte <= high;
}

bool IsCancel(char c) { return c == kCancel || c == kSubstitute; }

// The end of a control sequence whose parameters begin at `at`.
size_t SkipControlSequence(absl::string_view line, size_t at) {
  const size_t limit = std::min(line.size(), at + kLongestSequence);
  for (; at < limit; ++at) {
    if (IsCancel(line[at])) return at + 1;
    if (IsBetween(line[at], 0x20, 0x3f)) continue;
    // Its final character; anything else is not part of it.
    return IsBetween(line[at], 0x40, 0x7e) ? at + 1 : at;
  }
  return at;
}

// The end of a string whose content begins at `at`: the bell or ESC \.
size_t SkipString(absl::string_view line, size_t at) {
  const size_t limit = std::min(line.size(), at + kLongestSequence);
  for (; at < limit; ++at) {
    if (line[at] == kBell || IsCancel(line[at])) return at + 1;
    // Another sequence begins unless it is the string's end.
    if (line[at] == kEscape) return at + 1 < line.size() && line[at + 1] == '\\' ? at + 2 : at;
  }
  return at;
}

// The end of the sequence that begins with the escape at `begin`.
size_t SkipSequence(absl::string_view line, size_t begin) {
  size_t at = begin + 1;
  if (at == line.size()) return at;
  switch (line[at]) {
    case '[':
      return SkipControlSequence(line, at + 1);
    case ']':
    case 'P':
    case 'X':
    case '^':
    case '_':
      return SkipString(line, at + 1);
    default:
      const size_t limit = std::min(line.size(), at + kLongestSequence);
      while (at < limit && IsBetween(line[at], 0x20, 0x2f)) ++at;
      return at < limit && IsBetween(line[at], 0x30, 0x7e) ? at + 1 : at;
  }
}

bool IsPlain(char c) { return static_cast<uint8_t>(c) >= 0x20 ? c != '\x7f' : c == '\t'; }

}  // namespace

std::vector<TextLine> SplitLines(absl::string_view bytes) {
  std::vector<TextLine> lines;
  for (size_t begin = 0; begin < bytes.size();) {
    const size_t newline = bytes.substr(begin, kLongestLine + 1).find('\n');
    if (newline != absl::string_view::npos) {
      lines.push_back({begin, begin + newline, true});
      begin += newline + 1;
    } else {
      const size_t end = std::min(bytes.size(), begin + kLongestLine);
      lines.push_back({begin, end, false});
      begin = end;
    }
  }
  return lines;
}

std::string PlainText(absl::string_view line) {
  std::string text;
  text.reserve(line.size());
  for (size_t at = 0; at < line.size();) {
    size_t end = at;
    while (end < line.size() && IsPlain(line[end])) ++end;
    text.append(line.data() + at, end - at);
    if (end == line.size()) break;
    at = end + 1;
    if (line[end] == '\r') text += '\n';
    if (line[end] == kEscape) at = SkipSequence(line, end);
  }
  return text;
}

}  // namespace kozmic
