#include "lib/github/rate_gate.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/crypto/digest.h"
#include "lib/status/annotate.h"

namespace kozmic::github {

RateGate::RateGate(const Clock& clock, size_t capacity) : clock_(clock), capacity_(capacity) {}

absl::Status RateGate::Check(absl::string_view token) const {
  const std::string digest = Sha256Hex(token);
  const absl::Time now = clock_.Now();
  absl::MutexLock lock(&mutex_);
  const auto found = opens_.find(digest);
  if (found == opens_.end() || found->second <= now) return absl::OkStatus();
  const int64_t seconds = absl::ToInt64Seconds(absl::Ceil(found->second - now, absl::Seconds(1)));
  return WithDetail(
      absl::UnavailableError(absl::StrCat("GitHub asks to wait for ", seconds, " s more")),
      "retry-after-seconds", absl::StrCat(seconds));
}

void RateGate::Close(absl::string_view token, absl::Duration wait) {
  const std::string digest = Sha256Hex(token);
  const absl::Time opens = clock_.Now() + wait;
  CloseUntil(digest, opens);
  if (told_) told_(digest, opens);
}

void RateGate::CloseUntil(const std::string& digest, absl::Time opens) {
  absl::MutexLock lock(&mutex_);
  absl::Time& known = opens_.try_emplace(digest, absl::InfinitePast()).first->second;
  known = std::max(known, opens);
  if (opens_.size() > capacity_) MakeRoom();
}

void RateGate::MakeRoom() {
  const absl::Time now = clock_.Now();
  std::erase_if(opens_, [now](const auto& entry) { return entry.second <= now; });
  if (opens_.size() <= capacity_) return;
  opens_.erase(std::min_element(opens_.begin(), opens_.end(),
                                [](const auto& a, const auto& b) { return a.second < b.second; }));
}

}  // namespace kozmic::github
