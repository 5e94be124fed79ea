#include "services/auth/validate.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/status/annotate.h"

namespace kozmic::auth {
namespace {

constexpr size_t kLongestAddress = 254;
constexpr size_t kLongestLocalPart = 64;
constexpr size_t kLongestLabel = 63;
constexpr std::ptrdiff_t kLongestTokenName = 100;
constexpr size_t kLongestUserAgent = 256;
// Beside letters and digits, what an unquoted local part may have between its dots (RFC 5322,
// atext).
constexpr absl::string_view kAtomMarks = "!#$%&'*+-/=?^_`{|}~";

absl::Status Fault(absl::string_view field, absl::string_view what) {
  return WithDetail(absl::InvalidArgumentError(what), "field", field);
}

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

bool IsAtom(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(c) || absl::StrContains(kAtomMarks, c);
  });
}

bool IsLabel(absl::string_view text) {
  return !text.empty() && text.size() <= kLongestLabel && text.front() != '-' &&
         text.back() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(c) || c == '-';
         });
}

bool IsLocalPart(absl::string_view text) {
  const std::vector<absl::string_view> atoms = absl::StrSplit(text, '.');
  return text.size() <= kLongestLocalPart && std::all_of(atoms.begin(), atoms.end(), IsAtom);
}

bool IsDomain(absl::string_view text) {
  const std::vector<absl::string_view> labels = absl::StrSplit(text, '.');
  // Without a letter in its last label it is an IP address, to which no mail goes.
  return labels.size() > 1 && std::all_of(labels.begin(), labels.end(), IsLabel) &&
         std::any_of(labels.back().begin(), labels.back().end(), absl::ascii_isalpha);
}

bool IsAddress(absl::string_view text) {
  const size_t at = text.rfind('@');
  return at != absl::string_view::npos && IsLocalPart(text.substr(0, at)) &&
         IsDomain(text.substr(at + 1));
}

}  // namespace

absl::StatusOr<std::string> ValidateNotificationEmail(absl::string_view text) {
  const auto fault = [](absl::string_view what) { return Fault("notification_email", what); };
  while (absl::ConsumePrefix(&text, " ")) continue;
  while (absl::ConsumeSuffix(&text, " ")) continue;
  if (text.empty()) return std::string();
  if (text.size() > kLongestAddress) {
    return fault(absl::StrCat("An e-mail address has at most ", kLongestAddress, " characters."));
  }
  if (IsAddress(text)) return std::string(text);
  if (std::count(text.begin(), text.end(), '@') > 1) return fault("Give one e-mail address only.");
  return fault(
      "This is not an e-mail address. Give one such as ann@example.com, or leave the field empty "
      "to get no mail.");
}

absl::StatusOr<std::string> ValidateTokenName(absl::string_view text) {
  const auto fault = [](absl::string_view what) { return Fault("display_name", what); };
  text = absl::StripAsciiWhitespace(text);
  if (text.empty()) return fault("Give the token a name, to know it by later.");
  if (std::any_of(text.begin(), text.end(), absl::ascii_iscntrl)) {
    return fault("A token's name must not contain control characters.");
  }
  const std::ptrdiff_t characters =
      std::count_if(text.begin(), text.end(), [](char c) { return !IsContinuation(c); });
  if (characters > kLongestTokenName) {
    return fault(absl::StrCat("A token's name has at most ", kLongestTokenName, " characters."));
  }
  return std::string(text);
}

std::string CleanUserAgent(absl::string_view text) {
  size_t end = std::min(text.size(), kLongestUserAgent);
  while (end > 0 && end < text.size() && IsContinuation(text[end])) --end;
  std::string clean(text.substr(0, end));
  std::replace_if(clean.begin(), clean.end(), absl::ascii_iscntrl, ' ');
  return clean;
}

}  // namespace kozmic::auth
