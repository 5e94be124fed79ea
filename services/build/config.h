#ifndef KOZMIC_SERVICES_BUILD_CONFIG_H_
#define KOZMIC_SERVICES_BUILD_CONFIG_H_

#include <string>

#include "absl/status/statusor.h"
#include "lib/config/config_reader.h"
#include "services/build/notify/notification_settings.h"

namespace kozmic::build {

// Settings of the build service; each is explained where it is read.
struct BuildConfig {
  std::string listen;
  std::string database_url;
  std::string public_url;
  std::string service_key;
  std::string runner_token;
  std::string auth_address;
  std::string project_address;
  std::string logstream_address;
  NotificationSettings notifications;
};

// INVALID_ARGUMENT names every fault.
absl::StatusOr<BuildConfig> ReadBuildConfig(ConfigReader& reader);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_CONFIG_H_
