#include "gateway/sessions.h"

#include <algorithm>

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

constexpr size_t kLongestCookie = 4096;

// What may safely travel in a cookie, in metadata and in a message alike.
bool IsCredential(absl::string_view text) {
  return !text.empty() && text.size() <= kLongestCookie &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || absl::StrContains("-._~+/=", static_cast<char>(c));
         });
}

}  // namespace

Sessions::Sessions(const Authenticator& authenticator, absl::string_view public_url)
    : authenticator_(authenticator),
      origin_(public_url.substr(0, public_url.find('/', public_url.find("//") + 2))) {}

std::optional<Sessions::Session> Sessions::Require(http::Exchange& exchange) const {
  const std::optional<std::string> token = CookieValue(exchange, kSessionCookie);
  if (!token) {
    ReplyError(exchange, 401, "unauthenticated", "Sign in first.");
    return std::nullopt;
  }
  absl::StatusOr<Caller> caller = authenticator_.Authenticate(*token);
  if (!caller.ok()) {
    ReplyStatus(exchange, caller.status());
    return std::nullopt;
  }
  // A service's token is good, but not a browser's.
  if (caller->kind != Caller::Kind::kUser) {
    ReplyError(exchange, 401, "unauthenticated", "Sign in first.");
    return std::nullopt;
  }
  return Session{*token, *std::move(caller)};
}

std::optional<Sessions::Session> Sessions::RequireForChange(http::Exchange& exchange) const {
  std::optional<Session> session = Require(exchange);
  if (!session) return std::nullopt;
  const std::string given = exchange.request.get_header_value("X-CSRF-Token");
  if (IsForeign(exchange) || !ConstantTimeEquals(given, CsrfToken(session->token))) {
    ReplyError(exchange, 403, "csrf", "The X-CSRF-Token header is missing or not this session's.");
    return std::nullopt;
  }
  return session;
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

}  // namespace kozmic::gateway
