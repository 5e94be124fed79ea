#ifndef KOZMIC_SERVICES_PROJECT_WEBHOOKS_MISSED_DELIVERIES_H_
#define KOZMIC_SERVICES_PROJECT_WEBHOOKS_MISSED_DELIVERIES_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "lib/github/api.h"

namespace kozmic::project {

// An event that none of GitHub's tries has delivered.
struct MissedEvent {
  std::string guid = {};
  // The first and the newest try that we know of.
  int64_t first_delivery = 0;
  int64_t newest_delivery = 0;
};

// What GitHub's list of a hook's deliveries tells.
struct MissedDeliveries {
  // Oldest first.
  std::vector<MissedEvent> events = {};
  // This delivery and those before it are so old that none is still under way.
  int64_t ended = 0;
  // The newest try was one that was asked for, and it did not reach us either: so would no other.
  bool is_out_of_reach = false;

  // What the next look need not read: this delivery and those before it.
  int64_t Settled() const {
    return events.empty() ? ended : std::min(ended, events.front().first_delivery - 1);
  }
};

// Reads it, pure. `deliveries` are newest first. What GitHub does not redeliver any more (after
// three days), and what this installation has refused three times with an answer of its own (4xx),
// is not missed: it would be refused for ever.
MissedDeliveries FindMissed(const std::vector<github::HookDelivery>& deliveries, absl::Time now);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_WEBHOOKS_MISSED_DELIVERIES_H_
