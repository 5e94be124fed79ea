#ifndef KOZMIC_SERVICES_BUILD_SIMULATION_REPLICAS_H_
#define KOZMIC_SERVICES_BUILD_SIMULATION_REPLICAS_H_

#include <memory>
#include <string>

#include "lib/base/random.h"
#include "services/build/lease_sweeper.h"
#include "services/build/simulation/fake_github.h"
#include "services/build/simulation/faulty_stores.h"
#include "services/build/status_reporter.h"

namespace kozmic::build::simulation {

// The real LeaseSweeper, run by a process that is held still, dies and is started again.
class SweeperReplica {
 public:
  SweeperReplica(Environment& env, MemoryLeaseStore& store, std::string name);
  void Start();

 private:
  void Restart();
  void Step();

  Environment& env_;
  MemoryLeaseStore& memory_;
  const std::string name_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<FaultyLeaseStore> store_;
  std::unique_ptr<LeaseSweeper> sweeper_;
};

// The same with the real StatusReporter.
class ReporterReplica {
 public:
  ReporterReplica(Environment& env, MemoryStatusOutbox& outbox, FakeGithub& github,
                  std::string name, uint64_t seed);
  void Start();

 private:
  void Restart();
  void Step();

  Environment& env_;
  MemoryStatusOutbox& memory_;
  FakeGithub& github_;
  const std::string name_;
  SeededRandom random_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<FaultyStatusOutbox> outbox_;
  std::unique_ptr<StatusReporter> reporter_;
};

}  // namespace kozmic::build::simulation

#endif  // KOZMIC_SERVICES_BUILD_SIMULATION_REPLICAS_H_
