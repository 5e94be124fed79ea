#ifndef KOZMIC_BENCH_ORCHESTRATION_LOAD_MEASUREMENTS_H_
#define KOZMIC_BENCH_ORCHESTRATION_LOAD_MEASUREMENTS_H_

#include "bench/floor/floor.h"
#include "bench/orchestration_load/installation.h"

namespace kozmic::bench {

// Each prints what it finds.

// No-op jobs from BatchCreateBuilds to the concluded build, over 100 runners.
void MeasureLife(const Installation& installation, const Floor& floor);
// From BatchCreateBuilds to the answer of a LeaseJob that waited.
void MeasureWakeUp(const Installation& installation, const Floor& floor);
// Leases given out to all who ask at once, from a short and from a long queue. Leaves a long queue.
void MeasureDispatch(const Installation& installation);

}  // namespace kozmic::bench

#endif  // KOZMIC_BENCH_ORCHESTRATION_LOAD_MEASUREMENTS_H_
