#ifndef KOZMIC_TESTS_FAULTS_SEEDS_H_
#define KOZMIC_TESTS_FAULTS_SEEDS_H_

#include <vector>

namespace kozmic::faults {

// What a row of the fault matrix is repeated with: as many as KOZMIC_FAULT_REPETITIONS says (2 when
// it is not set). The seed chooses when and whom the fault meets; KOZMIC_FAULT_SEED=n repeats one.
std::vector<int> Seeds();

}  // namespace kozmic::faults

#endif  // KOZMIC_TESTS_FAULTS_SEEDS_H_
