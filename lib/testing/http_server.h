#ifndef KOZMIC_LIB_TESTING_HTTP_SERVER_H_
#define KOZMIC_LIB_TESTING_HTTP_SERVER_H_

#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "httplib.h"

namespace kozmic {

// A plain HTTP server on a free loopback port that plays another program. Its routes are set
// between construction and Start(); it ends with this object.
class TestHttpServer {
 public:
  explicit TestHttpServer(
      std::unique_ptr<httplib::Server> server = std::make_unique<httplib::Server>())
      : server_(std::move(server)) {
    server_->set_tcp_nodelay(true);
    server_->new_task_queue = [] { return new httplib::ThreadPool(16); };
    port_ = server_->bind_to_any_port("127.0.0.1");
  }
  ~TestHttpServer() { Stop(); }
  TestHttpServer(const TestHttpServer&) = delete;
  TestHttpServer& operator=(const TestHttpServer&) = delete;

  httplib::Server& server() { return *server_; }
  void Start() {
    thread_ = std::thread([this] { server_->listen_after_bind(); });
    // Connections are taken already; but a server that does not run yet cannot be stopped.
    while (!server_->is_running()) std::this_thread::yield();
  }

  // No route runs afterwards. Idempotent.
  void Stop() {
    server_->stop();
    if (thread_.joinable()) thread_.join();
  }

  int port() const { return port_; }
  std::string url() const { return absl::StrCat("http://127.0.0.1:", port_); }

 private:
  const std::unique_ptr<httplib::Server> server_;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_TESTING_HTTP_SERVER_H_
