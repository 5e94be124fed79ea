#include "lib/docker/engine_http.h"

#include <httplib.h>
#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "lib/trace/span.h"
#include "nlohmann/json.hpp"

namespace kozmic::docker {
namespace {

constexpr size_t kMaxCollectedBytes = 32 << 20;
constexpr int kNotModified = 304;

bool IsSuccess(int http_status) {
  return (http_status >= 200 && http_status < 300) || http_status == kNotModified;
}

absl::StatusCode CodeOf(int http_status) {
  switch (http_status) {
    case 400:
      return absl::StatusCode::kInvalidArgument;
    case 401:
    case 403:
      return absl::StatusCode::kPermissionDenied;
    case 404:
      return absl::StatusCode::kNotFound;
    case 409:
      return absl::StatusCode::kFailedPrecondition;
    default:
      return absl::StatusCode::kInternal;
  }
}

std::string MessageOf(int http_status, const std::string& body) {
  const auto json = nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (json.is_object()) {
    const auto message = json.find("message");
    if (message != json.end() && message->is_string() && !message->get<std::string>().empty()) {
      return message->get<std::string>();
    }
  }
  return absl::StrCat("the Docker engine answered HTTP ", http_status);
}

}  // namespace

absl::StatusOr<EngineReply> EngineHttp::Call(const EngineRequest& request) const {
  Span span(absl::StrCat("Docker ", request.method), Span::Kind::kClient);
  span.Set("url.path", request.path.substr(0, request.path.find('?')));
  absl::StatusOr<EngineReply> reply = Exchange(request);
  span.SetStatus(reply.status());
  return reply;
}

absl::StatusOr<EngineReply> EngineHttp::Exchange(const EngineRequest& request) const {
  httplib::Client client(socket_path_);
  client.set_address_family(AF_UNIX);
  client.set_url_encode(false);
  client.set_connection_timeout(absl::ToChronoMicroseconds(request.timeout));
  client.set_read_timeout(absl::ToChronoMicroseconds(request.timeout));
  client.set_write_timeout(absl::ToChronoMicroseconds(request.timeout));

  httplib::Request http;
  http.method = request.method;
  http.path = absl::StrCat("/v", std::string(kApiVersion), request.path);
  // Without it httplib names the socket's path, which the engine refuses as malformed.
  http.headers.emplace("Host", "localhost");
  for (const auto& [name, value] : request.headers) http.headers.emplace(name, value);
  if (!request.body.empty()) http.headers.emplace("Content-Type", request.content_type);
  http.body = request.body;

  const absl::Time deadline = absl::Now() + request.timeout;
  EngineReply reply;
  enum class Ended { kByItself, kLate, kTooLong, kByReceiver };
  Ended ended = Ended::kByItself;
  http.response_handler = [&](const httplib::Response& response) {
    reply.http_status = response.status;
    return true;
  };
  http.content_receiver = [&](const char* data, size_t size, uint64_t, uint64_t) {
    if (absl::Now() > deadline) {
      ended = Ended::kLate;
    } else if (request.on_bytes && IsSuccess(reply.http_status)) {
      if (!request.on_bytes(absl::string_view(data, size))) ended = Ended::kByReceiver;
    } else if (reply.body.size() + size > kMaxCollectedBytes) {
      ended = Ended::kTooLong;
    } else {
      reply.body.append(data, size);
    }
    return ended == Ended::kByItself;
  };

  httplib::Error error = httplib::Error::Unknown;
  {
    absl::Notification done;
    // stop() reaches only a connection that is open already, so it is repeated until the call has
    // come back. A stop that was requested before runs the callback right here.
    const std::thread::id caller = std::this_thread::get_id();
    std::stop_callback stopper(request.stop, [&] {
      if (std::this_thread::get_id() == caller) return;
      do {
        client.stop();
      } while (!done.WaitForNotificationWithTimeout(absl::Milliseconds(1)));
    });
    if (request.stop.stop_requested()) {
      done.Notify();
      return absl::CancelledError("the call to Docker was cancelled");
    }
    httplib::Response response;
    client.send(http, response, error);
    reply.http_status = response.status;
    done.Notify();
  }

  const bool complete = error == httplib::Error::Success && ended == Ended::kByItself;
  if (!complete) {
    if (request.stop.stop_requested() || ended == Ended::kByReceiver) {
      return absl::CancelledError("the call to Docker was cancelled");
    }
    if (ended == Ended::kTooLong) return absl::InternalError("Docker's answer is too long");
    const std::string what = absl::StrCat("Docker at ", socket_path_, " ");
    if (ended == Ended::kLate || absl::Now() >= deadline) {
      return absl::DeadlineExceededError(
          absl::StrCat(what, "did not answer within ", absl::FormatDuration(request.timeout)));
    }
    if (error == httplib::Error::Connection || error == httplib::Error::ConnectionTimeout) {
      return absl::UnavailableError(absl::StrCat(what, "cannot be reached"));
    }
    return absl::UnavailableError(absl::StrCat(what, "hung up (", httplib::to_string(error), ")"));
  }
  if (!IsSuccess(reply.http_status)) {
    return absl::Status(CodeOf(reply.http_status), MessageOf(reply.http_status, reply.body));
  }
  return reply;
}

std::string UrlEncode(absl::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      encoded += c;
    } else {
      absl::StrAppendFormat(&encoded, "%%%02X", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace kozmic::docker
