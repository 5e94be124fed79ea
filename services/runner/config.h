#ifndef KOZMIC_SERVICES_RUNNER_CONFIG_H_
#define KOZMIC_SERVICES_RUNNER_CONFIG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/config/config_reader.h"

namespace kozmic::runner {

// What the runner is told.
struct Config {
  std::string listen;
  std::string build_address;
  std::string logstream_address;
  std::string runner_token;
  std::string name;
  int64_t slots = 0;
  std::vector<std::string> labels;
  std::string docker_host;
  std::string work_dir;
  std::string cache_dir;
  std::string init_path;
  std::vector<std::string> clone_url_prefixes;
  // "drain" or "detach".
  std::string shutdown_mode;
  absl::Duration drain_timeout;
  // Limits of a job's container; 0: none.
  int64_t job_memory_mb = 0;
  int64_t job_cpus = 0;
  int64_t job_pids = 0;
  std::string job_network;
};

// Reads and checks the whole configuration. INVALID_ARGUMENT names every fault.
absl::StatusOr<Config> ReadConfig(ConfigReader& reader);

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_CONFIG_H_
