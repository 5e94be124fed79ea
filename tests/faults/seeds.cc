#include "tests/faults/seeds.h"

#include <cstdlib>

namespace kozmic::faults {
namespace {

// 0 when there is none.
int FromEnvironment(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? 0 : std::atoi(text);
}

}  // namespace

std::vector<int> Seeds() {
  if (const int seed = FromEnvironment("KOZMIC_FAULT_SEED"); seed > 0) return {seed};
  const int repetitions = FromEnvironment("KOZMIC_FAULT_REPETITIONS");
  std::vector<int> seeds;
  for (int seed = 1; seed <= (repetitions > 0 ? repetitions : 2); ++seed) seeds.push_back(seed);
  return seeds;
}

}  // namespace kozmic::faults
