#ifndef KOZMIC_SERVICES_BUILD_CONTROL_STORE_H_
#define KOZMIC_SERVICES_BUILD_CONTROL_STORE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kozmic/build/v1/build.pb.h"
#include "lib/history/change.h"

namespace kozmic::build {

// A job that is enqueued, and what decides when it runs.
struct WaitFacts {
  int job = 0;
  v1::Gate gate = v1::GATE_UNSPECIFIED;
  std::vector<std::string> labels;
  // Jobs that go before it to the runners that fit it; at most 1000.
  int ahead = 0;
  // Of runners that were seen of late and are not paused: how many fit it, their slots, and how
  // many of these are taken.
  int fitting_runners = 0;
  int slots = 0;
  int busy_slots = 0;
  // Those that fit it and are paused.
  int paused_runners = 0;
  // Of its labels, those that none of them has; and whether there is any such runner.
  std::vector<std::string> missing_labels;
  bool any_runner = false;
  // Who has paused its project: a login; empty: nobody.
  std::string project_paused_by;
  // Its project's and its hook's limit (0: none), and how many jobs run that count for them.
  int project_limit = 0;
  int project_running = 0;
  int hook_limit = 0;
  int hook_running = 0;
};

// What people do to builds. Those of a deleted project are not there. Thread-safe; any number of
// replicas on the same database. All: NOT_FOUND when there is no such build or job; UNAVAILABLE
// when the database is away. Each change is one transaction, which also tells GitHub, watchers and
// runners.
class ControlStore {
 public:
  virtual ~ControlStore() = default;

  // `job`: 0 for all of the build. FAILED_PRECONDITION "not_running" when there is nothing to end.
  virtual absl::Status Cancel(int64_t project, int64_t build, int64_t job,
                              absl::string_view reason) = 0;

  // Of a build's jobs, those that can be restarted: which hook each is of, by job number. `job`: 0
  // for all; `failed_only` leaves out those that succeeded. FAILED_PRECONDITION "not_finished" when
  // there is none.
  virtual absl::StatusOr<std::map<int64_t, std::string>> ListRestartable(int64_t project,
                                                                         int64_t build, int64_t job,
                                                                         bool failed_only) = 0;
  // Enqueues jobs anew, each with what it now runs, by job number. FAILED_PRECONDITION
  // "not_finished" when one has not ended; then none is restarted.
  virtual absl::Status Restart(int64_t project, int64_t build,
                               const std::map<int64_t, v1::JobSpec>& jobs) = 0;

  // FAILED_PRECONDITION "commit_differs", "not_waiting".
  virtual absl::Status Approve(int64_t project, int64_t build, absl::string_view commit,
                               absl::string_view approver) = 0;

  // Those of a project that was never built are the defaults.
  virtual absl::StatusOr<v1::ProjectSettings> GetSettings(int64_t project) = 0;
  // Where limits have grown, jobs go on. The project's history tells who did it.
  virtual absl::Status UpdateSettings(int64_t project, const v1::ProjectSettings& settings,
                                      const Author& by) = 0;

  // Of the build's jobs that are enqueued, by job number.
  virtual absl::StatusOr<std::vector<WaitFacts>> ListWaits(int64_t project, int64_t build) = 0;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_CONTROL_STORE_H_
