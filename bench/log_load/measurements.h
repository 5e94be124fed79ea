#ifndef KOZMIC_BENCH_LOG_LOAD_MEASUREMENTS_H_
#define KOZMIC_BENCH_LOG_LOAD_MEASUREMENTS_H_

#include <string>

#include "bench/log_load/stage.h"

namespace kozmic::bench {

// Each prints what it measured next to what is asked for.

// A line that a script writes, until viewers have it.
void MeasureViewers(Stage& stage);
// A script that prints 200 MB of lines, until they are stored and sealed.
void MeasureFlood(Stage& stage);
// Any line of a log of 1 GB.
void MeasureLines(Stage& stage);
// A rare word, and others, in so many gigabytes of logs.
void MeasureSearch(Stage& stage, int gigabytes);

}  // namespace kozmic::bench

#endif  // KOZMIC_BENCH_LOG_LOAD_MEASUREMENTS_H_
