#ifndef KOZMIC_BENCH_FLOOR_FLOOR_H_
#define KOZMIC_BENCH_FLOOR_FLOOR_H_

#include <string>

namespace kozmic::bench {

// Durable commits of one row each, as pgbench makes them.
struct Floor {
  // Per second, of 64 connections.
  double commits = 0;
  // Of one connection alone, in ms.
  double latency = 0;
};

// `database`: a URL; it gets a table of its own. Ends the process with a message when it fails.
Floor MeasureFloor(const std::string& pgbench, const std::string& database);

}  // namespace kozmic::bench

#endif  // KOZMIC_BENCH_FLOOR_FLOOR_H_
