#include "lib/postgres/listener.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <utility>

#include "lib/base/log.h"
#include "pqxx/pqxx"

namespace kozmic {
namespace {

constexpr int kReconnectMs = 1000;
// TCP alone does not tell that a server has vanished; a statement now and then does.
constexpr int kProbeMs = 30000;

class Receiver final : public pqxx::notification_receiver {
 public:
  Receiver(pqxx::connection& connection, const std::string& channel,
           const std::function<void(absl::string_view, absl::string_view)>& heard)
      : pqxx::notification_receiver(connection, channel), heard_(heard) {}

  void operator()(const std::string& payload, int) override { heard_(channel(), payload); }

 private:
  const std::function<void(absl::string_view, absl::string_view)>& heard_;
};

}  // namespace

PostgresListener::PostgresListener(
    std::string url, std::vector<std::string> channels,
    std::function<void(absl::string_view channel, absl::string_view payload)> heard)
    : url_(std::move(url)),
      channels_(std::move(channels)),
      heard_(std::move(heard)),
      stop_event_(eventfd(0, EFD_CLOEXEC)),
      thread_([this] { Run(); }) {}

PostgresListener::~PostgresListener() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(stop_event_, &one, sizeof(one));
  thread_.join();
  close(stop_event_);
}

bool PostgresListener::WaitForInput(int socket, int timeout_ms) const {
  pollfd fds[2] = {{stop_event_, POLLIN, 0}, {socket, POLLIN, 0}};
  poll(fds, socket >= 0 ? 2 : 1, timeout_ms);
  return fds[0].revents != 0;
}

void PostgresListener::Run() {
  do {
    try {
      Listen();
    } catch (const std::exception& error) {
      Log(Severity::kWarning, "not listening to the database; trying again",
          {{"error", error.what()}});
    }
  } while (!WaitForInput(-1, kReconnectMs));
}

void PostgresListener::Listen() {
  pqxx::connection connection(url_);
  std::vector<std::unique_ptr<Receiver>> receivers;
  for (const std::string& channel : channels_) {
    receivers.push_back(std::make_unique<Receiver>(connection, channel, heard_));
  }
  connection.get_notifs();
  for (const std::string& channel : channels_) heard_(channel, "");
  while (!WaitForInput(connection.sock(), kProbeMs)) {
    if (connection.get_notifs() == 0) {
      pqxx::nontransaction probe(connection);
      probe.exec0("SET client_min_messages = warning");
    }
    if (!connection.is_open()) return;
  }
  // The stop signal stays readable: Run's wait sees it too.
}

}  // namespace kozmic
