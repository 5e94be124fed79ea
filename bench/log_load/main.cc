// log_load [viewers|flood|lines|search [GIGABYTES]]: see ../logs.

#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench/log_load/measurements.h"

int main(int argc, char** argv) {
  using namespace kozmic::bench;  // NOLINT(google-build-using-namespace)
  const std::string wanted = argc > 1 ? argv[1] : "";
  const int gigabytes = argc > 2 ? std::atoi(argv[2]) : 10;
  if (wanted != "" && wanted != "viewers" && wanted != "flood" && wanted != "lines" &&
      wanted != "search") {
    std::fprintf(stderr, "usage: log_load [viewers|flood|lines|search [GIGABYTES]]\n");
    return 2;
  }
  Stage stage;
  if (wanted.empty() || wanted == "viewers") MeasureViewers(stage);
  if (wanted.empty() || wanted == "flood") MeasureFlood(stage);
  if (wanted.empty() || wanted == "lines") MeasureLines(stage);
  if (wanted.empty() || wanted == "search") MeasureSearch(stage, gigabytes);
  return 0;
}
