#include "services/logstream/tail/sweeper.h"

#include <string>
#include <vector>

#include "lib/base/log.h"
#include "services/logstream/limits.h"

namespace kozmic {

Sweeper::Sweeper(LogStore& store, const TailHub& hub)
    : store_(store), hub_(hub), worker_([this] { return Sweep(); }) {}

absl::Duration Sweeper::Sweep() {
  const std::vector<std::string> names = hub_.Followed();
  // Woken by the next follower.
  if (names.empty()) return absl::InfiniteDuration();
  const absl::StatusOr<std::vector<LogInfo>> infos = store_.GetMany(names);
  if (infos.ok()) {
    for (const LogInfo& info : *infos) hub_.Stored(info);
  } else if (!failing_) {
    Log(Severity::kWarning, "cannot look for news of followed logs", {{"error", infos.status()}});
  }
  failing_ = !infos.ok();
  return kSweepInterval;
}

}  // namespace kozmic
