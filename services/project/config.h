#ifndef KOZMIC_SERVICES_PROJECT_CONFIG_H_
#define KOZMIC_SERVICES_PROJECT_CONFIG_H_

#include <string>

#include "absl/status/statusor.h"
#include "lib/config/config_reader.h"

namespace kozmic::project {

struct Config {
  std::string listen = {};
  std::string service_key = {};
  std::string secret_key = {};
  std::string database_url = {};
  std::string public_url = {};
  std::string github_web_url = {};
  std::string github_api_url = {};
  std::string auth_address = {};
  std::string build_address = {};
};

// INVALID_ARGUMENT names every key that is missing, wrong or unknown.
absl::StatusOr<Config> ReadConfig(ConfigReader& reader);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_CONFIG_H_
