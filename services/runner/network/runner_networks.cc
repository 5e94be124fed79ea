#include "services/runner/network/runner_networks.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/runner/network/firewall_rules.h"

namespace kozmic::runner {
namespace {

// Not the label of what belongs to a job: these stay when jobs end.
constexpr char kNetworkLabel[] = "kozmic.network";

}  // namespace

absl::StatusOr<std::unique_ptr<RunnerNetworks>> RunnerNetworks::Start(
    const docker::DockerClient& docker, const Options& options) {
  std::unique_ptr<RunnerNetworks> networks(new RunnerNetworks(docker));
  networks->jobs_.mode = options.network;
  networks->forks_.mode = options.network;
  if (!networks->jobs_.IsEngineDefault()) return networks;

  std::vector<FirewallRules> rules;
  const std::string name = absl::StrCat("kozmic-", options.runner);
  if (options.jobs_public_only) {
    networks->jobs_ = {.mode = name, .bridges = BridgePrefix(options.runner, 'j')};
    rules.push_back({.bridges = networks->jobs_.bridges, .allowed = options.allowed});
  }
  if (options.forks_public_only) {
    networks->forks_ = {.mode = name + "-forks", .bridges = BridgePrefix(options.runner, 'f')};
    rules.push_back({.bridges = networks->forks_.bridges, .allowed = {}});
  }
  if (rules.empty()) return networks;
  KOZMIC_ASSIGN_OR_RETURN(networks->firewall_,
                          Firewall::Start(std::move(rules), Firewall::Options{}));
  for (const JobsNetwork& network : {networks->jobs_, networks->forks_}) {
    if (network.bridges.empty()) continue;
    KOZMIC_RETURN_IF_ERROR(networks->Make(network.mode, options.runner, network.bridges));
  }
  return networks;
}

absl::Status RunnerNetworks::Make(const std::string& name, const std::string& runner,
                                  const std::string& bridges) {
  const docker::NetworkSpec spec = {.name = name,
                                    .labels = {{kNetworkLabel, runner}},
                                    .internal = false,
                                    .bridge = BridgeName(bridges, name),
                                    .apart = true};
  const absl::Status made = docker_.CreateNetwork(spec).status();
  if (!made.ok() && !absl::IsFailedPrecondition(made)) {
    return Annotate(made, "make the jobs' network");
  }
  KOZMIC_ASSIGN_OR_RETURN(const docker::NetworkSummary there, docker_.InspectNetwork(name));
  if (there.labels != spec.labels) {
    return absl::AlreadyExistsError(
        absl::StrCat("a network that is not this runner's has the name ", name));
  }
  made_.push_back(there.id);
  return absl::OkStatus();
}

absl::Status RunnerNetworks::status() const {
  if (firewall_ == nullptr) return absl::OkStatus();
  return Annotate(firewall_->status(), "The rules of the jobs' network are not in force");
}

void RunnerNetworks::Remove() {
  bool all = true;
  for (const std::string& id : std::exchange(made_, {})) {
    const absl::Status removed = docker_.RemoveNetwork(id);
    all = all && removed.ok();
    if (!removed.ok()) {
      Log(Severity::kInfo, "a network of jobs stays", {{"network", id}, {"error", removed}});
    }
  }
  if (all && firewall_ != nullptr) firewall_->Remove();
}

}  // namespace kozmic::runner
