#include "services/build/retention/log_expirer.h"

#include "lib/base/log.h"
#include "lib/status/macros.h"

namespace kozmic::build {

absl::Duration LogExpirer::Step() {
  const absl::StatusOr<bool> more = ExpireSome();
  if (!more.ok() && !failing_) {
    Log(Severity::kWarning, "cannot free logs that are no longer to be kept",
        {{"error", more.status()}});
  }
  failing_ = !more.ok();
  return more.ok() && *more ? absl::ZeroDuration() : kInterval;
}

absl::StatusOr<bool> LogExpirer::ExpireSome() {
  KOZMIC_ASSIGN_OR_RETURN(const std::vector<AttemptKey> attempts, store_.FindExpired(kTogether));
  if (attempts.empty()) return false;
  std::vector<std::string> logs;
  for (const AttemptKey& key : attempts) logs.push_back(key.LogName());
  // What is noted is true: who is interrupted in between does it again.
  KOZMIC_RETURN_IF_ERROR(expire_(logs));
  KOZMIC_RETURN_IF_ERROR(store_.MarkExpired(attempts));
  return attempts.size() == kTogether;
}

}  // namespace kozmic::build
