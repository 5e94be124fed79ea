#ifndef KOZMIC_SERVICES_BUILD_SIMULATION_INVARIANTS_H_
#define KOZMIC_SERVICES_BUILD_SIMULATION_INVARIANTS_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "services/build/simulation/memory_database.h"

namespace kozmic::build::simulation {

// Who has just called.
struct Actor {
  enum class Kind { kRunner, kSweeper, kReporter, kPerson };
  Kind kind = Kind::kPerson;
  std::string name = {};
};

// What must hold after every change, whoever made it. Compares the tables with what they were after
// the change before.
class Invariants {
 public:
  explicit Invariants(const MemoryDatabase& database) : db_(database) {}

  // What is wrong after a call of `actor`; empty: nothing.
  std::string Check(const Actor& actor);

  // A runner with `labels` was told that there is no job for it.
  std::string CheckNothingFor(const std::vector<std::string>& labels) const;

  // All is at rest: nothing is open any more.
  std::string CheckAllEnded() const;

 private:
  struct JobBefore {
    v1::State state = v1::STATE_ENQUEUED;
    int attempt = 0;
    int64_t rank = 0;
    // Order in which jobs were enqueued by somebody, and how deep into its own project's turns it
    // was put then.
    int64_t turn = 0;
    int64_t depth = 0;
    // By other project, the ranks of its later jobs that were granted while this one might have
    // run. One that is requeued counts once.
    std::map<int64_t, std::set<int64_t>> overtakers;
  };
  struct BuildBefore {
    v1::State state = v1::STATE_ENQUEUED;
    int generation = 1;
    size_t jobs = 0;
  };
  struct AttemptBefore {
    v1::State state = v1::STATE_PENDING;
    bool lost = false;
    absl::Time lease_expire_time;
  };

  std::string CheckNumbers() const;
  std::string CheckBuild(const BuildRow& build);
  std::string CheckJob(const BuildModel& build, const JobModel& job);
  std::string CheckAttempts(const Actor& actor);
  std::string CheckGrant(const JobModel& job);
  std::string CheckOvertaking(const JobModel& granted);
  // Nobody would ever open its gate.
  bool IsForgotten(const JobModel& job) const;
  // Of its project and, apart, of its hook.
  std::pair<int, int> CountRunning(const JobRow& job) const;

  const MemoryDatabase& db_;
  int64_t changes_ = 0;
  int64_t turns_ = 0;
  std::map<int64_t, JobBefore> jobs_;
  std::map<int64_t, BuildBefore> builds_;
  std::map<std::pair<int64_t, int64_t>, AttemptBefore> attempts_;
};

}  // namespace kozmic::build::simulation

#endif  // KOZMIC_SERVICES_BUILD_SIMULATION_INVARIANTS_H_
