#include "lib/github/url.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace kozmic::github {
namespace {

constexpr size_t kLongestOwner = 39 + 20;  // enterprise accounts carry a suffix
constexpr size_t kLongestName = 100;

std::string PercentEncode(absl::string_view text, bool keep_slashes = false) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || c == '-' || c == '.' || c == '_' || c == '~' ||
        (keep_slashes && c == '/')) {
      encoded.push_back(c);
    } else {
      encoded.push_back('%');
      encoded.push_back(kDigits[byte >> 4]);
      encoded.push_back(kDigits[byte & 15]);
    }
  }
  return encoded;
}

bool IsNamePart(absl::string_view part, size_t longest) {
  return !part.empty() && part.size() <= longest && part != "." && part != ".." &&
         std::all_of(part.begin(), part.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
         });
}

}  // namespace

std::string EncodeParameters(const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::string encoded;
  for (const auto& [name, value] : parameters) {
    absl::StrAppend(&encoded, encoded.empty() ? "" : "&", PercentEncode(name), "=",
                    PercentEncode(value));
  }
  return encoded;
}

std::string EncodePath(absl::string_view text) {
  return PercentEncode(text, /*keep_slashes=*/true);
}

bool IsRepositoryName(absl::string_view text) {
  const size_t slash = text.find('/');
  return slash != absl::string_view::npos && IsNamePart(text.substr(0, slash), kLongestOwner) &&
         IsNamePart(text.substr(slash + 1), kLongestName);
}

absl::StatusOr<std::string> RepositoryPath(absl::string_view repository, absl::string_view below) {
  if (!IsRepositoryName(repository)) {
    return absl::InvalidArgumentError("a repository is named owner/name");
  }
  return absl::StrCat("/repos/", repository, below);
}

bool IsObjectId(absl::string_view text) {
  return (text.size() == 40 || text.size() == 64) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace kozmic::github
