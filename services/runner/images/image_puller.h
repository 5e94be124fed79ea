#ifndef KOZMIC_SERVICES_RUNNER_IMAGES_IMAGE_PULLER_H_
#define KOZMIC_SERVICES_RUNNER_IMAGES_IMAGE_PULLER_H_

#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/docker/docker_client.h"
#include "services/runner/images/pulled_images.h"

namespace kozmic::runner {

// Makes images be here and up to date. Each job pulls; but when the registry cannot be reached and
// the image is here, the local one serves, and the registry is not asked again for a while: only
// whom the registry gave this image before, or whom it needed not ask (see PulledImages). What the
// registry refuses is refused, whatever is here. Thread-safe.
class ImagePuller {
 public:
  struct Options {
    absl::Duration pull_timeout = absl::Minutes(30);
    // How long a registry may take to answer at all when the image is here.
    absl::Duration patience = absl::Seconds(3);
    // How long a registry that cannot be reached is left alone for images that are here.
    absl::Duration rest = absl::Seconds(60);
    // Between the tries for an image that is not here.
    absl::Duration retry_pause = absl::Seconds(2);
  };
  // Takes lines for the job's log, each with its newline.
  using Say = std::function<void(absl::string_view line)>;

  // Nothing is owned.
  ImagePuller(const docker::DockerClient& docker, const Clock& clock, PulledImages& pulled,
              Options options)
      : docker_(docker), clock_(clock), pulled_(pulled), options_(options) {}

  struct Wanted {
    docker::ImageReference reference;
    // As it was here before.
    std::optional<docker::ImageInfo> local = {};
    // Absent: the registry is asked without any.
    std::optional<docker::RegistryAuth> auth = {};
    // Whose credentials they are: two projects' are not the same.
    std::string project = {};
  };

  // The id of the image, which is here. Errors begin with Docker's own words: NOT_FOUND,
  // PERMISSION_DENIED, UNAVAILABLE for a registry or engine that is away, and others;
  // CANCELLED.
  absl::StatusOr<std::string> Pull(const Wanted& wanted, std::stop_token stop, const Say& say);

 private:
  // `fallback`: the local image may serve.
  absl::Status PullPatiently(const Wanted& wanted, bool fallback, std::stop_token stop,
                             const Say& say);
  absl::StatusOr<std::string> Pulled(const docker::ImageReference& reference,
                                     const std::string& holder);
  bool IsResting(const std::string& registry) const;
  void SetResting(const std::string& registry, bool resting);

  const docker::DockerClient& docker_;
  const Clock& clock_;
  PulledImages& pulled_;
  const Options options_;
  mutable absl::Mutex mutex_;
  std::map<std::string, absl::Time> rest_until_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_IMAGES_IMAGE_PULLER_H_
