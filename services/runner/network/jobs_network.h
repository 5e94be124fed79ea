#ifndef KOZMIC_SERVICES_RUNNER_NETWORK_JOBS_NETWORK_H_
#define KOZMIC_SERVICES_RUNNER_NETWORK_JOBS_NETWORK_H_

#include <string>

namespace kozmic::runner {

// Where the containers of a runner's jobs of one kind are: everybody's jobs, or those of pull
// requests from forks.
struct JobsNetwork {
  // "bridge", "none", "host" or a network's name; empty: the engine's default.
  std::string mode = {};
  // Not empty: how the names of its networks' bridges begin, all of which the same firewall is for.
  std::string bridges = {};

  bool IsEngineDefault() const { return mode.empty() || mode == "default" || mode == "bridge"; }
  // Whether somebody else has made it for all jobs.
  bool IsAdministrators() const { return !IsEngineDefault() && mode != "none" && bridges.empty(); }
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_NETWORK_JOBS_NETWORK_H_
