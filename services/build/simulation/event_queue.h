#ifndef KOZMIC_SERVICES_BUILD_SIMULATION_EVENT_QUEUE_H_
#define KOZMIC_SERVICES_BUILD_SIMULATION_EVENT_QUEUE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "lib/base/clock.h"

namespace kozmic::build::simulation {

// What will happen, and the clock that it moves. One thread; what is at the same time happens in
// the order in which it was planned.
class EventQueue {
 public:
  explicit EventQueue(FakeClock& clock) : clock_(clock) {}

  void After(absl::Duration delay, std::function<void()> event) {
    events_[{clock_.Now() + delay, ++planned_}] = std::move(event);
  }

  // Lets what happens until `end` happen, and it be `end`. An event may call it: for whoever does,
  // the time passes, and the others go on meanwhile.
  void RunUntil(absl::Time end) {
    while (!stopped_ && !events_.empty() && events_.begin()->first.first <= end) {
      auto event = events_.extract(events_.begin());
      MoveTo(event.key().first);
      event.mapped()();
    }
    if (!stopped_) MoveTo(end);
  }

  // Nothing happens any more.
  void Stop() { stopped_ = true; }
  bool stopped() const { return stopped_; }

 private:
  void MoveTo(absl::Time time) {
    if (time > clock_.Now()) clock_.Advance(time - clock_.Now());
  }

  FakeClock& clock_;
  std::map<std::pair<absl::Time, int64_t>, std::function<void()>> events_;
  int64_t planned_ = 0;
  bool stopped_ = false;
};

}  // namespace kozmic::build::simulation

#endif  // KOZMIC_SERVICES_BUILD_SIMULATION_EVENT_QUEUE_H_
