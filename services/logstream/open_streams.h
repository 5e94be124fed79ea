#ifndef KOZMIC_SERVICES_LOGSTREAM_OPEN_STREAMS_H_
#define KOZMIC_SERVICES_LOGSTREAM_OPEN_STREAMS_H_

#include <cstddef>
#include <map>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

namespace kozmic {

class OpenStream {
 public:
  virtual ~OpenStream() = default;
  // Ends the stream soon, with UNAVAILABLE. Thread-safe.
  virtual void Drain() = 0;
};

// The streams of one kind that this process serves: bounds their number, ends them all when the
// process ends. Thread-safe.
class OpenStreams {
 public:
  explicit OpenStreams(size_t most) : most_(most) {}

  // RESOURCE_EXHAUSTED too_many_streams; UNAVAILABLE draining.
  absl::Status Add(std::shared_ptr<OpenStream> stream);
  void Remove(const OpenStream* stream);
  // From now on there are no new streams.
  void DrainAll();

 private:
  const size_t most_;
  absl::Mutex mutex_;
  std::map<const OpenStream*, std::shared_ptr<OpenStream>> streams_ ABSL_GUARDED_BY(mutex_);
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
};

// With which streams end when their process does; they are to be opened again.
absl::Status DrainingError();

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_OPEN_STREAMS_H_
