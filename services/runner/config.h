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
  // Empty: the runner is a registered one, let in by the token the first time.
  std::string runner_token;
  std::string registration_token;
  std::string name;
  int64_t slots = 0;
  std::vector<std::string> labels;
  std::string docker_host;
  std::string work_dir;
  std::string cache_dir;
  std::string init_path;
  std::vector<std::string> clone_url_prefixes;
  // Whom git runs as; empty: whom this process runs as.
  std::string git_user;
  // "drain" or "detach".
  std::string shutdown_mode;
  absl::Duration drain_timeout;
  // Limits of a job's container; 0: none.
  int64_t job_memory_mb = 0;
  int64_t job_cpus = 0;
  int64_t job_pids = 0;
  int64_t job_disk_mb = 0;
  std::string job_network;
  // "public" or "open".
  std::string job_network_policy;
  std::string fork_network_policy;
  // IPv4 ranges: "10.1.0.0/16".
  std::vector<std::string> job_network_allow;
  // "compat", "hardened" or "isolated".
  std::string job_profile;
  std::string fork_profile;
  std::string job_runtime;
  // So many containers wait for jobs.
  int64_t warm_containers = 0;
  absl::Duration warm_containers_max_age;
  // Of install scripts, for each project.
  int64_t cached_images_limit = 0;
  absl::Duration cached_images_max_age;
  // Empty: they are this machine's alone.
  std::string cache_registry;
  std::string cache_registry_auth_file;
  // With less free on the disk of work_dir, and less than 10 GB, no jobs are taken.
  int64_t least_free_disk_percent = 0;
  // Commits may be fetched from file:///… too. Not to be configured: kozmic-run's, whose commits
  // are its user's own.
  bool local_sources = false;
};

// Reads and checks the whole configuration. INVALID_ARGUMENT names every fault.
absl::StatusOr<Config> ReadConfig(ConfigReader& reader);

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_CONFIG_H_
