// orchestration_load BUILD_SERVICE PGBENCH all|life|wakeup|dispatch: see ../orchestration.

#include <cstdio>
#include <string>

#include "bench/floor/floor.h"
#include "bench/orchestration_load/installation.h"
#include "bench/orchestration_load/measurements.h"

int main(int argc, char** argv) {
  using kozmic::bench::Installation;
  const std::string what = argc == 4 ? argv[3] : "";
  const bool all = what == "all";
  if (!all && what != "life" && what != "wakeup" && what != "dispatch") {
    std::fprintf(stderr,
                 "usage: orchestration_load BUILD_SERVICE PGBENCH "
                 "all|life|wakeup|dispatch\n");
    return 2;
  }
  // The floor before and after: between them is what else the machine does.
  kozmic::bench::Floor floor;
  {
    Installation installation(argv[1]);
    floor = kozmic::bench::MeasureFloor(argv[2], installation.NewDatabase());
    std::printf(
        "floor: pgbench, durable commits of one row: %.0f/s of 64 connections, "
        "%.2f ms of one\n",
        floor.commits, floor.latency);
    std::fflush(stdout);
    if (all || what == "wakeup") kozmic::bench::MeasureWakeUp(installation, floor);
    std::fflush(stdout);
  }
  if (all || what == "life") {
    Installation installation(argv[1]);
    kozmic::bench::MeasureLife(installation, floor);
    const auto after = kozmic::bench::MeasureFloor(argv[2], installation.NewDatabase());
    std::printf("floor afterwards: %.0f/s, %.2f ms\n", after.commits, after.latency);
    std::fflush(stdout);
  }
  if (all || what == "dispatch") {
    Installation installation(argv[1]);
    kozmic::bench::MeasureDispatch(installation);
  }
  return 0;
}
