#ifndef KOZMIC_SERVICES_PROJECT_CONFIG_H_
#define KOZMIC_SERVICES_PROJECT_CONFIG_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/config/config_reader.h"
#include "lib/crypto/sealed_box.h"
#include "lib/crypto/ssh_key.h"

namespace kozmic::project {

struct Config {
  std::string listen = {};
  std::string service_key = {};
  SecretKeys secret_keys = {};
  std::string database_url = {};
  std::string public_url = {};
  std::string github_web_url = {};
  std::string github_api_url = {};
  // "ssh://git@github.com"
  std::string github_ssh_url = {};
  // Empty: GitHub's API is asked.
  std::vector<std::string> github_ssh_host_keys = {};
  SshKeyType deploy_key_type = SshKeyType::kEd25519;
  absl::Duration member_sync_interval = {};
  absl::Duration user_sync_interval = {};
  absl::Duration reconcile_interval = {};
  std::string auth_address = {};
  std::string build_address = {};
};

// INVALID_ARGUMENT names every key that is missing, wrong or unknown.
absl::StatusOr<Config> ReadConfig(ConfigReader& reader);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_CONFIG_H_
