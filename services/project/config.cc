#include "services/project/config.h"

#include "lib/process/process.h"
#include "lib/status/macros.h"

namespace kozmic::project {

absl::StatusOr<Config> ReadConfig(ConfigReader& reader) {
  Config config;
  ReadLogLevel(reader, "project");
  reader.Text("listen", &config.listen,
              {.help = "host:port of the rpc server", .fallback = "127.0.0.1:7102"});
  reader.Secret("service_key", &config.service_key,
                {.help = "what the services know each other by, the same for all of them"});
  reader.Secret("secret_key", &config.secret_key,
                {.help = "seals webhook secrets in the database; must survive upgrades"});
  reader.Text("database_url", &config.database_url,
              {.help = "postgresql://user:password@host:port/database"});
  reader.HttpUrl("public_url", &config.public_url,
                 {.help = "where GitHub reaches this installation"});
  reader.HttpUrl("github.web_url", &config.github_web_url,
                 {.help = "where commits are fetched from", .fallback = "https://github.com"});
  reader.HttpUrl("github.api_url", &config.github_api_url,
                 {.help = "GitHub's API", .fallback = "https://api.github.com"});
  reader.Text("auth_address", &config.auth_address,
              {.help = "host:port of AuthService", .fallback = "127.0.0.1:7101"});
  reader.Text("build_address", &config.build_address,
              {.help = "host:port of BuildService", .fallback = "127.0.0.1:7103"});
  KOZMIC_RETURN_IF_ERROR(reader.Finish());
  return config;
}

}  // namespace kozmic::project
