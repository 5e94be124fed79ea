#ifndef KOZMIC_SERVICES_RUNNER_INSTALL_LAST_IMAGES_H_
#define KOZMIC_SERVICES_RUNNER_INSTALL_LAST_IMAGES_H_

#include <cstddef>
#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "kozmic/runner/v1/runner.pb.h"

namespace kozmic::runner {

// Which image the scripts of jobs with an install script ran in last: a guess at the next one's,
// good enough to start a container of it before it is known. In memory only. Thread-safe.
class LastImages {
 public:
  // So many are kept; when there are more, all are forgotten.
  explicit LastImages(size_t most = 1000) : most_(most) {}

  // Stands for what makes jobs alike.
  static std::string KeyOf(const v1::JobSpec& job);

  // The job's script runs in the image with this id.
  void Note(const v1::JobSpec& job, absl::string_view image_id);
  // What the newest job that was alike had; empty: nobody knows.
  std::string Guess(const v1::JobSpec& job) const;

 private:
  const size_t most_;
  mutable absl::Mutex mutex_;
  // By what makes jobs alike.
  std::map<std::string, std::string> images_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_INSTALL_LAST_IMAGES_H_
