#include "bench/runner_load/bare.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/docker/container_spec.h"

namespace kozmic::bench {

BareRun RunBare(const Stage& stage, const std::string& script, const std::string& folder) {
  docker::ContainerSpec spec;
  spec.image = stage.image();
  spec.command = {"/bin/sh", "-c", script};
  if (!folder.empty()) spec.mounts = {{folder, "/out", false}};
  BareRun run;
  run.begin = absl::Now();
  const std::string id = Demand(stage.docker().CreateContainer(spec, ""), "create a container");
  Demand(stage.docker().StartContainer(id), "start a container");
  const int64_t code =
      Demand(stage.docker().WaitContainer(id, absl::Minutes(5), {}), "wait for a container");
  run.end = absl::Now();
  if (code != 0) Demand(absl::InternalError(absl::StrCat("it ended with ", code)), "a container");
  Demand(stage.docker().RemoveContainer(id), "remove a container");
  run.removed = absl::Now();
  return run;
}

}  // namespace kozmic::bench
