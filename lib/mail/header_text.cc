#include "lib/mail/header_text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace kozmic {
namespace {

// An encoded word has at most 75 characters: "=?utf-8?B?", base64 of so many bytes, "?=".
constexpr size_t kBytesOfWord = 45;
// Headers are written by people and kept in line by us; longer plain text is folded as words.
constexpr size_t kLongestPlain = 200;
constexpr size_t kLongestAddress = 254;

bool Continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

std::string EncodeHeaderText(absl::string_view text) {
  std::string line(text);
  for (char& c : line) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) c = ' ';
  }
  const bool plain = std::all_of(line.begin(), line.end(), [](char c) {
    return absl::ascii_isprint(static_cast<unsigned char>(c));
  });
  if (plain && line.size() <= kLongestPlain && !absl::StrContains(line, "=?")) return line;
  std::string words;
  for (size_t begin = 0; begin < line.size();) {
    size_t end = std::min(line.size(), begin + kBytesOfWord);
    // A word holds whole characters.
    while (end < line.size() && end > begin + 1 && Continues(line[end])) --end;
    absl::StrAppend(&words, words.empty() ? "" : "\r\n ", "=?utf-8?B?",
                    absl::Base64Escape(absl::string_view(line).substr(begin, end - begin)), "?=");
    begin = end;
  }
  return words;
}

bool IsMailAddress(absl::string_view address) {
  const bool plain = std::all_of(address.begin(), address.end(), [](unsigned char c) {
    return absl::ascii_isgraph(c) && !absl::StrContains("<>()[]\\,;:\"", static_cast<char>(c));
  });
  const size_t at = address.find('@');
  return plain && address.size() <= kLongestAddress && at != absl::string_view::npos && at > 0 &&
         at + 1 < address.size() && address.find('@', at + 1) == absl::string_view::npos;
}

std::string EscapeHtml(absl::string_view text) {
  return absl::StrReplaceAll(
      text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}});
}

}  // namespace kozmic
