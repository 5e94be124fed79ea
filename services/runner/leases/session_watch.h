#ifndef KOZMIC_SERVICES_RUNNER_LEASES_SESSION_WATCH_H_
#define KOZMIC_SERVICES_RUNNER_LEASES_SESSION_WATCH_H_

#include <functional>
#include <stop_token>
#include <thread>

#include "absl/time/time.h"
#include "lib/base/random.h"
#include "services/runner/leases/build_link.h"

namespace kozmic::runner {

// Listens for hints that leases are to be renewed at once, on a thread of its own. Without it all
// works, only later.
class SessionWatch {
 public:
  struct Options {
    absl::Duration first_pause = absl::Milliseconds(200);
    absl::Duration longest_pause = absl::Seconds(10);
    // After a build service that does not know of it, which may be replaced by one that does.
    absl::Duration unknown_pause = absl::Minutes(10);
  };

  // `renew` must return at once. Nothing is owned.
  SessionWatch(BuildLink& link, Random& random, std::function<void()> renew, Options options);
  // `renew` is not called afterwards.
  ~SessionWatch() = default;

 private:
  void Run(const std::stop_token& stop);

  BuildLink& link_;
  Random& random_;
  const std::function<void()> renew_;
  const Options options_;
  std::jthread thread_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_LEASES_SESSION_WATCH_H_
