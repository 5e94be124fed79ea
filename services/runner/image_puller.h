#ifndef KOZMIC_SERVICES_RUNNER_IMAGE_PULLER_H_
#define KOZMIC_SERVICES_RUNNER_IMAGE_PULLER_H_

#include <functional>
#include <map>
#include <stop_token>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/docker/docker_client.h"

namespace kozmic::runner {

// Makes images be here and up to date. Each job pulls; but when the registry cannot be reached and
// the image is here, the local one serves, and the registry is not asked again for a while.
// Thread-safe.
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

  // Neither is owned.
  ImagePuller(const docker::DockerClient& docker, const Clock& clock, Options options)
      : docker_(docker), clock_(clock), options_(options) {}

  // OK: the image is here. `local`: it was before. Errors are Docker's own words: NOT_FOUND,
  // PERMISSION_DENIED, UNAVAILABLE for a registry or engine that is away, and others;
  // CANCELLED.
  absl::Status Pull(const docker::ImageReference& reference, bool local, std::stop_token stop,
                    const Say& say);

 private:
  absl::Status PullPatiently(const docker::ImageReference& reference, bool local,
                             std::stop_token stop, const Say& say);
  bool IsResting(const std::string& registry) const;
  void SetResting(const std::string& registry, bool resting);

  const docker::DockerClient& docker_;
  const Clock& clock_;
  const Options options_;
  mutable absl::Mutex mutex_;
  std::map<std::string, absl::Time> rest_until_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_IMAGE_PULLER_H_
