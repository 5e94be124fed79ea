#ifndef KOZMIC_SERVICES_BUILD_PROJECT_DELETER_H_
#define KOZMIC_SERVICES_BUILD_PROJECT_DELETER_H_

#include <cstdint>
#include <functional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "services/build/deletion_store.h"

namespace kozmic::build {

// Deletes projects: what this service knows of them, then their logs. Thread-safe.
class ProjectDeleter {
 public:
  // Removes a part of the project's logs; true when nothing is left of them.
  using RemoveLogs = std::function<absl::StatusOr<bool>(int64_t project)>;

  // After so long no other part is begun in the same step.
  static constexpr absl::Duration kStep = absl::Seconds(3);

  // `store` and `clock` are not owned.
  ProjectDeleter(DeletionStore& store, const Clock& clock, RemoveLogs remove_logs)
      : store_(store), clock_(clock), remove_logs_(std::move(remove_logs)) {}

  // Goes on with the deletion for kStep and one part more; the first step marks the project. True
  // when nothing is left, however often it is asked. After an error it is simply asked again.
  absl::StatusOr<bool> Step(int64_t project) const;

 private:
  DeletionStore& store_;
  const Clock& clock_;
  const RemoveLogs remove_logs_;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_PROJECT_DELETER_H_
