#include "gateway/config.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "gateway/text.h"
#include "lib/process/process.h"
#include "lib/rpc/tls.h"
#include "lib/status/macros.h"

namespace kozmic::gateway {
namespace {

absl::Status SplitListen(absl::string_view key, absl::string_view listen, std::string* out_host,
                         int* out_port) {
  const size_t colon = listen.rfind(':');
  const auto port =
      colon == absl::string_view::npos ? std::nullopt : ParseNumber(listen.substr(colon + 1), 0);
  if (!port || *port > 65535) {
    return absl::InvalidArgumentError(absl::StrCat(key, ": \"", listen, "\" is not host:port"));
  }
  absl::string_view host = listen.substr(0, colon);
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  *out_host = host.empty() ? "0.0.0.0" : std::string(host);
  *out_port = static_cast<int>(*port);
  return absl::OkStatus();
}

// "http://host:port/path" → "host:port".
std::string Authority(absl::string_view url) {
  url.remove_prefix(url.find("//") + 2);
  return absl::AsciiStrToLower(url.substr(0, url.find('/')));
}

// A Content-Security-Policy is split at spaces, semicolons and commas.
bool IsOrigin(absl::string_view text) {
  return (absl::StartsWith(text, "https://") || absl::StartsWith(text, "http://")) &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || absl::StrContains(":/.-[]*", static_cast<char>(c));
         });
}

}  // namespace

absl::StatusOr<Config> ReadConfig(ConfigReader& reader) {
  Config config;
  std::string listen;
  std::string tls_listen;
  ReadLogLevel(reader, "gateway");
  reader.Text("listen", &listen,
              {.help = "host:port of the HTTP server", .fallback = "127.0.0.1:8080"});
  reader.Text(
      "tls_listen", &tls_listen,
      {.help = "host:port of an HTTP server that speaks TLS, besides the other; none unless "
               "it is set",
       .fallback = ""});
  reader.Text("tls_certificate", &config.tls_certificate,
              {.help = "file of its certificate and those that vouch for it, in PEM; a renewed one "
                       "is shown within a minute",
               .fallback = ""});
  reader.Text("tls_key", &config.tls_key,
              {.help = "file of that certificate's private key", .fallback = ""});
  reader.Secret("service_key", &config.service_key,
                {.help = "what the services know each other by, the same for all of them"});
  reader.HttpUrl("public_url", &config.public_url,
                 {.help = "where browsers reach this installation"});
  reader.Text("static_dir", &config.static_dir, {.help = "folder of the built frontend"});
  reader.Text("auth_address", &config.auth_address,
              {.help = "host:port of AuthService", .fallback = "127.0.0.1:7101"});
  reader.Text("project_address", &config.project_address,
              {.help = "host:port of ProjectService", .fallback = "127.0.0.1:7102"});
  reader.Text("build_address", &config.build_address,
              {.help = "host:port of BuildService", .fallback = "127.0.0.1:7103"});
  reader.Text("logstream_address", &config.logstream_address,
              {.help = "host:port of LogService", .fallback = "127.0.0.1:7105"});
  reader.Text("join_build_address", &config.join.build,
              {.help = "host:port by which runners on other machines reach BuildService, as "
                       "./kozmic join is told; none: no machine joins by itself",
               .fallback = ""});
  reader.Text("join_logstream_address", &config.join.logstream,
              {.help = "the same of LogService", .fallback = ""});
  reader.TextList("join_clone_url_prefixes", &config.join.clone_url_prefixes,
                  {.help = "where such runners may fetch commits from, as a runner's "
                           "clone_url_prefixes",
                   .fallback = ""});
  std::vector<std::string> proxies;
  reader.TextList("trusted_proxies", &proxies,
                  {.help = "addresses and ranges (10.0.0.0/8) of proxies in front, whose "
                           "X-Forwarded-For is believed",
                   .fallback = ""});
  reader.TextList("allowed_hosts", &config.allowed_hosts,
                  {.help = "further host names to answer for", .fallback = ""});
  reader.TextList("avatar_origins", &config.avatar_origins,
                  {.help = "where people's pictures may come from",
                   .fallback = "https://avatars.githubusercontent.com"});
  KOZMIC_RETURN_IF_ERROR(reader.Finish());
  KOZMIC_RETURN_IF_ERROR(SplitListen("listen", listen, &config.host, &config.port));
  if (!tls_listen.empty()) {
    KOZMIC_RETURN_IF_ERROR(
        SplitListen("tls_listen", tls_listen, &config.tls_host, &config.tls_port));
  }
  if (tls_listen.empty() != config.tls_certificate.empty() ||
      tls_listen.empty() != config.tls_key.empty()) {
    return absl::InvalidArgumentError(
        "tls_listen, tls_certificate and tls_key: one of them is of no use without the others");
  }
  auto rules = AddressRules::Make(proxies);
  if (!rules.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("trusted_proxies: ", rules.status().message()));
  }
  config.trusted_proxies = *std::move(rules);
  for (const std::string& origin : config.avatar_origins) {
    if (!IsOrigin(origin)) {
      return absl::InvalidArgumentError(
          absl::StrCat("avatar_origins: \"", origin, "\" is not an origin"));
    }
  }
  if (RpcTlsInUse().on()) {
    std::ifstream file(RpcTlsInUse().ca_file);
    config.join.ca.assign(std::istreambuf_iterator<char>(file), {});
  }
  config.allowed_hosts.push_back(Authority(config.public_url));
  return config;
}

std::vector<std::pair<std::string, std::string>> SecurityHeaders(const Config& config) {
  std::vector<std::pair<std::string, std::string>> headers = {
      {"Content-Security-Policy",
       absl::StrCat("default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; "
                    "connect-src 'self'; img-src 'self' data:",
                    config.avatar_origins.empty() ? "" : " ",
                    absl::StrJoin(config.avatar_origins, " "),
                    "; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors "
                    "'none'; require-trusted-types-for 'script'; trusted-types ci-worker")},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Referrer-Policy", "same-origin"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
  };
  if (absl::StartsWith(config.public_url, "https://")) {
    headers.emplace_back("Strict-Transport-Security", "max-age=31536000");
  }
  return headers;
}

}  // namespace kozmic::gateway
