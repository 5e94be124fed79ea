#include "services/build/project_deleter.h"

#include "lib/status/macros.h"

namespace kozmic::build {

absl::StatusOr<bool> ProjectDeleter::Step(int64_t project) const {
  const absl::Time end = clock_.Now() + kStep;
  KOZMIC_RETURN_IF_ERROR(store_.MarkDeleted(project));
  bool builds_gone = false;
  // Logs last: a job that is still there could begin one.
  bool logs_gone = false;
  do {
    if (!builds_gone) {
      KOZMIC_ASSIGN_OR_RETURN(builds_gone, store_.RemovePart(project));
    } else {
      KOZMIC_ASSIGN_OR_RETURN(logs_gone, remove_logs_(project));
    }
  } while (!logs_gone && clock_.Now() < end);
  return logs_gone;
}

}  // namespace kozmic::build
