#ifndef KOZMIC_LIB_HTTP_HARDENED_SERVER_H_
#define KOZMIC_LIB_HTTP_HARDENED_SERVER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lib/http/exchange.h"
#include "lib/http/router.h"
#include "lib/http/server_options.h"

namespace kozmic::http {

// An HTTP/1.1 server that may face the internet. cpp-httplib provides request and response and
// writes the answers; everything that reads from a client is ours (see README.md): requests are
// received completely, within limits of size and time and without holding a thread, and a handler
// only sees what the strict parser accepted. TLS is terminated in front of it (tls/tls_front.h, or
// a proxy).
//
// Register routes, then Start(). Handlers run on several threads at once and should bound what they
// wait for. A handler that throws is answered 500 without a word about why.
class HardenedServer {
 public:
  // Binds; connections wait until Start(). UNAVAILABLE when the address cannot be had.
  static absl::StatusOr<std::unique_ptr<HardenedServer>> Listen(ServerOptions options);
  // Stops at once.
  ~HardenedServer();

  // As Router::Add. Handlers of GET routes answer HEAD as well.
  void Route(absl::string_view method, absl::string_view pattern, RouteOptions options,
             Handler handler);
  void Route(absl::string_view method, absl::string_view pattern, Handler handler) {
    Route(method, pattern, {}, std::move(handler));
  }
  void Fallback(Handler handler);

  int port() const;
  void Start();

  // Takes a connection that was made elsewhere, of the client at `ip`: any stream socket that does
  // not block. Thread-safe.
  void Adopt(UniqueFd fd, std::string ip);

  // Stops accepting, lets the requests that have begun finish within `grace`, cuts off the rest,
  // joins all threads. Idempotent. Detached sockets are no longer the server's.
  void Stop(absl::Duration grace);

  // For metrics and tests.
  size_t connections() const;
  uint64_t buffered_body_bytes() const;

 private:
  class Impl;
  explicit HardenedServer(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace kozmic::http

#endif  // KOZMIC_LIB_HTTP_HARDENED_SERVER_H_
