#include "lib/docker/registry_client.h"

#include <algorithm>
#include <cstddef>
#include <map>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "lib/docker/docker_json.h"
#include "lib/docker/engine_http.h"
#include "lib/outgoing/curl_call.h"
#include "lib/process/version.h"
#include "lib/status/macros.h"
#include "nlohmann/json.hpp"

namespace kozmic::docker {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(20);
constexpr size_t kMostBody = 64 << 10;
constexpr char kChallenge[] = "www-authenticate:";

struct Received {
  std::string challenge;
  std::string body;
};

size_t TakeHeader(char* data, size_t size, size_t count, void* received) {
  absl::string_view line(data, size * count);
  if (absl::StartsWithIgnoreCase(line, kChallenge)) {
    line.remove_prefix(sizeof(kChallenge) - 1);
    static_cast<Received*>(received)->challenge = std::string(absl::StripAsciiWhitespace(line));
  }
  return size * count;
}

size_t TakeBody(char* data, size_t size, size_t count, void* received) {
  std::string& body = static_cast<Received*>(received)->body;
  body.append(data, std::min(size * count, kMostBody - body.size()));
  return size * count;
}

// `realm="https://…",service="…"`.
std::map<std::string, std::string> Parameters(absl::string_view text) {
  std::map<std::string, std::string> parameters;
  while (!text.empty()) {
    const size_t equals = text.find('=');
    if (equals == absl::string_view::npos) break;
    const std::string name =
        absl::AsciiStrToLower(absl::StripAsciiWhitespace(text.substr(0, equals)));
    text.remove_prefix(equals + 1);
    const bool quoted = absl::ConsumePrefix(&text, "\"");
    const size_t end = std::min(text.find(quoted ? '"' : ','), text.size());
    parameters[name] = std::string(text.substr(0, end));
    text.remove_prefix(end);
    text.remove_prefix(std::min(
        text.find(',') == absl::string_view::npos ? text.size() : text.find(',') + 1, text.size()));
  }
  return parameters;
}

bool IsLoopback(absl::string_view host) {
  return absl::StartsWith(host, "127.") || host == "localhost" ||
         absl::StartsWith(host, "localhost:") || absl::StartsWith(host, "[::1]");
}

}  // namespace

std::string RegistryClient::Origin() const {
  return absl::StrCat(plain_http_ || IsLoopback(host_) ? "http://" : "https://", host_);
}

absl::StatusOr<RegistryClient::Answer> RegistryClient::Call(
    const std::string& method, const std::string& url, const std::string& authorization) const {
  Received received;
  CurlCall call(kTimeout);
  call.Set(CURLOPT_URL, url);
  call.Set(CURLOPT_PROTOCOLS_STR, "http,https");
  call.Set(CURLOPT_FOLLOWLOCATION, 0L);
  call.Set(CURLOPT_CUSTOMREQUEST, method);
  call.Set(CURLOPT_HEADERFUNCTION, &TakeHeader);
  call.Set(CURLOPT_HEADERDATA, &received);
  call.Set(CURLOPT_WRITEFUNCTION, &TakeBody);
  call.Set(CURLOPT_WRITEDATA, &received);
  call.Set(CURLOPT_USERAGENT, absl::StrCat("Kozmic-CI/", kVersion));
  if (!authorization.empty()) call.AddHeader(absl::StrCat("Authorization: ", authorization));
  const CURLcode code = call.Perform();
  if (code != CURLE_OK) {
    return absl::UnavailableError(
        absl::StrCat("the registry ", host_, " cannot be reached: ", call.Error(code)));
  }
  return Answer{.status = call.Status(),
                .challenge = std::move(received.challenge),
                .body = std::move(received.body)};
}

absl::StatusOr<std::string> RegistryClient::Meet(absl::string_view challenge,
                                                 const std::string& repository) const {
  std::string basic;
  if (auth_) {
    basic = absl::StrCat("Basic ",
                         absl::Base64Escape(absl::StrCat(auth_->username, ":", auth_->password)));
  }
  const size_t space = std::min(challenge.find(' '), challenge.size());
  const absl::string_view scheme = challenge.substr(0, space);
  if (absl::EqualsIgnoreCase(scheme, "Basic") && auth_) return basic;
  if (!absl::EqualsIgnoreCase(scheme, "Bearer")) {
    return absl::PermissionDeniedError(
        absl::StrCat("the registry ", host_, " wants credentials that it is not given"));
  }
  std::map<std::string, std::string> parameters = Parameters(challenge.substr(space));
  const std::string& realm = parameters["realm"];
  // Credentials are for this registry, or for who can prove by its certificate that it is the one
  // that the registry means.
  if (!absl::StartsWith(realm, "https://") && !absl::StartsWith(realm, Origin() + "/")) {
    return absl::PermissionDeniedError(
        absl::StrCat("the registry ", host_, " names no safe place to get a token from"));
  }
  const std::string url = absl::StrCat(
      realm, absl::StrContains(realm, "?") ? "&" : "?",
      "service=", UrlEncode(parameters["service"]),
      "&scope=", UrlEncode(absl::StrCat("repository:", repository, ":pull,push,delete")));
  KOZMIC_ASSIGN_OR_RETURN(const Answer answer, Call("GET", url, basic));
  const nlohmann::json body = nlohmann::json::parse(answer.body, nullptr, false);
  if (answer.status / 100 == 2 && body.is_object()) {
    for (const char* key : {"token", "access_token"}) {
      const std::string token = StringAt(body, key);
      const bool plain = std::all_of(token.begin(), token.end(), absl::ascii_isgraph);
      if (!token.empty() && plain) return absl::StrCat("Bearer ", token);
    }
  }
  return absl::PermissionDeniedError(
      absl::StrCat("the registry ", host_, " gives no token: HTTP ", answer.status));
}

absl::Status RegistryClient::RemoveManifest(const std::string& repository,
                                            const std::string& digest) const {
  const std::string url = absl::StrCat(Origin(), "/v2/", repository, "/manifests/", digest);
  KOZMIC_ASSIGN_OR_RETURN(Answer answer, Call("DELETE", url, ""));
  if (answer.status == 401) {
    KOZMIC_ASSIGN_OR_RETURN(const std::string authorization, Meet(answer.challenge, repository));
    KOZMIC_ASSIGN_OR_RETURN(answer, Call("DELETE", url, authorization));
  }
  const std::string what = absl::StrCat("the registry ", host_, " answers HTTP ", answer.status,
                                        " to the removal of ", repository, "@", digest);
  switch (answer.status) {
    case 200:
    case 202:
    case 204:
    case 404:
      return absl::OkStatus();
    case 401:
    case 403:
      return absl::PermissionDeniedError(what);
    case 405:
      return absl::UnimplementedError(what);
    default:
      return absl::UnavailableError(what);
  }
}

}  // namespace kozmic::docker
