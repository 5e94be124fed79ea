#include "gateway/sessions.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gateway/answer.h"
#include "lib/crypto/digest.h"

namespace kozmic::gateway {
namespace {

constexpr size_t kLongestCredential = 4096;

// What may safely travel in a header, in metadata and in a message alike.
bool IsCredential(absl::string_view text) {
  return !text.empty() && text.size() <= kLongestCredential &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || absl::StrContains("-._~+/=", static_cast<char>(c));
         });
}

struct Credential {
  // Nothing when there is none, or none of ours could look like it.
  std::optional<std::string> token;
  bool from_program = false;
};

Credential CredentialOf(const http::Exchange& exchange) {
  // The server takes one such header only.
  const std::string header = exchange.request.get_header_value("Authorization");
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(header, absl::MaxSplits(' ', 1));
  // Other schemes are for a proxy in front of us.
  if (!absl::EqualsIgnoreCase(parts.first, "Bearer")) {
    return {CookieValue(exchange, kSessionCookie), false};
  }
  if (!IsCredential(parts.second)) return {std::nullopt, true};
  return {std::string(parts.second), true};
}

std::nullopt_t Refuse(http::Exchange& exchange, bool program) {
  ReplyError(exchange, 401, "unauthenticated",
             program ? "This access token is not good, or no longer." : "Sign in first.");
  return std::nullopt;
}

std::nullopt_t RefuseCsrf(http::Exchange& exchange) {
  ReplyError(exchange, 403, "csrf", "The X-CSRF-Token header is missing or not this session's.");
  return std::nullopt;
}

}  // namespace

Sessions::Sessions(const Authenticator& authenticator, absl::string_view public_url)
    : authenticator_(authenticator),
      origin_(public_url.substr(0, public_url.find('/', public_url.find("//") + 2))) {}

std::optional<Sessions::Session> Sessions::Require(http::Exchange& exchange) const {
  const Credential given = CredentialOf(exchange);
  if (!given.token) return Refuse(exchange, given.from_program);
  absl::StatusOr<Caller> caller = authenticator_.Authenticate(*given.token);
  if (absl::IsUnauthenticated(caller.status())) return Refuse(exchange, given.from_program);
  if (!caller.ok()) {
    ReplyStatus(exchange, caller.status());
    return std::nullopt;
  }
  // A service's token is good, but not from outside.
  if (caller->kind != Caller::Kind::kUser || caller->by_access_token != given.from_program) {
    return Refuse(exchange, given.from_program);
  }
  return Session{*given.token, *std::move(caller)};
}

std::optional<Sessions::Session> Sessions::RequireForChange(http::Exchange& exchange) const {
  std::optional<Session> session = Require(exchange);
  if (!session || session->caller.by_access_token) return session;
  if (!HasCsrfToken(exchange, *session)) return RefuseCsrf(exchange);
  return session;
}

std::optional<Sessions::Session> Sessions::RequireSession(http::Exchange& exchange) const {
  std::optional<Session> session = Require(exchange);
  if (!session || !session->caller.by_access_token) return session;
  ReplyError(exchange, 403, "session_needed",
             "An access token cannot do this: sign in with a browser.");
  return std::nullopt;
}

std::optional<Sessions::Session> Sessions::RequireSessionForChange(http::Exchange& exchange) const {
  std::optional<Session> session = RequireSession(exchange);
  if (!session) return std::nullopt;
  if (!HasCsrfToken(exchange, *session)) return RefuseCsrf(exchange);
  return session;
}

bool Sessions::HasCsrfToken(const http::Exchange& exchange, const Session& session) const {
  return !IsForeign(exchange) &&
         ConstantTimeEquals(exchange.request.get_header_value("X-CSRF-Token"),
                            CsrfToken(session.token));
}

bool Sessions::IsForeign(const http::Exchange& exchange) const {
  if (!exchange.request.has_header("Origin")) return false;
  const std::string origin = exchange.request.get_header_value("Origin");
  // Host is one that we answer for: the server has checked it.
  const std::string host = exchange.request.get_header_value("Host");
  return !absl::EqualsIgnoreCase(origin, origin_) &&
         !absl::EqualsIgnoreCase(origin, absl::StrCat("http://", host)) &&
         !absl::EqualsIgnoreCase(origin, absl::StrCat("https://", host));
}

std::string Sessions::CsrfToken(absl::string_view session_token) {
  return absl::BytesToHexString(HmacSha256(session_token, "kozmic csrf"));
}

std::optional<std::string> CookieValue(const http::Exchange& exchange, absl::string_view name) {
  const auto [begin, end] = exchange.request.headers.equal_range("Cookie");
  for (auto header = begin; header != end; ++header) {
    for (absl::string_view cookie : absl::StrSplit(header->second, ';')) {
      cookie = absl::StripAsciiWhitespace(cookie);
      if (!absl::ConsumePrefix(&cookie, name) || !absl::ConsumePrefix(&cookie, "=")) continue;
      if (!IsCredential(cookie)) return std::nullopt;
      return std::string(cookie);
    }
  }
  return std::nullopt;
}

std::string SetCookie(absl::string_view name, absl::string_view value, absl::string_view path,
                      absl::Duration max_age, bool secure) {
  return absl::StrCat(name, "=", value, "; Path=", path,
                      "; Max-Age=", std::max<int64_t>(0, absl::ToInt64Seconds(max_age)),
                      "; HttpOnly; SameSite=Lax", secure ? "; Secure" : "");
}

void RemoveSessionCookie(http::Exchange& exchange, bool secure) {
  exchange.response.set_header("Set-Cookie",
                               SetCookie(kSessionCookie, "", "/", absl::ZeroDuration(), secure));
}

}  // namespace kozmic::gateway
