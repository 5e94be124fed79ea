#ifndef KOZMIC_TESTS_FAULTS_RAW_FOLLOWER_H_
#define KOZMIC_TESTS_FAULTS_RAW_FOLLOWER_H_

#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "tests/installation/installation.h"
#include "tests/installation/person.h"

namespace kozmic::faults {

// Follows one raw log as `curl -N` does, and comes back where it was when the answer is cut short,
// on a thread of its own.
class RawFollower {
 public:
  // `log`: as in a job of the API.
  RawFollower(const Installation& installation, const Person& person, const std::string& log);
  ~RawFollower();

  std::string text() const;
  // Blocks until an answer came to its end, which a sealed log's does. False after `time`.
  bool AwaitEnd(absl::Duration time) const;

 private:
  void Follow();

  const std::string server_;
  const std::string cookies_;
  std::string path_;
  mutable absl::Mutex mutex_;
  std::string text_ ABSL_GUARDED_BY(mutex_);
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace kozmic::faults

#endif  // KOZMIC_TESTS_FAULTS_RAW_FOLLOWER_H_
