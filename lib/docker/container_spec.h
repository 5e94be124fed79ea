#ifndef KOZMIC_LIB_DOCKER_CONTAINER_SPEC_H_
#define KOZMIC_LIB_DOCKER_CONTAINER_SPEC_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace kozmic::docker {

// A folder or file of the host, seen in a container. The source must exist.
struct BindMount {
  std::string source;
  std::string target;
  bool read_only = false;
};

// What a container is made of. Its health check is off; only what is named here overrides the
// image.
struct ContainerSpec {
  // A reference or an image id.
  std::string image;
  // Empty: the image's.
  std::vector<std::string> entrypoint;
  // Empty: the image's, or none when `entrypoint` is set.
  std::vector<std::string> command;
  // NAME=VALUE, added to the image's. Shown by `inspect`, and kept by `commit`: no secrets.
  std::vector<std::string> environment;
  std::map<std::string, std::string> labels;
  // "uid:gid" or names; empty: the image's.
  std::string user;
  // Empty: the image's.
  std::string working_directory;
  std::string hostname;
  std::vector<BindMount> mounts;

  // 0: no limit. Swap is never added to the memory.
  int64_t memory_bytes = 0;
  // Billionths of a CPU; 0: no limit.
  int64_t nano_cpus = 0;
  // 0: no limit.
  int64_t pids_limit = 0;
  // "bridge", "none", "host" or a network's name; empty: the engine's default.
  std::string network_mode;
  // What the network's other containers call it besides its name; of a network by name only.
  std::vector<std::string> network_aliases;
  // "CHOWN", "ALL", ...
  std::vector<std::string> drop_capabilities;
  std::vector<std::string> add_capabilities;
  // "no-new-privileges", ...
  std::vector<std::string> security_options;
  // The engine's name of the container runtime; empty: its default.
  std::string runtime;
  // Puts Docker's init in front of the command.
  bool init = false;
  // So much of its output the engine keeps, for DockerClient::TailLog. 0: Docker's own log is off.
  int64_t log_bytes = 0;
};

// The body of the Engine API's ContainerCreate. Bytes that are not UTF-8 are replaced.
std::string ToCreateJson(const ContainerSpec& spec);

}  // namespace kozmic::docker

#endif  // KOZMIC_LIB_DOCKER_CONTAINER_SPEC_H_
