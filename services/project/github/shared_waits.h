#ifndef KOZMIC_SERVICES_PROJECT_GITHUB_SHARED_WAITS_H_
#define KOZMIC_SERVICES_PROJECT_GITHUB_SHARED_WAITS_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lib/github/rate_gate.h"
#include "lib/postgres/listener.h"
#include "lib/postgres/pool.h"

namespace kozmic::project {

// Lets all processes that act in people's names at GitHub wait when one of them is asked to: by the
// database, so that who is started anew waits too.
class SharedWaits {
 public:
  // Neither is owned. Tells others of what `gate` is asked from now on.
  SharedWaits(PostgresPool& pool, github::RateGate& gate);

  // Listens to the others at `database_url`, on a thread of its own, until Stop.
  void Start(const std::string& database_url);
  void Stop() { listener_.reset(); }

 private:
  absl::Status Tell(const std::string& digest, absl::Time opens);
  absl::Status Hear();

  PostgresPool& pool_;
  github::RateGate& gate_;
  std::unique_ptr<PostgresListener> listener_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_GITHUB_SHARED_WAITS_H_
