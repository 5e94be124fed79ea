#ifndef KOZMIC_SERVICES_RUNNER_WARM_USE_HISTORY_H_
#define KOZMIC_SERVICES_RUNNER_WARM_USE_HISTORY_H_

#include <map>
#include <string>

#include "absl/time/time.h"

namespace kozmic::runner {

// Of which kinds of containers jobs were given how many lately, and which are therefore worth
// keeping ready. A use counts half after each half-life, and not at all when little is left of it.
// Not thread-safe.
class UseHistory {
 public:
  explicit UseHistory(absl::Duration half_life = absl::Minutes(30)) : half_life_(half_life) {}

  void Note(const std::string& kind, absl::Time now);
  // Whether there is something left of its uses, as of the last Share.
  bool Knows(const std::string& kind) const { return uses_.contains(kind); }
  void Forget(const std::string& kind) { uses_.erase(kind); }
  // How many of `count` containers to keep of each kind: in proportion to its uses, as seats are
  // given by d'Hondt's method; the first of two alike by name. No kind that was not used.
  std::map<std::string, int> Share(int count, absl::Time now);

 private:
  struct Use {
    double weight = 0;
    absl::Time at;
  };
  double WeightAt(const Use& use, absl::Time now) const;

  const absl::Duration half_life_;
  std::map<std::string, Use> uses_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_WARM_USE_HISTORY_H_
