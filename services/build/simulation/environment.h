#ifndef KOZMIC_SERVICES_BUILD_SIMULATION_ENVIRONMENT_H_
#define KOZMIC_SERVICES_BUILD_SIMULATION_ENVIRONMENT_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "services/build/simulation/dice.h"
#include "services/build/simulation/event_queue.h"
#include "services/build/simulation/invariants.h"
#include "services/build/simulation/memory_database.h"

namespace kozmic::build::simulation {

// What all who act in a simulated world share.
struct Environment {
  Environment(uint64_t seed, bool keeps_trace) : dice(seed), tracing(keeps_trace) {}

  FakeClock clock{absl::FromUnixSeconds(1'700'000'000)};
  EventQueue events{clock};
  MemoryDatabase database{clock};
  Dice dice;
  Invariants invariants{database};
  // Faults happen.
  bool faulty = true;
  // The database answers nobody.
  bool database_away = false;
  // Projects whose settings let scripts be run again at some time.
  std::set<int64_t> ever_repeats;

  const bool tracing;
  std::vector<std::string> trace;
  // What is wrong with the world; empty: nothing. The first counts, and ends it.
  std::string failure;

  // Attempts whose script began, by project, build and job.
  std::map<std::tuple<int64_t, int64_t, int64_t>, std::set<int64_t>> scripts;

  template <typename... Parts>
  void Trace(const Parts&... parts) {
    if (!tracing) return;
    trace.push_back(absl::StrCat(
        absl::FormatDuration(clock.Now() - absl::FromUnixSeconds(1'700'000'000)), " ", parts...));
  }

  void Fail(std::string what) {
    if (!failure.empty()) return;
    failure = std::move(what);
    Trace("FAILURE ", failure);
    events.Stop();
  }

  // False: a script that may not be run again had begun in another attempt since its job was
  // enqueued.
  bool ScriptBegins(const AttemptKey& key);

  // A call of `actor` has changed the database, or not.
  void Check(const Actor& actor) {
    const std::string wrong = invariants.Check(actor);
    if (!wrong.empty()) Fail(wrong);
  }
};

}  // namespace kozmic::build::simulation

#endif  // KOZMIC_SERVICES_BUILD_SIMULATION_ENVIRONMENT_H_
