#ifndef KOZMIC_SERVICES_BUILD_SIMULATION_WORLD_H_
#define KOZMIC_SERVICES_BUILD_SIMULATION_WORLD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "services/build/simulation/outsiders.h"
#include "services/build/simulation/replicas.h"
#include "services/build/simulation/simulated_runner.h"

namespace kozmic::build::simulation {

// One simulated installation, from its first webhook until it has come to rest: some minutes in
// which everything goes wrong, then time without faults in which all must end. The same seed is the
// same story.
class World {
 public:
  World(uint64_t seed, bool traces);

  // Once. What is wrong; empty: nothing.
  std::string Run();

  const std::vector<std::string>& trace() const { return env_.trace; }
  // How much happened, to know that the worlds are not empty.
  int64_t changes() const { return env_.database.changes; }

 private:
  void Populate();
  void LoseTheDatabase();
  // Whether nothing is left but jobs that no runner fits.
  bool IsAtRest() const;
  void ComeToRest();
  // Jobs that no runner fits end because they have waited for too long.
  void OutwaitTheRest();

  Environment env_;
  MemoryLeaseStore leases_;
  MemoryStatusOutbox outbox_;
  MemoryBuilds builds_;
  FakeGithub github_;
  Webhooks webhooks_;
  People people_;
  std::vector<std::unique_ptr<SimulatedRunner>> runners_;
  SweeperReplica first_sweeper_;
  SweeperReplica second_sweeper_;
  ReporterReplica first_reporter_;
  ReporterReplica second_reporter_;
};

}  // namespace kozmic::build::simulation

#endif  // KOZMIC_SERVICES_BUILD_SIMULATION_WORLD_H_
