#include "services/auth/config.h"

#include "lib/process/process.h"
#include "lib/status/macros.h"

namespace kozmic::auth {

absl::StatusOr<Config> ReadConfig(ConfigReader& reader) {
  Config config;
  ReadLogLevel(reader, "auth");
  reader.Text("listen", &config.listen,
              {.help = "host:port of the rpc server", .fallback = "127.0.0.1:7101"});
  reader.Secret("service_key", &config.service_key,
                {.help = "what the services know each other by, the same for all of them"});
  reader.Secret("secret_key", &config.secret_key,
                {.help = "seals GitHub tokens in the database; must survive upgrades"});
  reader.SecretList("previous_secret_keys", &config.previous_secret_keys,
                    {.help = "secret keys that secret_key has replaced, to open what they sealed; "
                             "needed for one start, at which it is sealed anew",
                     .fallback = ""});
  reader.Text("database_url", &config.database_url,
              {.help = "postgresql://user:password@host:port/database"});
  reader.HttpUrl("public_url", &config.public_url,
                 {.help = "where browsers reach this installation"});
  reader.TextList("admins", &config.admins,
                  {.help = "logins at GitHub of those who administer this installation: they see "
                           "all runners and the whole queue, and pause runners",
                   .fallback = ""});
  reader.HttpUrl("github.web_url", &config.github_web_url,
                 {.help = "GitHub's pages", .fallback = "https://github.com"});
  reader.HttpUrl("github.api_url", &config.github_api_url,
                 {.help = "GitHub's API", .fallback = "https://api.github.com"});
  reader.Text("github.client_id", &config.github_client_id,
              {.help = "of this installation's OAuth application at GitHub"});
  reader.Text("github.client_secret", &config.github_client_secret,
              {.help = "of this installation's OAuth application at GitHub"});
  KOZMIC_RETURN_IF_ERROR(reader.Finish());
  return config;
}

}  // namespace kozmic::auth
