#ifndef KOZMIC_BENCH_RUNNER_LOAD_BARE_H_
#define KOZMIC_BENCH_RUNNER_LOAD_BARE_H_

#include <string>

#include "absl/time/time.h"
#include "bench/runner_load/stage.h"

namespace kozmic::bench {

struct BareRun {
  // Before its first call; when the engine said that it had ended; when it was removed.
  absl::Time begin;
  absl::Time end;
  absl::Time removed;
};

// What the Engine API alone takes for a container of the stage's image that runs a script: create,
// start, wait, remove. `folder`: seen in it as /out; empty: none. The script must succeed.
BareRun RunBare(const Stage& stage, const std::string& script, const std::string& folder = "");

}  // namespace kozmic::bench

#endif  // KOZMIC_BENCH_RUNNER_LOAD_BARE_H_
