#ifndef KOZMIC_SERVICES_RUNNER_IMAGES_PULLED_IMAGES_H_
#define KOZMIC_SERVICES_RUNNER_IMAGES_PULLED_IMAGES_H_

#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "lib/docker/docker_client.h"

namespace kozmic::runner {

// Whose credentials brought which images to a Docker engine: nobody else gets those while their
// registry cannot be asked. What was pulled without credentials, or by no runner, is anybody's.
//
// The engine itself keeps it, for all of its runners: for each image and holder an empty image
// "kozmic-pulled/<digest of both>" with labels. No password is in it. Thread-safe.
class PulledImages {
 public:
  // Who pulls without credentials.
  static constexpr char kAnybody[] = "";

  // Not owned.
  explicit PulledImages(const docker::DockerClient& docker) : docker_(docker) {}

  // Whether a name is one of those: no project may name one itself, since what a registry has under
  // that name would take its place.
  static bool IsReserved(const docker::ImageReference& reference);

  // Somebody has pulled the image with this id. `holder` stands for their credentials. An error
  // means that the image must not be used: others might get it.
  absl::Status Note(const std::string& id, const std::string& holder);

  // Whether somebody may have the image with this id without asking its registry.
  absl::StatusOr<bool> MayUse(const std::string& id, const std::string& holder) const;

  // Keeps the engine's notes in order: adds those of images that turned out to be anybody's, and
  // forgets images that are gone.
  void Sweep();

 private:
  absl::Status Write(const std::string& id, const std::string& holder)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const docker::DockerClient& docker_;
  // Held while notes are added or removed.
  absl::Mutex mutex_;
  mutable absl::Mutex anybodys_mutex_ ABSL_ACQUIRED_AFTER(mutex_);
  // Ids of images that this process saw pulled without credentials.
  std::set<std::string> anybodys_ ABSL_GUARDED_BY(anybodys_mutex_);
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_IMAGES_PULLED_IMAGES_H_
