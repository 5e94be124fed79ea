#ifndef KOZMIC_LIB_REDIS_ADDRESS_H_
#define KOZMIC_LIB_REDIS_ADDRESS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kozmic {

// Where a Redis server is, and how to be let in.
struct RedisAddress {
  std::string host;
  int port = 6379;
  // Empty: the default user.
  std::string user;
  // Empty: no authentication.
  std::string password;
  int database = 0;
};

// Reads redis://[user][:password@]host[:port][/database]; user and password may be percent-encoded.
// INVALID_ARGUMENT otherwise; the message never contains the URL, which holds the password.
absl::StatusOr<RedisAddress> ParseRedisUrl(absl::string_view url);

}  // namespace kozmic

#endif  // KOZMIC_LIB_REDIS_ADDRESS_H_
