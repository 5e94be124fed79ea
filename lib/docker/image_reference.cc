#include "lib/docker/image_reference.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace kozmic::docker {
namespace {

constexpr size_t kMaxNameLength = 255;
constexpr size_t kMaxTagLength = 128;
constexpr size_t kSha256Digits = 64;
constexpr absl::string_view kDefaultRegistry = "docker.io";
// Docker takes it for the default one.
constexpr absl::string_view kLegacyRegistry = "index.docker.io";
constexpr absl::string_view kOfficialPrefix = "library/";

bool IsLowerAlnum(char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c); }

bool IsLowerHex(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isdigit(c) || (c >= 'a' && c <= 'f'); });
}

// [a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*
bool IsPathComponent(absl::string_view text) {
  size_t i = 0;
  while (true) {
    const size_t start = i;
    while (i < text.size() && IsLowerAlnum(text[i])) ++i;
    if (i == start) return false;
    if (i == text.size()) return true;
    const char separator = text[i];
    const size_t separator_start = i;
    while (i < text.size() && text[i] == separator) ++i;
    const size_t length = i - separator_start;
    const size_t longest = separator == '.' ? 1 : separator == '_' ? 2 : text.size();
    if ((separator != '.' && separator != '_' && separator != '-') || length > longest) {
      return false;
    }
  }
}

bool IsHostLabel(absl::string_view text) {
  return !text.empty() && absl::ascii_isalnum(text.front()) && absl::ascii_isalnum(text.back()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isalnum(c) || c == '-'; });
}

bool IsPort(absl::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isdigit(c); });
}

bool IsRegistry(absl::string_view text) {
  absl::string_view host = text;
  if (absl::StartsWith(text, "[")) {
    const size_t close = text.find(']');
    if (close == absl::string_view::npos || close < 3) return false;
    const absl::string_view address = text.substr(1, close - 1);
    if (!std::all_of(address.begin(), address.end(),
                     [](char c) { return absl::ascii_isxdigit(c) || c == ':'; })) {
      return false;
    }
    const absl::string_view rest = text.substr(close + 1);
    return rest.empty() || (rest.front() == ':' && IsPort(rest.substr(1)));
  }
  const size_t colon = text.find(':');
  if (colon != absl::string_view::npos) {
    host = text.substr(0, colon);
    if (!IsPort(text.substr(colon + 1))) return false;
  }
  const std::vector<absl::string_view> labels = absl::StrSplit(host, '.');
  return std::all_of(labels.begin(), labels.end(), IsHostLabel);
}

bool IsTag(absl::string_view text) {
  const auto is_word = [](char c) { return absl::ascii_isalnum(c) || c == '_'; };
  return !text.empty() && text.size() <= kMaxTagLength && is_word(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_word(c) || c == '.' || c == '-'; });
}

// Docker takes the first component for a registry only when it cannot be a user's name.
bool LooksLikeRegistry(absl::string_view component) {
  return component == "localhost" || component.find_first_of(".:[") != absl::string_view::npos ||
         std::any_of(component.begin(), component.end(),
                     [](char c) { return absl::ascii_isupper(c); });
}

// What came in may be long or unprintable, and the message reaches logs and pages.
std::string Shown(absl::string_view text) {
  constexpr size_t kShown = 80;
  std::string shown;
  for (const char c : text.substr(0, kShown)) shown += absl::ascii_isprint(c) ? c : '?';
  if (text.size() > kShown) shown += "...";
  return shown;
}

absl::Status Malformed(absl::string_view text, absl::string_view problem) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", Shown(text), "\" is not a Docker image reference: ", problem));
}

}  // namespace

std::string ImageReference::Repository() const { return absl::StrCat(registry, "/", path); }

std::string ImageReference::TagOrDigest() const {
  if (!digest.empty()) return digest;
  return tag.empty() ? "latest" : tag;
}

std::string ImageReference::ToString() const {
  std::string text = Repository();
  if (!tag.empty() || digest.empty()) absl::StrAppend(&text, ":", tag.empty() ? "latest" : tag);
  if (!digest.empty()) absl::StrAppend(&text, "@", digest);
  return text;
}

absl::StatusOr<ImageReference> ParseImageReference(absl::string_view text) {
  if (text.empty()) return Malformed(text, "it is empty");
  ImageReference reference;
  absl::string_view rest = text;

  const size_t at = rest.find('@');
  if (at != absl::string_view::npos) {
    const absl::string_view digest = rest.substr(at + 1);
    constexpr absl::string_view kAlgorithm = "sha256:";
    if (!absl::StartsWith(digest, kAlgorithm) ||
        digest.size() != kAlgorithm.size() + kSha256Digits ||
        !IsLowerHex(digest.substr(kAlgorithm.size()))) {
      return Malformed(text, "a digest is \"sha256:\" and 64 hexadecimal digits");
    }
    reference.digest = std::string(digest);
    rest = rest.substr(0, at);
  }

  // A colon before the last slash belongs to the registry's port.
  const size_t slash = rest.rfind('/');
  const size_t colon = rest.find(':', slash == absl::string_view::npos ? 0 : slash);
  if (colon != absl::string_view::npos) {
    const absl::string_view tag = rest.substr(colon + 1);
    if (!IsTag(tag)) {
      return Malformed(text,
                       "a tag is 1 to 128 letters, digits, \"_\", \".\" or \"-\", and starts with "
                       "none of \".\" and \"-\"");
    }
    reference.tag = std::string(tag);
    rest = rest.substr(0, colon);
  }

  if (rest.size() > kMaxNameLength) return Malformed(text, "its name is over 255 characters");
  const size_t first_slash = rest.find('/');
  if (first_slash != absl::string_view::npos && LooksLikeRegistry(rest.substr(0, first_slash))) {
    const absl::string_view registry = rest.substr(0, first_slash);
    if (!IsRegistry(registry)) return Malformed(text, "its registry is not host or host:port");
    reference.registry = std::string(registry == kLegacyRegistry ? kDefaultRegistry : registry);
    rest = rest.substr(first_slash + 1);
  } else {
    reference.registry = std::string(kDefaultRegistry);
  }

  const std::vector<absl::string_view> components = absl::StrSplit(rest, '/');
  if (!std::all_of(components.begin(), components.end(), IsPathComponent)) {
    return Malformed(text,
                     "its name consists of lower-case letters and digits, with single \".\", \"_\" "
                     "or \"-\" between them");
  }
  if (reference.registry == kDefaultRegistry && components.size() == 1) {
    if (rest.size() == kSha256Digits && IsLowerHex(rest)) {
      return Malformed(text, "it is an image id; name a repository");
    }
    reference.path = absl::StrCat(kOfficialPrefix, rest);
  } else {
    reference.path = std::string(rest);
  }
  return reference;
}

absl::StatusOr<std::string> ParseRegistry(absl::string_view text) {
  if (!LooksLikeRegistry(text) || !IsRegistry(text) || text.size() > kMaxNameLength) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", Shown(text),
        "\" is not a registry: write host or host:port as image names begin with it, like "
        "registry.example.com, localhost:5000 or, for Docker Hub, docker.io"));
  }
  std::string key = absl::AsciiStrToLower(text);
  return key == kLegacyRegistry ? std::string(kDefaultRegistry) : key;
}

std::string RegistryKey(const ImageReference& reference) {
  return absl::AsciiStrToLower(reference.registry);
}

}  // namespace kozmic::docker
