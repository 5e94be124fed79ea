#include "lib/http/hardened_server.h"

#include <sys/socket.h>

#include <exception>
#include <utility>

#include "lib/http/admission.h"
#include "lib/http/byte_budget.h"
#include "lib/http/receiver.h"
#include "lib/http/response_stream.h"
#include "lib/http/status_text.h"
#include "lib/http/worker_pool.h"

namespace kozmic::http {
namespace {

constexpr int kBacklog = 4096;
constexpr Rejection kInternal = {500, "internal", "Something went wrong here. Try again later."};

// The request that this thread is answering: httplib passes none of it through.
struct Current {
  Connection* connection;
  bool keep_alive;
  std::function<void(DetachedSocket)> detach;
  std::string trace_id = {};
};
thread_local Current* current = nullptr;

void SetInternalError(httplib::Response& response) {
  response = httplib::Response();
  response.version = "HTTP/1.1";
  response.status = kInternal.status;
  response.set_content(RejectionBody(kInternal), "application/json");
}

}  // namespace

class HardenedServer::Impl final : private httplib::Server {
 public:
  Impl(ServerOptions options, UniqueFd listener)
      : options_(std::move(options)),
        port_(LocalPort(listener.get())),
        admission_(options_.max_connections, options_.max_connections_per_ip),
        bodies_(options_.max_buffered_body_bytes, options_.max_buffered_body_bytes_per_ip),
        workers_(options_.workers, options_.queue,
                 [this](std::unique_ptr<Connection> connection) { Serve(std::move(connection)); }),
        receiver_(options_, router_, admission_, bodies_, std::move(listener),
                  [this](std::unique_ptr<Connection>& connection) {
                    return workers_.Submit(connection);
                  }) {
    // httplib takes a missing listening socket for a shutdown and would cut answers short. It never
    // uses the number otherwise: binding, accepting and reading are not left to it.
    svr_sock_ = 0;
    set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      Answer(request, response);
      return HandlerResponse::Handled;
    });
    set_post_routing_handler(
        [this](const httplib::Request&, httplib::Response& response) { Finish(response); });
  }
  ~Impl() override { Stop(absl::ZeroDuration()); }

  Router& router() { return router_; }
  int port() const { return port_; }
  size_t connections() const { return admission_.count(); }
  uint64_t buffered_body_bytes() const { return bodies_.used(); }
  void Start() { receiver_.Start(); }
  void Adopt(UniqueFd fd, std::string ip) { receiver_.Adopt(std::move(fd), std::move(ip)); }

  void Stop(absl::Duration grace) {
    receiver_.Drain();
    if (grace > absl::ZeroDuration()) admission_.WaitEmpty(grace);
    abort_.Signal();
    receiver_.Stop();
    workers_.Stop();
    // A worker may have returned a connection in between.
    receiver_.Stop();
  }

 private:
  // Runs on a worker.
  void Serve(std::unique_ptr<Connection> connection) {
    const ReceivedRequest& request = connection->request;
    Current now = {connection.get(), request.head.keep_alive && !receiver_.draining(), nullptr};
    ResponseStream stream(*connection, options_, abort_.get(), request.head.method);
    int status = 0;
    bool complete = false;
    current = &now;
    try {
      bool closed = false;
      complete = process_request(stream, !now.keep_alive, closed, [&](httplib::Request& seen) {
        seen.target = request.head.target;
        seen.path = request.target.path;
        seen.headers = request.head.headers;
        seen.body = std::move(connection->request.body);
        seen.remote_addr = connection->ip;
      });
    } catch (...) {
      // Out of a content provider. Before the first byte is out there is still a way to say so.
      now.detach = nullptr;
      if (stream.sent() == 0) {
        stream.Discard();
        WriteInternalError(stream);
        status = kInternal.status;
      }
    }
    current = nullptr;
    const bool sent = stream.Flush();
    if (options_.on_access) {
      options_.on_access({request.head.method, request.target.path, connection->ip,
                          status != 0 ? status : last_status(), stream.sent(),
                          absl::FromChrono(std::chrono::steady_clock::now() - request.started),
                          std::move(now.trace_id)});
    }
    if (now.detach) {
      receiver_.Forget(*connection);
      if (!sent) return;
      const auto detach = std::move(now.detach);
      DetachedSocket socket{std::move(connection->fd), std::move(connection->ip)};
      connection.reset();
      Guarded([&] { detach(std::move(socket)); });
      return;
    }
    receiver_.Return(std::move(connection), complete && sent && now.keep_alive);
  }

  // The handler, called by httplib before it would route or read by itself.
  void Answer(const httplib::Request& request, httplib::Response& response) {
    Current& now = *current;
    const ReceivedRequest& received = now.connection->request;
    Exchange exchange{request,
                      received.target,
                      received.match.variables,
                      now.connection->ip,
                      received.head.accept_encoding,
                      received.head.range,
                      received.head.if_range,
                      response};
    if (!Guarded([&] { received.match.route->handler(exchange); })) {
      exchange.detach = nullptr;
      SetInternalError(response);
    }
    now.trace_id = std::move(exchange.trace_id);
    if (response.status < 100 || response.status > 599) response.status = 200;
    if (exchange.detach && request.method != "HEAD") {
      now.detach = std::move(exchange.detach);
      // Writes the head only; the receiver of the socket writes the rest.
      const auto type = response.headers.find("Content-Type");
      const std::string media = type == response.headers.end() ? "" : type->second;
      response.headers.erase("Content-Type");
      response.body.clear();
      response.set_content_provider(media, [](size_t, httplib::DataSink&) { return false; });
    }
  }

  // The last look at the answer's head.
  void Finish(httplib::Response& response) {
    Current& now = *current;
    last_status() = response.status;
    response.headers.erase("Keep-Alive");
    const bool delimited = response.has_header("Content-Length") ||
                           response.has_header("Transfer-Encoding") || response.status == 304 ||
                           response.status == 204;
    if (!delimited) now.keep_alive = false;
    if (response.status == 204 || response.status == 304) response.headers.erase("Content-Length");
    if (!now.keep_alive) {
      response.headers.erase("Connection");
      response.set_header("Connection", "close");
    }
    response.set_header("Date", DateText());
    for (const auto& [name, value] : options_.headers) {
      if (!response.has_header(name)) response.set_header(name, value);
    }
  }

  void WriteInternalError(ResponseStream& stream) {
    const std::string body = RejectionBody(kInternal);
    std::string text = "HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\n";
    text += "Connection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    for (const auto& [name, value] : options_.headers) text += name + ": " + value + "\r\n";
    text += "\r\n" + body;
    stream.write(text.data(), text.size());
  }

  // Whether `work` ended without an exception.
  template <typename Work>
  static bool Guarded(const Work& work) {
    try {
      work();
      return true;
    } catch (...) {
      return false;
    }
  }

  static int& last_status() {
    thread_local int status = 0;
    return status;
  }

  const ServerOptions options_;
  const int port_;
  Router router_;
  Admission admission_;
  ByteBudget bodies_;
  EventFd abort_;
  WorkerPool workers_;
  Receiver receiver_;
};

