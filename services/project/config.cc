#include "services/project/config.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "lib/process/process.h"
#include "lib/status/macros.h"

namespace kozmic::project {
namespace {

constexpr absl::Duration kShortestInterval = absl::Seconds(1);

// "https://github.com/x" → "ssh://git@github.com"
std::string DefaultSshUrl(absl::string_view web_url) {
  web_url.remove_prefix(web_url.find("//") + 2);
  absl::string_view host = web_url.substr(0, web_url.find('/'));
  const size_t colon = host.rfind(':');
  // An IPv6 address has colons of its own, in brackets.
  if (colon != absl::string_view::npos && !absl::EndsWith(host, "]")) host = host.substr(0, colon);
  return absl::StrCat("ssh://git@", host);
}

absl::Status CheckSshUrl(absl::string_view url) {
  absl::string_view rest = url;
  const bool plain = std::all_of(url.begin(), url.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || absl::StrContains(":/@.-_[]", static_cast<char>(c));
  });
  if (plain && absl::ConsumePrefix(&rest, "ssh://") && absl::StrContains(rest, '@') &&
      !absl::StartsWith(rest, "-") && !absl::EndsWith(rest, "/")) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("github.ssh_url: \"", url, "\" is not like ssh://git@github.com"));
}

absl::Status CheckHostKeys(const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    const std::vector<std::string> parts = absl::StrSplit(key, ' ');
    if (parts.size() != 2 || parts[0].empty() || parts[1].empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("github.ssh_host_keys: \"", key, "\" is not like \"ssh-ed25519 AAAA…\""));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Config> ReadConfig(ConfigReader& reader) {
  Config config;
  std::string key_type;
  ReadLogLevel(reader, "project");
  reader.Text("listen", &config.listen,
              {.help = "host:port of the rpc server", .fallback = "127.0.0.1:7102"});
  reader.Secret("service_key", &config.service_key,
                {.help = "what the services know each other by, the same for all of them"});
  reader.Secret("secret_key", &config.secret_keys.current,
                {.help = "seals webhook secrets, deploy keys and projects' secrets in the "
                         "database; must survive upgrades"});
  reader.SecretList("previous_secret_keys", &config.secret_keys.previous,
                    {.help = "secret keys that secret_key has replaced, to open what they sealed; "
                             "needed for one start, at which it is sealed anew",
                     .fallback = ""});
  reader.Text("database_url", &config.database_url,
              {.help = "postgresql://user:password@host:port/database"});
  reader.HttpUrl("public_url", &config.public_url,
                 {.help = "where GitHub and browsers reach this installation"});
  reader.HttpUrl(
      "github.web_url", &config.github_web_url,
      {.help = "where public commits are fetched from", .fallback = "https://github.com"});
  reader.HttpUrl("github.api_url", &config.github_api_url,
                 {.help = "GitHub's API", .fallback = "https://api.github.com"});
  reader.Text("github.ssh_url", &config.github_ssh_url,
              {.help = "where private commits are fetched from; by default git at web_url's host",
               .fallback = ""});
  reader.TextList("github.ssh_host_keys", &config.github_ssh_host_keys,
                  {.help = "public keys of that server, for a GitHub whose API does not name them",
                   .fallback = ""});
  reader.Choice("deploy_key_type", &key_type, {.help = "of new deploy keys", .fallback = "ed25519"},
                {"ed25519", "rsa"});
  reader.Duration("member_sync_interval", &config.member_sync_interval,
                  {.help = "how often a project's members are asked for, besides when GitHub "
                           "tells of a change",
                   .fallback = "1h"});
  reader.Duration("user_sync_interval", &config.user_sync_interval,
                  {.help = "how often a user's repositories are asked for", .fallback = "10m"});
  reader.Duration(
      "reconcile_interval", &config.reconcile_interval,
      {.help = "how often GitHub is asked which deliveries of a hook failed, besides at "
               "each start",
       .fallback = "5m"});
  reader.Text("auth_address", &config.auth_address,
              {.help = "host:port of AuthService", .fallback = "127.0.0.1:7101"});
  reader.Text("build_address", &config.build_address,
              {.help = "host:port of BuildService", .fallback = "127.0.0.1:7103"});
  KOZMIC_RETURN_IF_ERROR(reader.Finish());
  if (config.github_ssh_url.empty()) config.github_ssh_url = DefaultSshUrl(config.github_web_url);
  KOZMIC_RETURN_IF_ERROR(CheckSshUrl(config.github_ssh_url));
  KOZMIC_RETURN_IF_ERROR(CheckHostKeys(config.github_ssh_host_keys));
  if (config.member_sync_interval < kShortestInterval ||
      config.user_sync_interval < kShortestInterval ||
      config.reconcile_interval < kShortestInterval) {
    return absl::InvalidArgumentError(
        "member_sync_interval, user_sync_interval, reconcile_interval: at least 1s");
  }
  config.deploy_key_type = key_type == "rsa" ? SshKeyType::kRsa4096 : SshKeyType::kEd25519;
  return config;
}

}  // namespace kozmic::project
