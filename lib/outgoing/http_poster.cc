#include "lib/outgoing/http_poster.h"

#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/outgoing/curl_call.h"
#include "lib/process/version.h"
#include "lib/status/macros.h"

namespace kozmic {
namespace {

constexpr size_t kLongestUrl = 2000;
constexpr char kSchemes[] = "http,https";

struct Url {
  bool encrypted = false;
  // An IPv6 address without its brackets.
  std::string host;
};

std::string Part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return "";
  std::string copy = text;
  curl_free(text);
  return copy;
}

absl::StatusOr<Url> ParseUrl(absl::string_view text) {
  const bool printable =
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > ' ' && c < 0x7F; });
  if (text.empty() || text.size() > kLongestUrl || !printable) {
    return absl::InvalidArgumentError(absl::StrCat(
        "A URL has 1 to ", kLongestUrl, " ASCII characters, without blanks; escape others."));
  }
  const std::unique_ptr<CURLU, void (*)(CURLU*)> url(curl_url(), curl_url_cleanup);
  const CURLUcode code =
      curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), CURLU_NON_SUPPORT_SCHEME);
  if (code != CURLUE_OK) {
    return absl::InvalidArgumentError(absl::StrCat("Not a URL: ", curl_url_strerror(code), "."));
  }
  const std::string scheme = Part(url.get(), CURLUPART_SCHEME);
  // libcurl is lenient about the number of slashes.
  const absl::string_view rest = text.substr(std::min(scheme.size(), text.size()));
  if ((scheme != "http" && scheme != "https") || !absl::StartsWith(rest, "://") ||
      absl::StartsWith(rest, ":///")) {
    return absl::InvalidArgumentError("A URL begins with https://.");
  }
  // It would be readable in the database and in lists.
  if (!Part(url.get(), CURLUPART_USER).empty() || !Part(url.get(), CURLUPART_PASSWORD).empty()) {
    return absl::InvalidArgumentError(
        "A URL must not contain a user or password: messages are signed instead.");
  }
  std::string host = Part(url.get(), CURLUPART_HOST);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  return Url{.encrypted = scheme == "https", .host = std::move(host)};
}

absl::Status CheckAddress(const AddressRules& rules, const IpAddress& address, bool encrypted) {
  if (!encrypted && !rules.IsNamed(address)) {
    return absl::FailedPreconditionError(
        "the address is refused: http:// is only for networks that the installation's settings "
        "name");
  }
  return rules.Check(address);
}

// What libcurl's callbacks share during one call.
struct Progress {
  const AddressRules& rules;
  bool encrypted;
  size_t room;
  // Of the last address that was not called.
  absl::Status refused = absl::OkStatus();
};

curl_socket_t OpenSocket(void* progress, curlsocktype, curl_sockaddr* address) {
  auto& call = *static_cast<Progress*>(progress);
  absl::StatusOr<IpAddress> ip = IpAddress::FromSocketAddress(&address->addr, address->addrlen);
  const absl::Status checked =
      ip.ok() ? CheckAddress(call.rules, *ip, call.encrypted) : ip.status();
  if (!checked.ok()) {
    call.refused = absl::FailedPreconditionError(checked.message());
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// Of headers and body.
size_t Swallow(char*, size_t size, size_t count, void* progress) {
  auto& call = *static_cast<Progress*>(progress);
  const size_t bytes = size * count;
  // Another number than was given ends the call.
  if (bytes > call.room) return CURL_WRITEFUNC_ERROR;
  call.room -= bytes;
  return bytes;
}

bool StaysInLine(absl::string_view text) {
  return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < ' '; });
}

}  // namespace

absl::Status HttpPoster::CheckUrl(absl::string_view text) const {
  KOZMIC_ASSIGN_OR_RETURN(const Url url, ParseUrl(text));
  if (!url.encrypted && !options_.rules.names_any()) {
    return absl::InvalidArgumentError("A URL begins with https://.");
  }
  const auto address = IpAddress::Parse(url.host);
  // A name.
  if (!address.ok()) return absl::OkStatus();
  const absl::Status checked = CheckAddress(options_.rules, *address, url.encrypted);
  return checked.ok() ? checked : absl::InvalidArgumentError(checked.message());
}

absl::StatusOr<int> HttpPoster::Post(const HttpPost& post) const {
  KOZMIC_ASSIGN_OR_RETURN(const Url url, ParseUrl(post.url));
  Progress progress{options_.rules, url.encrypted, options_.answer_limit};
  CurlCall call(options_.timeout);
  call.Set(CURLOPT_URL, post.url);
  call.Set(CURLOPT_PROTOCOLS_STR, kSchemes);
  call.Set(CURLOPT_FOLLOWLOCATION, 0L);
  call.Set(CURLOPT_OPENSOCKETFUNCTION, &OpenSocket);
  call.Set(CURLOPT_OPENSOCKETDATA, &progress);
  call.Set(CURLOPT_HEADERFUNCTION, &Swallow);
  call.Set(CURLOPT_HEADERDATA, &progress);
  call.Set(CURLOPT_WRITEFUNCTION, &Swallow);
  call.Set(CURLOPT_WRITEDATA, &progress);
  call.Set(CURLOPT_USERAGENT, absl::StrCat("Kozmic-CI/", kVersion));
  if (!options_.ca_file.empty()) call.Set(CURLOPT_CAINFO, options_.ca_file);
  call.AddHeader("Content-Type: application/json");
  for (const auto& [name, value] : post.headers) {
    if (!StaysInLine(name) || !StaysInLine(value)) {
      return absl::InvalidArgumentError(absl::StrCat("the header ", name, " has a line break"));
    }
    call.AddHeader(absl::StrCat(name, ": ", value));
  }
  call.Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(post.body.size()));
  call.Set(CURLOPT_POSTFIELDS, post.body.data());
  const CURLcode code = call.Perform();
  if (code == CURLE_OK) return static_cast<int>(call.Status());
  if (!progress.refused.ok()) return progress.refused;
  if (code == CURLE_WRITE_ERROR) {
    return absl::UnavailableError(
        absl::StrCat("the answer is larger than ", options_.answer_limit, " bytes"));
  }
  return absl::UnavailableError(call.Error(code));
}

}  // namespace kozmic
