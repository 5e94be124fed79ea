#include "services/runner/config.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/status/macros.h"
#include "services/runner/network/address_range.h"

namespace kozmic::runner {

absl::StatusOr<Config> ReadConfig(ConfigReader& reader) {
  Config config;
  reader.Text("listen", &config.listen,
              {.help = "host:port of the administration rpcs", .fallback = "127.0.0.1:7104"});
  reader.Text("build_address", &config.build_address, {.help = "host:port of the build service"});
  reader.Text("logstream_address", &config.logstream_address,
              {.help = "host:port of the logstream service"});
  reader.Secret("runner_token", &config.runner_token,
                {.help = "the installation's, by which this runner proves itself; empty: it has a "
                         "credential of its own, in cache_dir",
                 .fallback = ""});
  reader.Secret("registration_token", &config.registration_token,
                {.help = "lets this runner in the first time, unless it has a runner_token; an "
                         "administrator makes one",
                 .fallback = ""});
  reader.Text("name", &config.name,
              {.help = "1 to 63 of a-z, 0-9, -, ., _; the same across restarts"});
  reader.Integer("slots", &config.slots, {.help = "jobs at once", .fallback = "2"}, 1, 1000);
  reader.TextList("labels", &config.labels, {.help = "what jobs may ask for", .fallback = ""});
  reader.Text("docker_host", &config.docker_host,
              {.help = "the Docker engine", .fallback = "unix:///var/run/docker.sock"});
  reader.Text("work_dir", &config.work_dir,
              {.help = "folder of running jobs; the Docker engine sees it under the same name"});
  reader.Text("cache_dir", &config.cache_dir, {.help = "folder of the git mirrors"});
  reader.Text("init_path", &config.init_path, {.help = "the program kozmic-init"});
  reader.TextList("clone_url_prefixes", &config.clone_url_prefixes,
                  {.help = "where commits may be fetched from; none: anywhere", .fallback = ""});
  reader.Text(
      "git_user", &config.git_user,
      {.help = "the account that git runs under, for which the runner must be root; none: the "
               "runner's own",
       .fallback = ""});
  reader.Choice("shutdown_mode", &config.shutdown_mode,
                {.help = "at the end, wait for running jobs, or leave them to the next start",
                 .fallback = "drain"},
                {"drain", "detach"});
  reader.Duration("drain_timeout", &config.drain_timeout,
                  {.help = "longest wait for running jobs at the end", .fallback = "1h"});
  reader.Integer(
      "job_memory_mb", &config.job_memory_mb,
      {.help = "memory of a job's container, without swap; 0: no limit", .fallback = "4096"}, 0,
      int64_t{1} << 30);
  reader.Integer("job_cpus", &config.job_cpus,
                 {.help = "CPUs of a job's container; 0: no limit", .fallback = "2"}, 0, 4096);
  reader.Integer("job_pids", &config.job_pids,
                 {.help = "processes of a job's container; 0: no limit", .fallback = "512"}, 0,
                 1 << 22);
  reader.Integer(
      "job_disk_mb", &config.job_disk_mb,
      {.help = "what a job may write, in its containers, services and folder together; 0: no limit",
       .fallback = "20480"},
      0, int64_t{1} << 30);
  reader.Text(
      "job_network", &config.job_network,
      {.help = "Docker network of all jobs, for which you have made it fit; empty: the runner "
               "sees to theirs",
       .fallback = ""});
  reader.Choice("job_network_policy", &config.job_network_policy,
                {.help = "public: jobs reach the public internet, not private networks, cloud "
                         "metadata, this machine, or each other; open: all that this machine does",
                 .fallback = "public"},
                {"public", "open"});
  reader.Choice("fork_network_policy", &config.fork_network_policy,
                {.help = "the same for pull requests from forks", .fallback = "public"},
                {"public", "open"});
  reader.TextList(
      "job_network_allow", &config.job_network_allow,
      {.help = "addresses and ranges (10.1.0.0/16) that jobs reach nevertheless, forks' never",
       .fallback = ""});
  reader.Choice("job_profile", &config.job_profile,
                {.help = "hardened: sudo and the like are refused to jobs; isolated: they run by "
                         "job_runtime, or by an engine without rights",
                 .fallback = "compat"},
                {"compat", "hardened", "isolated"});
  reader.Choice("fork_profile", &config.fork_profile,
                {.help = "the same for pull requests from forks, which never get less",
                 .fallback = "hardened"},
                {"compat", "hardened", "isolated"});
  reader.Text("job_runtime", &config.job_runtime,
              {.help = "what the Docker engine calls the container runtime of isolated jobs: "
                       "sysbox-runc, runsc, kata",
               .fallback = ""});
  reader.Integer(
      "warm_containers", &config.warm_containers,
      {.help = "containers that are started ahead for the jobs that run most; each takes "
               "about 3 MB of memory, and 10 MB once",
       .fallback = "0"},
      0, 1000);
  reader.Duration("warm_containers_max_age", &config.warm_containers_max_age,
                  {.help = "after so long one is replaced: what the engine gave it of the machine, "
                           "such as its name servers, may have changed",
                   .fallback = "30m"});
  reader.Integer(
      "cached_images_limit", &config.cached_images_limit,
      {.help = "images of install scripts that are kept for each project", .fallback = "3"}, 1,
      1000);
  reader.Duration(
      "cached_images_max_age", &config.cached_images_max_age,
      {.help = "images of install scripts that are not used for so long go", .fallback = "720h"});
  reader.Text("cache_registry", &config.cache_registry,
              {.help = "registry and prefix by which runners share images of install scripts: "
                       "host:port/prefix, http://… without TLS; empty: none",
               .fallback = ""});
  reader.Text("cache_registry_auth_file", &config.cache_registry_auth_file,
              {.help = "file with one line user:password for it; empty: none", .fallback = ""});
  reader.Integer("least_free_disk_percent", &config.least_free_disk_percent,
                 {.help = "no jobs are taken when less of work_dir's disk is free, and less than "
                          "10 GB; 0: whatever is free",
                  .fallback = "10"},
                 0, 90);
  KOZMIC_RETURN_IF_ERROR(reader.Finish());
  for (std::string& range : config.job_network_allow) {
    auto parsed = ParseAddressRange(range);
    if (!parsed.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("job_network_allow: ", parsed.status().message()));
    }
    range = *std::move(parsed);
  }
  return config;
}

}  // namespace kozmic::runner
