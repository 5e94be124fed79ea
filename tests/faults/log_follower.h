#ifndef KOZMIC_TESTS_FAULTS_LOG_FOLLOWER_H_
#define KOZMIC_TESTS_FAULTS_LOG_FOLLOWER_H_

#include <cstdint>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "tests/installation/installation.h"
#include "tests/installation/person.h"

namespace kozmic::faults {

// Where a log's bytes are to be had. `log`: as in a job of the API.
std::string RawLogPath(const std::string& log);

// Follows one log as a browser does, by Server-Sent Events, and comes back where it was when the
// stream ends, on a thread of its own.
class LogFollower {
 public:
  // `log`: as in a job of the API.
  LogFollower(const Installation& installation, const Person& person, const std::string& project,
              const std::string& log);
  ~LogFollower();

  // What it has read, without gap or repetition.
  std::string text() const;
  // Blocks until the log has ended. False after `time`.
  bool AwaitEnd(absl::Duration time) const;
  // Blocks until so many bytes were read.
  bool AwaitBytes(size_t count, absl::Duration time) const;
  // The longest wait between two arrivals.
  absl::Duration longest_wait() const;
  // The longest time from the end of a stream to the next one's first word.
  absl::Duration longest_absence() const;
  // Offsets that were not those that had to come.
  int faults() const;

 private:
  void Follow();
  void Take(const std::string& event, const std::string& data);
  // Reads what is stored, as a browser does whom the stream no longer has the bytes for.
  void CatchUp();

  const std::string server_;
  const std::string cookies_;
  const std::string project_;
  const std::string log_;
  mutable absl::Mutex mutex_;
  std::string text_ ABSL_GUARDED_BY(mutex_);
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool behind_ ABSL_GUARDED_BY(mutex_) = false;
  int faults_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Time arrived_ ABSL_GUARDED_BY(mutex_);
  absl::Duration longest_wait_ ABSL_GUARDED_BY(mutex_);
  absl::Time left_ ABSL_GUARDED_BY(mutex_);
  absl::Duration longest_absence_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace kozmic::faults

#endif  // KOZMIC_TESTS_FAULTS_LOG_FOLLOWER_H_
