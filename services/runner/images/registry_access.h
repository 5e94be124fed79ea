#ifndef KOZMIC_SERVICES_RUNNER_IMAGES_REGISTRY_ACCESS_H_
#define KOZMIC_SERVICES_RUNNER_IMAGES_REGISTRY_ACCESS_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "kozmic/runner/v1/runner.pb.h"
#include "lib/docker/docker_client.h"

namespace kozmic::runner {

// The credentials that one job pulls its images with. In memory only.
class RegistryAccess {
 public:
  RegistryAccess() = default;
  // `fork`: it is known to get none.
  RegistryAccess(const v1::IssueCheckoutResponse& issued, bool fork);

  // Absent: the image's registry is to be asked without any.
  std::optional<docker::RegistryAuth> For(const docker::ImageReference& reference) const;

  // What a pull that failed means to the people who can mend it, and then Docker's words. Only of
  // an engine that is there.
  absl::Status Explain(const absl::Status& pulled, const docker::ImageReference& reference) const;

 private:
  // What to do about a refusal.
  std::string Advice(const docker::ImageReference& reference) const;

  bool fork_ = false;
  // By registry.
  std::map<std::string, docker::RegistryAuth> auths_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_IMAGES_REGISTRY_ACCESS_H_
