#ifndef KOZMIC_SERVICES_PROJECT_HOOKS_HOOK_SWEEPER_H_
#define KOZMIC_SERVICES_PROJECT_HOOKS_HOOK_SWEEPER_H_

#include <cstdint>

#include "absl/time/time.h"
#include "lib/base/worker.h"
#include "services/project/hooks/hooks.h"

namespace kozmic::project {

// Takes back the hooks whose making a crash interrupted, at start and now and then, on a thread of
// its own. Several processes may do so at once.
class HookSweeper {
 public:
  struct Options {
    // How old a half-made hook is given up; more than Hooks::Create may take.
    absl::Duration age = absl::Minutes(1);
    absl::Duration idle = absl::Minutes(2);
  };

  // `hooks` must outlive this.
  HookSweeper(const Hooks& hooks, const Options& options)
      : hooks_(hooks), options_(options), worker_([this] { return Step(); }) {}

  // Ends after the hook at hand. Idempotent.
  void Stop() { worker_.Stop(); }

 private:
  // One hook; returns how long to wait before the next.
  absl::Duration Step() {
    const auto undone = hooks_.UndoUnmade(after_, options_.age);
    const bool is_more = undone.ok() && undone->has_value();
    // A hook that GitHub cannot be asked about now waits for the next round.
    after_ = is_more ? **undone : 0;
    return is_more ? absl::ZeroDuration() : options_.idle;
  }

  const Hooks& hooks_;
  const Options options_;
  // Of the worker's thread.
  int64_t after_ = 0;
  Worker worker_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_HOOKS_HOOK_SWEEPER_H_
