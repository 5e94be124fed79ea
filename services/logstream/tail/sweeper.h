#ifndef KOZMIC_SERVICES_LOGSTREAM_SWEEPER_H_
#define KOZMIC_SERVICES_LOGSTREAM_SWEEPER_H_

#include "absl/time/time.h"
#include "lib/base/worker.h"
#include "services/logstream/store/log_store.h"
#include "services/logstream/tail/tail_hub.h"

namespace kozmic {

// Makes up for lost hints: while there are followers, asks the store about their logs every
// kSweepInterval, one query for all, and at once when woken. That a log was removed is only heard
// this way.
class Sweeper {
 public:
  // Not owned.
  Sweeper(LogStore& store, const TailHub& hub);

  // Thread-safe; returns at once.
  void Wake() { worker_.Wake(); }

 private:
  absl::Duration Sweep();

  LogStore& store_;
  const TailHub& hub_;
  // While it lasts, the failure is not written again.
  bool failing_ = false;
  Worker worker_;
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_SWEEPER_H_
