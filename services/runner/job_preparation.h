#ifndef KOZMIC_SERVICES_RUNNER_JOB_PREPARATION_H_
#define KOZMIC_SERVICES_RUNNER_JOB_PREPARATION_H_

#include <optional>
#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kozmic/runner/v1/runner.pb.h"
#include "lib/docker/docker_client.h"
#include "services/runner/build_link.h"
#include "services/runner/git_fetcher.h"
#include "services/runner/image_puller.h"
#include "services/runner/job.h"
#include "services/runner/job_folder.h"
#include "services/runner/lease_renewer.h"
#include "services/runner/machine_clock.h"
#include "services/runner/outcome.h"
#include "services/runner/script_container.h"

namespace kozmic::runner {

// What jobs are done with. Nothing is owned.
struct JobTools {
  const docker::DockerClient& docker;
  GitFetcher& git;
  ImagePuller& images;
  BuildLink& link;
  LeaseRenewer& renewer;
  const MachineClock& clock;
};

// Everything before the script. The three slow steps (pull the image, fetch the commit, start a
// container) go on side by side: the container is started from the image as it is here, with
// kozmic-init waiting for its word, and is thrown away when the pull brings another image. The
// deploy key is for the fetch alone; the secrets are for kozmic-init alone, together with its word.
class JobPreparation {
 public:
  JobPreparation(const JobTools& tools, Job& job, JobFolder& folder, ScriptContainer& container)
      : tools_(tools), job_(job), folder_(folder), container_(container) {}

  // Absent: the script has the word to run, and the job knows that it begins. Else how the attempt
  // ends; its reason is in the log too. When the job was stopped meanwhile, the outcome means
  // nothing.
  std::optional<Outcome> Run();

 private:
  std::optional<Outcome> Prepare(const docker::ImageReference& reference);
  absl::Status Pull(const docker::ImageReference& reference, bool local, std::stop_token stop);
  absl::Status Fetch(const std::stop_token& stop);
  absl::Status Issue(bool refused, const std::stop_token& stop);
  absl::Status Checkout(const std::stop_token& stop);
  // Makes the build service know that the script may begin.
  absl::Status AnnounceScript();
  void Say(absl::string_view line);
  // Without the secrets that Fetch was given.
  std::string Masked(absl::string_view text) const;

  const JobTools& tools_;
  Job& job_;
  JobFolder& folder_;
  ScriptContainer& container_;
  // Fetch's, until it is done.
  v1::IssueCheckoutResponse issued_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_JOB_PREPARATION_H_
