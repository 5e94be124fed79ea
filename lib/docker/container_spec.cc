#include "lib/docker/container_spec.h"

#include <string>
#include <utility>

#include "nlohmann/json.hpp"

namespace kozmic::docker {

using nlohmann::json;

namespace {

json LogConfig(int64_t bytes) {
  if (bytes <= 0) return {{"Type", "none"}};
  // Two files take turns, so that at least one whole file is there.
  return {
      {"Type", "local"},
      {"Config", {{"max-size", std::to_string(bytes)}, {"max-file", "2"}, {"compress", "false"}}}};
}

}  // namespace

std::string ToCreateJson(const ContainerSpec& spec) {
  json mounts = json::array();
  for (const BindMount& mount : spec.mounts) {
    // "Mounts", not "Binds": a source that is missing is then an error and is not created.
    mounts.push_back({{"Type", "bind"},
                      {"Source", mount.source},
                      {"Target", mount.target},
                      {"ReadOnly", mount.read_only},
                      {"BindOptions", {{"Propagation", "rprivate"}}}});
  }
  json host = {{"Mounts", std::move(mounts)},
               {"LogConfig", LogConfig(spec.log_bytes)},
               {"Init", spec.init},
               {"RestartPolicy", {{"Name", "no"}}}};
  if (spec.memory_bytes > 0) {
    host["Memory"] = spec.memory_bytes;
    host["MemorySwap"] = spec.memory_bytes;
  }
  if (spec.nano_cpus > 0) host["NanoCpus"] = spec.nano_cpus;
  if (spec.pids_limit > 0) host["PidsLimit"] = spec.pids_limit;
  if (!spec.network_mode.empty()) host["NetworkMode"] = spec.network_mode;
  if (!spec.drop_capabilities.empty()) host["CapDrop"] = spec.drop_capabilities;
  if (!spec.add_capabilities.empty()) host["CapAdd"] = spec.add_capabilities;
  if (!spec.security_options.empty()) host["SecurityOpt"] = spec.security_options;

  if (!spec.runtime.empty()) host["Runtime"] = spec.runtime;

  json body = {{"Image", spec.image},
               {"Healthcheck", {{"Test", {"NONE"}}}},
               {"HostConfig", std::move(host)}};
  if (!spec.entrypoint.empty()) body["Entrypoint"] = spec.entrypoint;
  if (!spec.command.empty()) body["Cmd"] = spec.command;
  if (!spec.environment.empty()) body["Env"] = spec.environment;
  if (!spec.labels.empty()) body["Labels"] = spec.labels;
  if (!spec.user.empty()) body["User"] = spec.user;
  if (!spec.working_directory.empty()) body["WorkingDir"] = spec.working_directory;
  if (!spec.hostname.empty()) body["Hostname"] = spec.hostname;
  if (!spec.network_aliases.empty()) {
    body["NetworkingConfig"] = {
        {"EndpointsConfig", {{spec.network_mode, {{"Aliases", spec.network_aliases}}}}}};
  }
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace kozmic::docker
