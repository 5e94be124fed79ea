#ifndef KOZMIC_TESTS_INSTALLATION_PLAYED_RUNNER_H_
#define KOZMIC_TESTS_INSTALLATION_PLAYED_RUNNER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "lib/base/random.h"
#include "services/runner/job_table.h"
#include "services/runner/leases/build_link.h"
#include "services/runner/leases/lease_loop.h"
#include "services/runner/leases/lease_renewer.h"
#include "services/runner/leases/session_watch.h"
#include "services/runner/log/file_watcher.h"

namespace kozmic {

// The runner's real link to the services (leases, renewals, logs, ends) without Docker: a job whose
// script is "print BYTES MILLISECONDS" writes so many bytes of its own over so long, and succeeds.
// Remembers what it wrote.
class PlayedRunner {
 public:
  struct Options {
    std::string name;
    int slots = 1;
    std::string build_address;
    std::string logstream_address;
    std::string token;
  };

  // Opens its session; dies when nobody lets it.
  explicit PlayedRunner(const Options& options);
  // Abandons what it has at hand.
  ~PlayedRunner();
  PlayedRunner(const PlayedRunner&) = delete;
  PlayedRunner& operator=(const PlayedRunner&) = delete;

  // "print 1000 0"
  static std::string Script(int64_t bytes, absl::Duration over);

  struct Played {
    int64_t size = 0;
    std::string sha256;
    // FinishJob was answered with OK.
    bool acknowledged = false;
    // The fence was stale before that.
    bool lost = false;
    bool cancelled = false;
  };
  // By attempt: "projects/1/builds/2/jobs/3/attempts/4". All whose script began.
  std::map<std::string, Played> played() const;

 private:
  void Play(runner::Job& job);
  // False when the job is not to go on.
  bool BeginScript(runner::Job& job);
  void Finish(runner::Job& job, const runner::v1::FinishJobRequest& request);

  const Options options_;
  SystemRandom random_;
  const std::string folder_;
  const std::shared_ptr<grpc::Channel> logstream_;
  runner::BuildLink link_;
  runner::FileWatcher watcher_;
  runner::JobTable jobs_;
  mutable absl::Mutex mutex_;
  std::map<std::string, Played> played_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<runner::LeaseRenewer> renewer_;
  std::unique_ptr<runner::SessionWatch> session_watch_;
  std::unique_ptr<runner::LeaseLoop> leases_;
};

}  // namespace kozmic

#endif  // KOZMIC_TESTS_INSTALLATION_PLAYED_RUNNER_H_
