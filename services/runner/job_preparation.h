#ifndef KOZMIC_SERVICES_RUNNER_JOB_PREPARATION_H_
#define KOZMIC_SERVICES_RUNNER_JOB_PREPARATION_H_

#include <future>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kozmic/runner/v1/runner.pb.h"
#include "lib/docker/docker_client.h"
#include "services/runner/containers/script_container.h"
#include "services/runner/containers/service_containers.h"
#include "services/runner/fetch/git_fetcher.h"
#include "services/runner/fetch/submodule_fetcher.h"
#include "services/runner/images/image_puller.h"
#include "services/runner/images/registry_access.h"
#include "services/runner/install/install_cache.h"
#include "services/runner/install/install_inputs.h"
#include "services/runner/install/install_sharing.h"
#include "services/runner/install/last_images.h"
#include "services/runner/job.h"
#include "services/runner/job_folder.h"
#include "services/runner/leases/build_link.h"
#include "services/runner/leases/lease_renewer.h"
#include "services/runner/log/log_mask.h"
#include "services/runner/machine_clock.h"
#include "services/runner/network/job_network.h"
#include "services/runner/outcome.h"
#include "services/runner/warm/warm_pool.h"

namespace kozmic::runner {

// What jobs are done with. Nothing is owned.
struct JobTools {
  const docker::DockerClient& docker;
  GitFetcher& git;
  const SubmoduleFetcher& submodules;
  ImagePuller& images;
  InstallCache& installs;
  InstallSharing& sharing;
  LastImages& last_images;
  WarmPool& warm;
  BuildLink& link;
  LeaseRenewer& renewer;
  const MachineClock& clock;
};

// The install script's part in an attempt.
struct Install {
  // Set while the script at hand is the install script: its inputs.
  std::optional<InstallInputs> running;
  std::unique_ptr<InstallCache::Turn> turn;
  // Not null: it is run for other runners too.
  std::shared_ptr<InstallSharing::Claim> claim;
};

// What an attempt has of its own. Nothing is owned.
struct AttemptParts {
  Job& job;
  JobFolder& folder;
  const JobNetwork& network;
  ScriptContainer& container;
  const ServiceContainers& services;
  LogMask& mask;
  Install& install;
  // Whether sudo and the like are refused to it.
  bool hardened = false;
  // Whether its container's kernel may not be this machine's.
  bool foreign_kernel = false;
};

// What the attempt wants of the InstallCache.
InstallCache::Wanted WantedInstall(const v1::Lease& lease, InstallInputs inputs);

// Everything before the script, or before the install script, or between the two. The slow steps
// (ask what with, then pull the image and fetch the commit; start a container) go on side by side:
// the container is started of the image as it is here, with kozmic-init waiting for its word, and
// is thrown away when another turns out to be the right one. So do the services, for which the job
// then has a network of its own: the script begins when all have been started. With an install
// script the image at first is that which the last job's script ran in. A container that waited for
// the job already (see WarmPool) takes its place. The deploy key is for the
// fetch alone; the secrets are for the script alone, and come to kozmic-init together with its
// word: what the install script leaves becomes an image.
class JobPreparation {
 public:
  JobPreparation(const JobTools& tools, const AttemptParts& parts)
      : tools_(tools),
        parts_(parts),
        job_(parts.job),
        folder_(parts.folder),
        container_(parts.container),
        install_(parts.install) {}

  // Absent: the script, or first the install script, has the word to run, and the job knows that it
  // begins. Else how the attempt ends; its reason is in the log too. When the job was stopped
  // meanwhile, the outcome means nothing.
  std::optional<Outcome> Run();

 private:
  std::optional<Outcome> Prepare(const docker::ImageReference& reference);
  // A container that is started before it is known of which image it has to be.
  struct Guess {
    // Empty: there is none.
    std::string image_id = {};
    std::future<absl::Status> starting = {};
  };
  // Of the job's image as it is here, if it is; or the one that the folder came with.
  Guess StartGuess(const std::optional<docker::ImageInfo>& local);
  // Waits until it has started. False when it has not, or is of another image: then it is gone.
  absl::StatusOr<bool> Keep(Guess guess, const std::string& image_id);
  // Once the image is here and the commit is fetched: starts the script in what the install script
  // led to for somebody else, or the install script.
  std::optional<Outcome> UseInstalled(const std::string& base_image, Guess guess);
  std::optional<Outcome> StartInstall(InstallInputs inputs, std::vector<KnownInstall> known);
  // Starts the script in what the install script led to just now.
  std::optional<Outcome> GoOn();
  absl::Status StartWithPlan(const std::string& image);
  std::optional<Outcome> StartServicesAndLetGo();
  // For the jobs to come, whose scripts will run in the same.
  void NoteContainer(const std::string& image_id);
  // `starting`: what the container's start will have been, unless it has been waited for.
  std::optional<Outcome> LetScriptGo(std::future<absl::Status> starting = {});
  std::optional<Outcome> LetGo(std::future<absl::Status> starting,
                               const std::map<std::string, std::string>& secrets);
  // What the other steps need, and what the log must not show.
  absl::Status Issue(const std::stop_token& stop);
  // The id of the image, which is here. `prefix`: of the lines that tell of it.
  absl::StatusOr<std::string> Pull(const docker::ImageReference& reference,
                                   const std::optional<docker::ImageInfo>& local,
                                   std::stop_token stop, const std::string& prefix = "");
  // Pulls and starts all services. The job's network must be there.
  absl::Status StartServices(const std::stop_token& stop);
  absl::StatusOr<std::string> PullForService(const v1::Service& service,
                                             const std::stop_token& stop);
  absl::Status Fetch(const std::stop_token& stop);
  absl::StatusOr<v1::IssueCheckoutResponse> Ask(bool refused, const std::stop_token& stop);
  CheckoutRequest Request() const;
  absl::Status Checkout(const std::stop_token& stop);
  // Makes the build service know that the script may begin.
  absl::Status AnnounceScript();
  void Say(absl::string_view line);
  ScriptPlan Plan(const std::string& script) const;
  // Whether a failure to pull is the engine's and not the project's to mend.
  bool IsEngineAway(const absl::Status& pulled) const;

  const JobTools& tools_;
  const AttemptParts parts_;
  Job& job_;
  JobFolder& folder_;
  ScriptContainer& container_;
  Install& install_;
  // From Issue on. While other steps go on only Fetch changes it, and only what it needs itself.
  v1::IssueCheckoutResponse issued_;
  // The same, for all steps.
  RegistryAccess registries_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_JOB_PREPARATION_H_
