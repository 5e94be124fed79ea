#include "services/auth/login.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/status/annotate.h"

namespace kozmic::auth {
namespace {

constexpr absl::Duration kLifetime = absl::Minutes(10);
constexpr size_t kVerifierBytes = 32;
constexpr size_t kLongestPath = 512;
constexpr char kPlace[] = "login";

}  // namespace

absl::Status LoginExpired() {
  return WithReason(absl::InvalidArgumentError("this sign-in has expired; start again"),
                    "login_expired");
}

bool IsLocalPath(absl::string_view path) {
  // Browsers read a backslash as a slash, so "/\host" is another server too.
  return path.size() <= kLongestPath && absl::StartsWith(path, "/") &&
         !absl::StartsWith(path, "//") && std::all_of(path.begin(), path.end(), [](char c) {
           return c > ' ' && c < 0x7f && c != '\\';
         });
}

Login Logins::Begin(absl::string_view return_path) const {
  Login login;
  absl::WebSafeBase64Escape(random_.Bytes(kVerifierBytes), &login.verifier);
  login.return_path = IsLocalPath(return_path) ? std::string(return_path) : "/";
  login.expire_time = absl::FromUnixMillis(absl::ToUnixMillis(clock_.Now() + kLifetime));
  return login;
}

std::string Logins::State(const Login& login) const {
  const std::string sealed = box_.Seal(absl::StrCat(absl::ToUnixMillis(login.expire_time), " ",
                                                    login.verifier, " ", login.return_path),
                                       kPlace);
  std::string state;
  absl::WebSafeBase64Escape(sealed, &state);
  return state;
}

absl::StatusOr<Login> Logins::Read(absl::string_view state) const {
  std::string sealed;
  if (!absl::WebSafeBase64Unescape(state, &sealed)) return LoginExpired();
  const absl::StatusOr<std::string> plain = box_.Open(sealed, kPlace);
  if (!plain.ok()) return LoginExpired();
  const std::vector<std::string> parts = absl::StrSplit(*plain, ' ');
  int64_t expire_millis = 0;
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &expire_millis)) return LoginExpired();
  Login login{.verifier = parts[1],
              .return_path = parts[2],
              .expire_time = absl::FromUnixMillis(expire_millis)};
  if (clock_.Now() >= login.expire_time) return LoginExpired();
  return login;
}

}  // namespace kozmic::auth
