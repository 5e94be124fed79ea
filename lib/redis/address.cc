#include "lib/redis/address.h"

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace kozmic {
namespace {

constexpr int kHighestDatabase = 1023;

std::optional<std::string> PercentDecode(absl::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(text[i]);
      continue;
    }
    if (i + 2 >= text.size() || !absl::ascii_isxdigit(text[i + 1]) ||
        !absl::ascii_isxdigit(text[i + 2])) {
      return std::nullopt;
    }
    decoded += absl::HexStringToBytes(text.substr(i + 1, 2));
    i += 2;
  }
  return decoded;
}

}  // namespace

absl::StatusOr<RedisAddress> ParseRedisUrl(absl::string_view url) {
  const absl::Status malformed = absl::InvalidArgumentError(
      "the Redis URL must read redis://[user][:password@]host[:port][/database]");
  if (!absl::ConsumePrefix(&url, "redis://")) return malformed;
  RedisAddress address;

  // A password may hold a raw '@': the last one ends it.
  if (const size_t at = url.rfind('@'); at != absl::string_view::npos) {
    const absl::string_view login = url.substr(0, at);
    const size_t colon = login.find(':');
    const auto user = PercentDecode(login.substr(0, colon));
    const auto password = PercentDecode(colon == absl::string_view::npos ? absl::string_view()
                                                                         : login.substr(colon + 1));
    if (!user || !password) return malformed;
    address.user = *user;
    address.password = *password;
    url.remove_prefix(at + 1);
  }
  if (const size_t slash = url.find('/'); slash != absl::string_view::npos) {
    const absl::string_view database = url.substr(slash + 1);
    if (!database.empty() && (!absl::SimpleAtoi(database, &address.database) ||
                              address.database < 0 || address.database > kHighestDatabase)) {
      return malformed;
    }
    url = url.substr(0, slash);
  }
  if (const size_t colon = url.rfind(':'); colon != absl::string_view::npos) {
    if (!absl::SimpleAtoi(url.substr(colon + 1), &address.port) || address.port < 1 ||
        address.port > 65535) {
      return malformed;
    }
    url = url.substr(0, colon);
  }
  if (url.empty()) return malformed;
  address.host = std::string(url);
  return address;
}

}  // namespace kozmic
