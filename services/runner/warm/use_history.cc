#include "services/runner/warm/use_history.h"

#include <algorithm>
#include <cmath>

namespace kozmic::runner {
namespace {

// What is left of one use after four half-lives.
constexpr double kLeastWeight = 1.0 / 16;

}  // namespace

double UseHistory::WeightAt(const Use& use, absl::Time now) const {
  // A clock that was set back makes nothing newer than new.
  const absl::Duration age = std::max(now - use.at, absl::ZeroDuration());
  return use.weight * std::exp2(-absl::FDivDuration(age, half_life_));
}

void UseHistory::Note(const std::string& kind, absl::Time now) {
  Use& use = uses_[kind];
  use = {.weight = (use.weight > 0 ? WeightAt(use, now) : 0) + 1, .at = now};
}

std::map<std::string, int> UseHistory::Share(int count, absl::Time now) {
  std::erase_if(uses_, [&](const auto& use) { return WeightAt(use.second, now) < kLeastWeight; });
  std::map<std::string, int> shares;
  for (int given = 0; given < count && !uses_.empty(); ++given) {
    const auto worth = [&](const auto& use) {
      const auto share = shares.find(use.first);
      return WeightAt(use.second, now) / (share == shares.end() ? 1 : share->second + 1);
    };
    const auto best =
        std::max_element(uses_.begin(), uses_.end(),
                         [&](const auto& a, const auto& b) { return worth(a) < worth(b); });
    ++shares[best->first];
  }
  return shares;
}

}  // namespace kozmic::runner
