#include "services/runner/network/job_network.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/status/macros.h"
#include "services/runner/job_folder.h"
#include "services/runner/network/firewall_rules.h"

namespace kozmic::runner {
namespace {

absl::Status Explain(const absl::Status& made) {
  if (!absl::StrContains(made.message(), "address pool")) return made;
  return absl::Status(
      made.code(),
      absl::StrCat(made.message(),
                   ". This machine's Docker engine has no addresses left for networks: an "
                   "administrator can give it more by default-address-pools in its daemon.json"));
}

}  // namespace

JobNetwork::JobNetwork(const docker::DockerClient& docker, const ContainerPolicy& policy,
                       const Job& job)
    : docker_(docker),
      policy_(policy),
      job_(job),
      outer_(NetworkOf(policy, job.lease().spec())),
      wanted_(job.lease().spec().services_size() > 0),
      name_(NameOfJob(policy.runner, JobFolder::IdOf(job.lease()))) {}

absl::Status JobNetwork::Make() const {
  if (!wanted_) return absl::OkStatus();
  if (outer_.mode == "host" || absl::StartsWith(outer_.mode, "container:")) {
    return absl::FailedPreconditionError(
        absl::StrCat("this runner's jobs share the network \"", outer_.mode,
                     "\" (its job_network), where services cannot be reached by name"));
  }
  docker::NetworkSpec spec = {.name = name_,
                              .labels = LabelsOf(policy_, job_.lease()),
                              .internal = !outer_.IsEngineDefault() && outer_.bridges.empty()};
  if (!outer_.bridges.empty()) spec.bridge = BridgeName(outer_.bridges, name_);
  const absl::Status made = docker_.CreateNetwork(spec).status();
  // Of this very attempt: whoever made it before.
  if (!absl::IsFailedPrecondition(made)) return Explain(made);
  KOZMIC_ASSIGN_OR_RETURN(const docker::NetworkSummary there, docker_.InspectNetwork(name_));
  if (there.labels == spec.labels) return absl::OkStatus();
  return absl::AlreadyExistsError(
      absl::StrCat("a network that is not this runner's has the name ", name_));
}

absl::StatusOr<std::string> JobNetwork::Start(docker::ContainerSpec spec, const std::string& name,
                                              const std::string& alias) const {
  if (wanted_ && !outer_.IsAdministrators()) {
    spec.network_mode = name_;
    spec.network_aliases = {alias};
  }
  KOZMIC_ASSIGN_OR_RETURN(std::string id,
                          CreateOwnContainer(docker_, policy_, std::move(spec), name));
  if (wanted_ && outer_.IsAdministrators())
    KOZMIC_RETURN_IF_ERROR(docker_.ConnectNetwork(name_, id, alias));
  KOZMIC_RETURN_IF_ERROR(docker_.StartContainer(id));
  return id;
}

absl::Status JobNetwork::Remove() const {
  if (!wanted_) return absl::OkStatus();
  const auto there = docker_.InspectNetwork(name_);
  if (absl::IsNotFound(there.status())) return absl::OkStatus();
  if (!there.ok()) return there.status();
  const auto runner = there->labels.find(kRunnerLabel);
  if (runner == there->labels.end() || runner->second != policy_.runner) return absl::OkStatus();
  return docker_.RemoveNetwork(there->id);
}

}  // namespace kozmic::runner
