#ifndef KOZMIC_SERVICES_BUILD_RETENTION_LOG_EXPIRER_H_
#define KOZMIC_SERVICES_BUILD_RETENTION_LOG_EXPIRER_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/build/retention/retention_store.h"

namespace kozmic::build {

// Has the bytes of logs freed that are no longer to be kept. Any number of replicas may do it at
// once. Not thread-safe.
class LogExpirer {
 public:
  // Days are counted: minutes do not matter.
  static constexpr absl::Duration kInterval = absl::Minutes(10);
  static constexpr int kTogether = 200;

  // Frees logs' bytes, by their names. Idempotent.
  using Expire = std::function<absl::Status(const std::vector<std::string>& logs)>;

  // `store` is not owned.
  LogExpirer(RetentionStore& store, Expire expire) : store_(store), expire_(std::move(expire)) {}

  // One part of what there is to do; returns the wait until the next: the step of a Worker.
  absl::Duration Step();

 private:
  // True: there may be more.
  absl::StatusOr<bool> ExpireSome();

  RetentionStore& store_;
  const Expire expire_;
  bool failing_ = false;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_RETENTION_LOG_EXPIRER_H_
