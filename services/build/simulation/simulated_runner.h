#ifndef KOZMIC_SERVICES_BUILD_SIMULATION_SIMULATED_RUNNER_H_
#define KOZMIC_SERVICES_BUILD_SIMULATION_SIMULATED_RUNNER_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "services/build/simulation/faulty_stores.h"

namespace kozmic::build::simulation {

// A runner as services/runner behaves: one session, leases kept on its disk, renewed each 10 s, a
// script that begins only after its beginning was acknowledged, an end that is reported until it is
// taken. It crashes and adopts what ran; is held still for longer than a lease; repeats calls whose
// answers were lost; and the process that another took the place of goes on as if nothing were.
class SimulatedRunner {
 public:
  struct Traits {
    std::string name;
    std::vector<std::string> labels;
    int slots = 1;
  };
  // Neither `env` nor `store` is owned.
  SimulatedRunner(Environment& env, MemoryLeaseStore& store, Traits traits);

  // Begins to act.
  void Start();
  // Its labels, sorted.
  const std::vector<std::string>& labels() const { return traits_.labels; }

 private:
  struct Held {
    AttemptKey key;
    runner::v1::Phase phase = runner::v1::PHASE_STARTING;
    // Of the next phase, or of the script's end.
    absl::Time next;
    absl::Time granted;
    int timeout_seconds = 0;
    // It never ends by itself, and nobody minds its time limit.
    bool hangs = false;
    bool script_began = false;
    std::optional<AttemptEnd> end;
  };
  // A process that does not know that it is over.
  struct Ghost {
    std::string session;
    std::map<std::string, Held> held;
  };

  void Tick();
  void Open();
  void Advance();
  void Renew();
  void Finish();
  void Ask();
  void Suffer();
  void Haunt(const Ghost& ghost);
  void Take(const GrantedLease& lease);
  // What it says changes nothing.
  void FinishInVain(const std::string& session, const AttemptKey& key, v1::State state);
  AttemptEnd EndOf(v1::State state) const;

  Environment& env_;
  const Traits traits_;
  Connection connection_;
  FaultyLeaseStore store_;
  int sessions_ = 0;
  int requests_ = 0;
  std::string session_;
  std::string request_;
  std::map<std::string, Held> held_;
  absl::Time renewed_;
};

}  // namespace kozmic::build::simulation

#endif  // KOZMIC_SERVICES_BUILD_SIMULATION_SIMULATED_RUNNER_H_
