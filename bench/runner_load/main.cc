// runner_load all|job|fetch|first-byte|warm-first-byte|output|rate: see ../runner.

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "bench/runner_load/measurements.h"
#include "bench/runner_load/stage.h"

int main(int argc, char** argv) {
  using kozmic::bench::Stage;
  const std::vector<std::pair<std::string, std::function<void(Stage&)>>> measurements = {
      {"job", kozmic::bench::MeasureJob},
      {"fetch", kozmic::bench::MeasureFetch},
      {"first-byte", kozmic::bench::MeasureFirstByte},
      {"warm-first-byte", kozmic::bench::MeasureWarmFirstByte},
      {"output", kozmic::bench::MeasureOutput},
      {"rate", kozmic::bench::MeasureRate},
  };
  const std::string wanted = argc == 2 ? argv[1] : "";
  const char* const engine = std::getenv("DOCKER_HOST");
  bool known = wanted == "all";
  for (const auto& [name, measure] : measurements) known = known || name == wanted;
  if (!known || engine == nullptr) {
    std::fprintf(stderr,
                 "usage: DOCKER_HOST=… runner_load "
                 "all|job|fetch|first-byte|warm-first-byte|output|rate\n");
    return 2;
  }
  Stage stage(engine);
  for (const auto& [name, measure] : measurements) {
    if (wanted == "all" || wanted == name) measure(stage);
  }
  return 0;
}
