#ifndef KOZMIC_BENCH_ORCHESTRATION_LOAD_LOAD_H_
#define KOZMIC_BENCH_ORCHESTRATION_LOAD_LOAD_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "kozmic/build/v1/build.grpc.pb.h"
#include "kozmic/runner/v1/runner.grpc.pb.h"

namespace kozmic::bench {

// Simulated runners with one slot each, that call like real ones but do nothing with their jobs.
// No thread waits for any of them. A call that fails ends the process with a message.
class Runners {
 public:
  // On a lease; from several threads at once.
  using Leased = std::function<void(const runner::v1::Lease& lease)>;

  // Opens their sessions.
  Runners(const std::string& address, int count, Leased leased);
  // Ends what they wait for.
  ~Runners();

  // Each waits for a job, finishes it with success and an empty log, and waits for the next.
  void Work();
  // Each waits for one job and keeps it.
  void TakeOne();

  int64_t leased() const;
  int64_t finished() const;
  // Blocks until so many were, and returns when. Ends the process after `timeout`.
  absl::Time AwaitLeased(int64_t count, absl::Duration timeout) const;
  absl::Time AwaitFinished(int64_t count, absl::Duration timeout) const;

 private:
  struct Runner;

  void Lease(Runner& runner);
  void Finish(Runner& runner);
  // Sets when the last of them came.
  void Count(int64_t& counter, absl::Time& last);
  // A call of a runner has ended, and what followed from it has begun.
  void End();

  const Leased leased_callback_;
  std::vector<std::unique_ptr<runner::v1::RunnerService::Stub>> stubs_;
  std::vector<std::unique_ptr<Runner>> runners_;
  bool keep_ = false;
  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t leased_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t finished_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Time last_leased_ ABSL_GUARDED_BY(mutex_);
  absl::Time last_finished_ ABSL_GUARDED_BY(mutex_);
};

// Creates builds of one job each, in turns in `projects` projects.
class Builds {
 public:
  Builds(const std::string& address, int projects);

  // `count` more, `together` in each call, as the project service does of webhooks; blocks until
  // all are created.
  void Create(int64_t count, int together);
  void CreateOne();

 private:
  void CreateBatch(int64_t count);
  build::v1::CreateBuildRequest Next();

  const std::unique_ptr<build::v1::BuildService::Stub> stub_;
  const int projects_;
  int64_t next_ = 0;
};

}  // namespace kozmic::bench

#endif  // KOZMIC_BENCH_ORCHESTRATION_LOAD_LOAD_H_
