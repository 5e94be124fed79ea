#include "lib/metrics/metrics_server.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/metrics/metrics.h"
#include "lib/status/macros.h"

namespace kozmic {
namespace {

// Prometheus, another one beside it, and somebody who is curious.
constexpr size_t kThreads = 2;
constexpr size_t kConnections = 32;
constexpr char kTextFormat[] = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Start(const std::string& listen) {
  const size_t colon = listen.rfind(':');
  http::ServerOptions options;
  if (colon == std::string::npos || colon == 0 ||
      !absl::SimpleAtoi(listen.substr(colon + 1), &options.port) || options.port < 0 ||
      options.port > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat("metrics_listen: \"", listen, "\" is not host:port"));
  }
  options.host = listen.substr(0, colon);
  options.workers = kThreads;
  options.max_connections = kConnections;
  KOZMIC_ASSIGN_OR_RETURN(auto server, http::HardenedServer::Listen(std::move(options)));
  server->Route("GET", "/metrics", [](http::Exchange& exchange) {
    exchange.response.set_content(MetricsText(), kTextFormat);
  });
  server->Start();
  Log(Severity::kInfo, "serving metrics",
      {{"host", listen.substr(0, colon)}, {"port", server->port()}});
  return std::unique_ptr<MetricsServer>(new MetricsServer(std::move(server)));
}

}  // namespace kozmic
