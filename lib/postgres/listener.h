#ifndef KOZMIC_LIB_POSTGRES_LISTENER_H_
#define KOZMIC_LIB_POSTGRES_LISTENER_H_

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/string_view.h"

namespace kozmic {

// Hears PostgreSQL notifications on a connection and thread of its own, reconnecting by itself.
// Notifications are hints: after a reconnection `heard` is called once per channel with an empty
// payload, because some may have been missed.
class PostgresListener {
 public:
  // `heard` runs on the listener's thread and must be quick.
  PostgresListener(std::string url, std::vector<std::string> channels,
                   std::function<void(absl::string_view channel, absl::string_view payload)> heard);
  // Ends and joins the thread.
  ~PostgresListener();
  PostgresListener(const PostgresListener&) = delete;
  PostgresListener& operator=(const PostgresListener&) = delete;

 private:
  void Run();
  // One connection's life; returns when it breaks or the listener stops.
  void Listen();
  // Waits for the stop signal or, when `socket` >= 0, for input on it. True: stop.
  bool WaitForInput(int socket, int timeout_ms) const;

  const std::string url_;
  const std::vector<std::string> channels_;
  const std::function<void(absl::string_view, absl::string_view)> heard_;
  int stop_event_;
  std::thread thread_;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_POSTGRES_LISTENER_H_
