#ifndef KOZMIC_SERVICES_RUNNER_MACHINE_CLOCK_H_
#define KOZMIC_SERVICES_RUNNER_MACHINE_CLOCK_H_

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace kozmic::runner {

// A moment by both of a machine's clocks, so that another process, even after a restart of the
// machine, can tell how long ago it was.
struct Moment {
  // Another one after each start of the machine; empty when the kernel does not tell.
  std::string boot_id;
  // Since that start, sleep included. Nobody can set it.
  absl::Duration since_boot;
  // People and time servers can set it.
  absl::Time wall;

  // One line, and back; absent when it is none of ours.
  std::string ToString() const;
  static std::optional<Moment> Parse(absl::string_view text);
};

// How much time has passed, never less than none: by the clock that nobody can set, and only across
// a restart of the machine by the wall clock.
absl::Duration Elapsed(const Moment& since, const Moment& now);

// Where moments come from. Thread-safe.
class MachineClock {
 public:
  virtual ~MachineClock() = default;
  virtual Moment Now() const = 0;
};

class SystemMachineClock final : public MachineClock {
 public:
  SystemMachineClock();
  Moment Now() const override;

 private:
  const std::string boot_id_;
};

// Stands still until a test moves it.
class FakeMachineClock final : public MachineClock {
 public:
  explicit FakeMachineClock(Moment start) : now_(std::move(start)) {}
  Moment Now() const override {
    absl::MutexLock lock(&mutex_);
    return now_;
  }
  void Advance(absl::Duration by) {
    absl::MutexLock lock(&mutex_);
    now_.since_boot += by;
    now_.wall += by;
  }

 private:
  mutable absl::Mutex mutex_;
  Moment now_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_MACHINE_CLOCK_H_
