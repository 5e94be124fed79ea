#ifndef KOZMIC_LIB_DOCKER_ENGINE_HTTP_H_
#define KOZMIC_LIB_DOCKER_ENGINE_HTTP_H_

#include <functional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace kozmic::docker {

// One HTTP call to a Docker engine.
struct EngineRequest {
  std::string method;
  // With its query, percent-encoded, without the API version: "/containers/json?all=1".
  std::string path;
  std::string body = {};
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers = {};
  // For the whole call.
  absl::Duration timeout = absl::Seconds(30);
  // Ends the call early with CANCELLED.
  std::stop_token stop = {};
  // Takes the body of a successful answer as it comes; it is collected otherwise. False ends the
  // call with CANCELLED.
  std::function<bool(absl::string_view)> on_bytes = {};
};

struct EngineReply {
  int http_status = 0;
  // Empty with `on_bytes`.
  std::string body = {};
};

// HTTP over an engine's Unix socket, one connection a call: an engine's answers are then
// independent of each other. Thread-safe. A call that is stopped while it writes raises SIGPIPE:
// the process must ignore that signal.
class EngineHttp {
 public:
  // The version of the Engine API that all calls name.
  static constexpr absl::string_view kApiVersion = "1.41";

  explicit EngineHttp(std::string socket_path) : socket_path_(std::move(socket_path)) {}

  // Answers of 2xx and 304 are OK. Others become a status that keeps Docker's message: 400
  // INVALID_ARGUMENT, 401 and 403 PERMISSION_DENIED, 404 NOT_FOUND, 409 FAILED_PRECONDITION, the
  // rest INTERNAL. UNAVAILABLE when there is no engine at the socket or it hung up,
  // DEADLINE_EXCEEDED when it did not answer in time.
  absl::StatusOr<EngineReply> Call(const EngineRequest& request) const;

  const std::string& socket_path() const { return socket_path_; }

 private:
  absl::StatusOr<EngineReply> Exchange(const EngineRequest& request) const;

  const std::string socket_path_;
};

// Percent-encodes everything but unreserved characters.
std::string UrlEncode(absl::string_view text);

}  // namespace kozmic::docker

#endif  // KOZMIC_LIB_DOCKER_ENGINE_HTTP_H_