absl::StatusOr<std::unique_ptr<HardenedServer>> HardenedServer::Listen(ServerOptions options) {
  absl::StatusOr<UniqueFd> listener = ListenTcp(options.host, options.port, kBacklog);
  if (!listener.ok()) return listener.status();
  return std::unique_ptr<HardenedServer>(
      new HardenedServer(std::make_unique<Impl>(std::move(options), *std::move(listener))));
}

HardenedServer::HardenedServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HardenedServer::~HardenedServer() = default;

void HardenedServer::Route(absl::string_view method, absl::string_view pattern,
                           RouteOptions options, Handler handler) {
  impl_->router().Add(method, pattern, std::move(options), std::move(handler));
}
void HardenedServer::Fallback(Handler handler) { impl_->router().SetFallback(std::move(handler)); }
int HardenedServer::port() const { return impl_->port(); }
void HardenedServer::Start() { impl_->Start(); }
void HardenedServer::Adopt(UniqueFd fd, std::string ip) {
  impl_->Adopt(std::move(fd), std::move(ip));
}
void HardenedServer::Stop(absl::Duration grace) { impl_->Stop(grace); }
size_t HardenedServer::connections() const { return impl_->connections(); }
uint64_t HardenedServer::buffered_body_bytes() const { return impl_->buffered_body_bytes(); }

}  // namespace kozmic::http
