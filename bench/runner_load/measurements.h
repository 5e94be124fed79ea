#ifndef KOZMIC_BENCH_RUNNER_LOAD_MEASUREMENTS_H_
#define KOZMIC_BENCH_RUNNER_LOAD_MEASUREMENTS_H_

#include "bench/runner_load/stage.h"

namespace kozmic::bench {

// Each prints what it finds. What is measured and its floor take turns, so that both meet the same
// machine. Jobs come one after the other where nothing else is said.

// The whole of a job whose install script ran before, from its lease to the next one's on the same
// slot.
void MeasureJob(Stage& stage);
// git alone: the commit that was fetched last, and the question whether there is a newer one.
void MeasureFetch(Stage& stage);
// From the lease to the script's first output.
void MeasureFirstByte(Stage& stage);
// The same with containers that were started ahead.
void MeasureWarmFirstByte(Stage& stage);
// A script's long output.
void MeasureOutput(Stage& stage);
// Jobs that do nothing, many at a time.
void MeasureRate(Stage& stage);

}  // namespace kozmic::bench

#endif  // KOZMIC_BENCH_RUNNER_LOAD_MEASUREMENTS_H_
