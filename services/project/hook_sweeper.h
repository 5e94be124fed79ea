#ifndef KOZMIC_SERVICES_PROJECT_HOOK_SWEEPER_H_
#define KOZMIC_SERVICES_PROJECT_HOOK_SWEEPER_H_

#include <cstdint>

#include "absl/time/time.h"
#include "lib/base/worker.h"
#include "services/project/projects.h"

namespace kozmic::project {

// Takes back the hooks whose making a crash interrupted, at start and now and then, on a thread of
// its own. Several processes may do so at once.
class HookSweeper {
 public:
  struct Options {
    // How old a half-made hook is given up; more than CreateHook may take.
    absl::Duration age = absl::Minutes(1);
    absl::Duration idle = absl::Minutes(2);
  };

  // `projects` must outlive this.
  HookSweeper(const Projects& projects, const Options& options)
      : projects_(projects), options_(options), worker_([this] { return Step(); }) {}

  // Ends after the hook at hand. Idempotent.
  void Stop() { worker_.Stop(); }

 private:
  // One hook; returns how long to wait before the next.
  absl::Duration Step() {
    const auto undone = projects_.UndoUnfinishedHook(after_, options_.age);
    const bool is_more = undone.ok() && undone->has_value();
    // A hook that GitHub cannot be asked about now waits for the next round.
    after_ = is_more ? **undone : 0;
    return is_more ? absl::ZeroDuration() : options_.idle;
  }

  const Projects& projects_;
  const Options options_;
  // Of the worker's thread.
  int64_t after_ = 0;
  Worker worker_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_HOOK_SWEEPER_H_
