#ifndef KOZMIC_SERVICES_AUTH_CONFIG_H_
#define KOZMIC_SERVICES_AUTH_CONFIG_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/config/config_reader.h"

namespace kozmic::auth {

struct Config {
  std::string listen = {};
  std::string service_key = {};
  std::string secret_key = {};
  std::vector<std::string> previous_secret_keys = {};
  std::string database_url = {};
  std::string public_url = {};
  std::vector<std::string> admins = {};
  std::string github_web_url = {};
  std::string github_api_url = {};
  std::string github_client_id = {};
  std::string github_client_secret = {};
};

// INVALID_ARGUMENT names every key that is missing, wrong or unknown.
absl::StatusOr<Config> ReadConfig(ConfigReader& reader);

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_CONFIG_H_
