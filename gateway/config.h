#ifndef KOZMIC_GATEWAY_CONFIG_H_
#define KOZMIC_GATEWAY_CONFIG_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/config/config_reader.h"
#include "lib/outgoing/address_rules.h"

namespace kozmic::gateway {

// Where machines that are to become runners reach this installation.
struct JoinAddresses {
  // host:port of services; empty: no machine joins by itself.
  std::string build;
  std::string logstream;
  // Where commits may be fetched from.
  std::vector<std::string> clone_url_prefixes;
  // The certificate authority of the services' calls, in PEM; empty: they are not encrypted.
  std::string ca;
};

struct Config {
  // Host and port of the HTTP server.
  std::string host;
  int port = 0;
  // Of the one that speaks TLS; an empty host: there is none.
  std::string tls_host;
  int tls_port = 0;
  std::string tls_certificate;
  std::string tls_key;
  std::string service_key;
  // Where browsers reach us.
  std::string public_url;
  // The built frontend.
  std::string static_dir;
  std::string auth_address;
  std::string project_address;
  std::string build_address;
  std::string logstream_address;
  // What machines are told that are to become runners.
  JoinAddresses join;
  // Proxies in front of this, whose word on whom they work for is taken.
  AddressRules trusted_proxies;
  // Host headers to answer for, that of `public_url` among them.
  std::vector<std::string> allowed_hosts;
  // Where people's pictures come from.
  std::vector<std::string> avatar_origins;
};

// Also sets the log up. INVALID_ARGUMENT names every key that is wrong.
absl::StatusOr<Config> ReadConfig(ConfigReader& reader);

// Headers of every answer: what the page may do, as the browser enforces it.
std::vector<std::pair<std::string, std::string>> SecurityHeaders(const Config& config);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_CONFIG_H_
