#ifndef KOZMIC_SERVICES_BUILD_SIMULATION_MEMORY_DATABASE_H_
#define KOZMIC_SERVICES_BUILD_SIMULATION_MEMORY_DATABASE_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "services/build/domain/build_model.h"
#include "services/build/lease_store.h"
#include "services/build/status_outbox.h"

namespace kozmic::build::simulation {

// The tables of the build service's database, as far as orchestration needs them. Whoever changes
// one does so in one go, as a transaction that commits.

struct ProjectRow {
  int64_t last_number = 0;
  int64_t last_rank = 0;
  v1::ProjectSettings settings;
  bool paused = false;
};

struct BuildRow {
  BuildModel model;
  std::string request_id;
  v1::Trigger trigger = v1::TRIGGER_PUSH;
  int64_t pull_request = 0;
  int64_t event_seconds = 0;
};

// What of a job is not in its model.
struct JobRow {
  int64_t build_id = 0;
  int64_t project = 0;
  std::string hook;
  // Sorted.
  std::vector<std::string> labels;
  int hook_limit = 0;
  int timeout_seconds = 0;
  int64_t rank = 0;
  absl::Time queue_time;
};

struct AttemptRow {
  AttemptKey key;
  std::string runner;
  std::string request_id;
  bool lost = false;
  runner::v1::Phase phase = runner::v1::PHASE_UNSPECIFIED;
  absl::Time start_time;
  absl::Time lease_expire_time;
  // Its state is pending while it runs.
  AttemptEnd end;

  bool runs() const { return end.state == v1::STATE_PENDING; }
};

struct RunnerRow {
  std::string session;
  // Sorted.
  std::vector<std::string> labels;
};

struct WishRow {
  StatusWish wish;
  int64_t reported = 0;
  absl::Time next_try_time;
  absl::Time claim_expire_time = absl::InfinitePast();
  absl::Time stray_until = absl::InfinitePast();
};

struct MemoryDatabase {
  explicit MemoryDatabase(const Clock& its_clock) : clock(its_clock) {}

  const Clock& clock;
  std::map<int64_t, ProjectRow> projects;
  std::map<int64_t, BuildRow> builds;
  std::map<int64_t, JobRow> jobs;
  // By job and number.
  std::map<std::pair<int64_t, int64_t>, AttemptRow> attempts;
  std::map<std::string, RunnerRow> runners;
  // By project and commit.
  std::map<std::pair<int64_t, std::string>, WishRow> wishes;
  // The rank that was granted last.
  int64_t queue_clock = 0;
  // Grows with each change.
  int64_t changes = 0;

  // Null when there is none.
  BuildRow* FindBuild(int64_t project, int64_t number);
  const JobModel& Job(int64_t job_id) const;
  // Whether a runner with `labels` may run it.
  static bool Fits(const JobRow& job, const std::vector<std::string>& labels);
};

}  // namespace kozmic::build::simulation

#endif  // KOZMIC_SERVICES_BUILD_SIMULATION_MEMORY_DATABASE_H_
