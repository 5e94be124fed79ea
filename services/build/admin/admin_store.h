#ifndef KOZMIC_SERVICES_BUILD_ADMIN_ADMIN_STORE_H_
#define KOZMIC_SERVICES_BUILD_ADMIN_ADMIN_STORE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kozmic/build/v1/admin.pb.h"
#include "lib/postgres/pool.h"

namespace kozmic::build {

// The installation's runners and queue as AdminService shows and changes them, in which `runner` is
// a name without "runners/". Thread-safe; any number of replicas on the same database. UNAVAILABLE
// when that is away.
class AdminStore {
 public:
  virtual ~AdminStore() = default;

  // `after`: the name of the last runner of the page before; empty: the first page.
  virtual absl::StatusOr<v1::ListRunnersResponse> ListRunners(absl::string_view after,
                                                              int page_size) = 0;
  // `by`: a login, or empty to resume it. NOT_FOUND.
  virtual absl::StatusOr<v1::Runner> SetPaused(const std::string& runner,
                                               const std::string& by) = 0;
  // Also its credential. NOT_FOUND; FAILED_PRECONDITION "runner_online".
  virtual absl::Status DeleteRunner(const std::string& runner) = 0;

  // NOT_FOUND.
  virtual absl::StatusOr<v1::Runner> GetRunner(const std::string& runner) = 0;

  // INVALID_ARGUMENT for a token that is none.
  virtual absl::StatusOr<v1::ListQueueResponse> ListQueue(absl::string_view page_token,
                                                          int page_size) = 0;
  // Before or behind all others. NOT_FOUND; FAILED_PRECONDITION "not_waiting".
  virtual absl::StatusOr<v1::QueuedJob> MoveJob(int64_t project, int64_t build, int64_t job,
                                                bool first) = 0;

  // `by`: a login, or empty to resume it. NOT_FOUND.
  virtual absl::StatusOr<v1::PausedProject> SetProjectPaused(int64_t project,
                                                             const std::string& by) = 0;
  virtual absl::StatusOr<v1::ListPausedProjectsResponse> ListPausedProjects() = 0;

  // `project`: 0 for all.
  virtual absl::StatusOr<v1::ListUntoldResponse> ListUntold(int64_t project) = 0;
  // How many were put off.
  virtual absl::StatusOr<int> RetryUntold(int64_t project) = 0;
};

// `pool` must outlive it.
std::unique_ptr<AdminStore> NewPostgresAdminStore(PostgresPool& pool);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_ADMIN_ADMIN_STORE_H_
