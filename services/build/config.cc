#include "services/build/config.h"

#include "lib/status/macros.h"

namespace kozmic::build {

absl::StatusOr<BuildConfig> ReadBuildConfig(ConfigReader& reader) {
  BuildConfig config;
  reader.Text("listen", &config.listen, {.help = "host:port of the rpc server"});
  reader.Text("database_url", &config.database_url,
              {.help = "PostgreSQL, with the role and schema of this service"});
  reader.HttpUrl("public_url", &config.public_url,
                 {.help = "where browsers and GitHub reach this installation"});
  reader.Secret("service_key", &config.service_key,
                {.help = "shared by the services, which prove themselves to each other by it"});
  reader.Secret("runner_token", &config.runner_token,
                {.help = "lets any runner in that has it; empty: only registered ones come in",
                 .fallback = ""});
  reader.Text("auth_address", &config.auth_address, {.help = "host:port of the auth service"});
  reader.Text("project_address", &config.project_address,
              {.help = "host:port of the project service"});
  reader.Text("logstream_address", &config.logstream_address,
              {.help = "host:port of the logstream service"});
  NotificationSettingsReader notifications;
  notifications.Read(reader);
  KOZMIC_RETURN_IF_ERROR(reader.Finish());
  KOZMIC_RETURN_IF_ERROR(notifications.Finish(&config.notifications));
  return config;
}

}  // namespace kozmic::build
