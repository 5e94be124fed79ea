#ifndef KOZMIC_LIB_HTTP_SERVER_OPTIONS_H_
#define KOZMIC_LIB_HTTP_SERVER_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "lib/http/request_head.h"
#include "lib/outgoing/address_rules.h"

namespace kozmic::http {

// What was answered; for logs and metrics.
struct AccessRecord {
  // Empty when the request was refused before it could be read that far. Never with the query: it
  // may carry credentials.
  std::string method;
  std::string path;
  std::string client_ip;
  int status = 0;
  uint64_t response_bytes = 0;
  // From the request's first byte to the answer's last.
  absl::Duration duration;
  // The handler's Exchange::trace_id.
  std::string trace_id = {};
};

struct ServerOptions {
  std::string host = "127.0.0.1";
  // 0: any free port.
  int port = 0;

  HeadLimits head = {};
  // From the first byte of a request (or, on a new connection, from accepting it) to the end of
  // its head.
  absl::Duration head_timeout = absl::Seconds(10);
  // A body must come at the minimum rate or more in each period of this grace; an answer must be
  // taken within the grace plus its size at the minimum rate. A rate of 0: within the grace.
  absl::Duration transfer_grace = absl::Seconds(10);
  uint64_t minimum_bytes_per_second = 64 * 1024;
  // How long a connection may wait for its next request; it costs no thread meanwhile.
  absl::Duration idle_timeout = absl::Seconds(75);

  // Threads that run handlers; started as they are needed.
  size_t workers = 64;
  // Complete requests that wait for a worker; more are answered 503.
  size_t queue = 1024;
  size_t max_connections = 10000;
  // 0: no limit.
  size_t max_connections_per_ip = 0;
  // Of all bodies being received at once; a request that would exceed it is answered 503.
  uint64_t max_buffered_body_bytes = uint64_t{256} << 20;
  // The part of it that the requests of one address may have together. 0: no limit.
  uint64_t max_buffered_body_bytes_per_ip = 0;

  // Values that the Host header may have, with or without port: "ci.example.com" admits any port.
  // Empty: all. Others are answered 421.
  std::vector<std::string> allowed_hosts = {};
  // Whose X-Forwarded-For is believed: then limits per address, and records of access, are of whom
  // they work for.
  AddressRules trusted_proxies = {};
  // Put on every answer that does not set them itself.
  std::vector<std::pair<std::string, std::string>> headers = {};

  // Called after each answer, on a server thread; must be quick and thread-safe. May be empty.
  std::function<void(const AccessRecord&)> on_access = {};
};

}  // namespace kozmic::http

#endif  // KOZMIC_LIB_HTTP_SERVER_OPTIONS_H_
