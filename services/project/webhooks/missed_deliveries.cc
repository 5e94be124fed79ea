#include "services/project/webhooks/missed_deliveries.h"

#include <algorithm>
#include <map>

namespace kozmic::project {
namespace {

// GitHub redelivers for three days.
constexpr absl::Duration kWindow = absl::Hours(71);
// GitHub's tries end within 10 s, but it does not promise when they begin.
constexpr absl::Duration kMayBeUnderWay = absl::Minutes(10);
constexpr int kMostRefusals = 3;

bool Arrived(const github::HookDelivery& delivery) {
  return delivery.status_code >= 200 && delivery.status_code < 300;
}

// Without a status it is still under way, unless that has been long.
bool Failed(const github::HookDelivery& delivery, absl::Time now) {
  return !Arrived(delivery) && (delivery.status_code != 0 || delivery.time < now - kMayBeUnderWay);
}

struct Tries {
  bool arrived = false;
  bool is_under_way = false;
  int refusals = 0;
  absl::Time newest_time = absl::InfinitePast();
  MissedEvent event = {};
};

}  // namespace

MissedDeliveries FindMissed(const std::vector<github::HookDelivery>& deliveries, absl::Time now) {
  MissedDeliveries missed;
  std::map<std::string, Tries> by_guid;
  for (const github::HookDelivery& delivery : deliveries) {
    Tries& tries = by_guid[delivery.guid];
    tries.arrived = tries.arrived || Arrived(delivery);
    tries.is_under_way = tries.is_under_way || (!Arrived(delivery) && !Failed(delivery, now));
    tries.refusals += delivery.status_code >= 400 && delivery.status_code < 500 ? 1 : 0;
    if (tries.event.newest_delivery == 0) {
      tries.newest_time = delivery.time;
      tries.event.newest_delivery = delivery.id;
    }
    tries.event.guid = delivery.guid;
    tries.event.first_delivery = delivery.id;
    if (delivery.time < now - kMayBeUnderWay) missed.ended = std::max(missed.ended, delivery.id);
  }
  for (const auto& [guid, tries] : by_guid) {
    if (tries.arrived || tries.refusals >= kMostRefusals || tries.newest_time < now - kWindow) {
      continue;
    }
    if (tries.is_under_way) {
      missed.ended = std::min(missed.ended, tries.event.first_delivery - 1);
    } else {
      missed.events.push_back(tries.event);
    }
  }
  std::sort(missed.events.begin(), missed.events.end(),
            [](const MissedEvent& a, const MissedEvent& b) {
              return a.first_delivery < b.first_delivery;
            });
  if (!deliveries.empty()) {
    const github::HookDelivery& newest = deliveries.front();
    missed.is_out_of_reach = newest.redelivery && Failed(newest, now) && newest.status_code >= 500;
  }
  return missed;
}

}  // namespace kozmic::project
