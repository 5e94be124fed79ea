#ifndef KOZMIC_GATEWAY_LOG_ROUTES_H_
#define KOZMIC_GATEWAY_LOG_ROUTES_H_

#include <optional>
#include <string>

#include "gateway/backends.h"
#include "gateway/live_streams.h"
#include "gateway/log_download.h"
#include "gateway/sessions.h"
#include "lib/http/admission.h"
#include "lib/http/exchange.h"
#include "lib/http/hardened_server.h"

namespace kozmic::gateway {

// The bytes of logs, when they were written, and what is in them. Thread-safe.
class LogRoutes {
 public:
  // None is owned.
  LogRoutes(const Backends& backends, const Sessions& sessions, LiveStreams& streams)
      : backends_(backends), sessions_(sessions), streams_(streams) {}

  // This must outlive `server`.
  void AddTo(http::HardenedServer& server) const;

 private:
  void Read(http::Exchange& exchange) const;
  void Times(http::Exchange& exchange) const;
  void Search(http::Exchange& exchange) const;
  // As it grows; false when it is sealed, and so to be read as it is.
  bool Follow(const LogDownload& download, const std::string& session,
              http::Exchange& exchange) const;
  // The log of the request's job and attempt, if the session's user may see it; else it is
  // answered.
  std::optional<std::string> LogName(http::Exchange& exchange, const std::string& session) const;

  const Backends& backends_;
  const Sessions& sessions_;
  LiveStreams& streams_;
  mutable http::Admission downloads_{kMostDownloads, kMostDownloadsOfOne};
  // A search takes a worker here and a processor there for up to two seconds.
  mutable http::Admission searches_{/*limit=*/8, /*limit_per_ip=*/2};
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_LOG_ROUTES_H_
