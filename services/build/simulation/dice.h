#ifndef KOZMIC_SERVICES_BUILD_SIMULATION_DICE_H_
#define KOZMIC_SERVICES_BUILD_SIMULATION_DICE_H_

#include <cstdint>
#include <random>
#include <vector>

#include "absl/time/time.h"

namespace kozmic::build::simulation {

// A simulation's chances: the same for the same seed, on every machine.
class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}

  // 0 to `end` - 1.
  int Below(int end) { return static_cast<int>(engine_() % static_cast<uint64_t>(end)); }
  int Between(int first, int last) { return first + Below(last - first + 1); }
  // In `per_mille` of 1000 cases.
  bool Chance(int per_mille) { return Below(1000) < per_mille; }
  absl::Duration Seconds(double first, double last) {
    return absl::Milliseconds(
        Between(static_cast<int>(first * 1000), static_cast<int>(last * 1000)));
  }
  template <typename T>
  const T& Of(const std::vector<T>& choices) {
    return choices[static_cast<size_t>(Below(static_cast<int>(choices.size())))];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace kozmic::build::simulation

#endif  // KOZMIC_SERVICES_BUILD_SIMULATION_DICE_H_
