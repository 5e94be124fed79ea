#ifndef KOZMIC_BENCH_LOG_LOAD_VIEWERS_H_
#define KOZMIC_BENCH_LOG_LOAD_VIEWERS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "bench/report/report.h"
#include "lib/http/socket.h"

namespace kozmic::bench {

// Browsers' live streams of one log, read by one thread. Each line of the log is the time at which
// it was written, in nanoseconds of this machine's monotonic clock: what it says when it comes is
// how long it took.
class Viewers {
 public:
  // `headers`: what signs them in. Ends the process with a message when one cannot connect; returns
  // once all are answered.
  Viewers(const std::string& host, int port, const std::string& target, const std::string& headers,
          size_t count);
  ~Viewers();

  // Waits until every viewer has seen so many lines since the last Reset(); false after `patience`.
  bool Await(int64_t lines, absl::Duration patience);
  // What came since the last Reset(), in milliseconds.
  Samples Take();

  static int64_t Now();

 private:
  struct Viewer {
    http::UniqueFd fd;
    std::string pending;
    // A line that has not ended yet.
    std::string line;
  };

  void Run();
  void Read(Viewer& viewer);
  void Event(Viewer& viewer, const std::string& data, int64_t now);

  std::vector<Viewer> viewers_;
  http::UniqueFd epoll_;
  http::EventFd stop_;
  absl::Mutex mutex_;
  Samples samples_ ABSL_GUARDED_BY(mutex_);
  int64_t lines_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t answered_ ABSL_GUARDED_BY(mutex_) = 0;
  std::thread thread_;
};

}  // namespace kozmic::bench

#endif  // KOZMIC_BENCH_LOG_LOAD_VIEWERS_H_
