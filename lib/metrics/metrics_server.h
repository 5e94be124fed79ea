#ifndef KOZMIC_LIB_METRICS_METRICS_SERVER_H_
#define KOZMIC_LIB_METRICS_METRICS_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "lib/http/hardened_server.h"

namespace kozmic {

// Answers GET /metrics with MetricsText(), to whoever asks: listen where Prometheus reaches it, and
// the world does not. The destructor stops it.
class MetricsServer {
 public:
  // `listen`: host:port; port 0 takes a free one. INVALID_ARGUMENT, UNAVAILABLE.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Start(const std::string& listen);

  int port() const { return server_->port(); }

 private:
  explicit MetricsServer(std::unique_ptr<http::HardenedServer> server)
      : server_(std::move(server)) {}

  const std::unique_ptr<http::HardenedServer> server_;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_METRICS_METRICS_SERVER_H_
