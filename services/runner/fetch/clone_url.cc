#include "services/runner/fetch/clone_url.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace kozmic::runner {
namespace {

constexpr size_t kMaxUrl = 2000;
constexpr char kSsh[] = "ssh://";

// Not empty, not to be taken for an option, and nothing that a shell or ssh would read more into.
bool IsName(absl::string_view text, absl::string_view punctuation) {
  return !text.empty() && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), [punctuation](char c) {
           return absl::ascii_isalnum(c) || absl::StrContains(punctuation, c);
         });
}

bool IsPort(absl::string_view text) {
  int port = 0;
  return IsName(text, "") && absl::SimpleAtoi(text, &port) && port > 0 && port < 65536;
}

}  // namespace

bool IsSshUrl(absl::string_view url) {
  if (url.size() > kMaxUrl || !absl::ConsumePrefix(&url, kSsh)) return false;
  const size_t at = url.find('@');
  const size_t slash = url.find('/');
  if (slash == absl::string_view::npos || at > slash) return false;
  absl::string_view host = url.substr(at + 1, slash - at - 1);
  if (const size_t colon = host.find(':'); colon != absl::string_view::npos) {
    if (!IsPort(host.substr(colon + 1))) return false;
    host = host.substr(0, colon);
  }
  return IsName(url.substr(0, at), "._-") && IsName(host, ".-") && url.size() > slash + 1 &&
         IsName(url.substr(slash), "/._-~+");
}

absl::Status CheckCloneUrl(absl::string_view url, const std::vector<std::string>& prefixes,
                           bool with_key) {
  if (absl::StartsWith(url, kSsh)) {
    if (!with_key) return absl::InvalidArgumentError("the clone URL is for ssh, without a key");
    if (!IsSshUrl(url)) {
      return absl::InvalidArgumentError("the clone URL is not ssh://user@host/owner/name");
    }
  } else {
    const bool web = absl::StartsWith(url, "https://") || absl::StartsWith(url, "http://");
    const bool plain = url.size() <= kMaxUrl && std::all_of(url.begin(), url.end(), [](char c) {
                         return absl::ascii_isgraph(c) && c != '"' && c != '\\';
                       });
    if (!web || !plain) return absl::InvalidArgumentError("the clone URL is not an http(s) URL");
  }
  if (prefixes.empty()) return absl::OkStatus();
  for (absl::string_view prefix : prefixes) {
    prefix = absl::StripSuffix(prefix, "/");
    if (absl::StartsWith(url, prefix) && url.size() > prefix.size() && url[prefix.size()] == '/') {
      return absl::OkStatus();
    }
  }
  return absl::PermissionDeniedError("this runner does not fetch from the clone URL's host");
}

std::string PublicUrl(const std::string& url) {
  if (absl::StartsWith(url, kSsh)) return url;
  const size_t host = url.find("://") + 3;
  const size_t slash = url.find('/', host);
  const size_t at = url.rfind('@', slash);
  if (at == std::string::npos || at < host) return url;
  return absl::StrCat(url.substr(0, host), url.substr(at + 1));
}

}  // namespace kozmic::runner
