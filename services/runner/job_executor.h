#ifndef KOZMIC_SERVICES_RUNNER_JOB_EXECUTOR_H_
#define KOZMIC_SERVICES_RUNNER_JOB_EXECUTOR_H_

#include <memory>
#include <string>

#include "grpcpp/grpcpp.h"
#include "lib/base/random.h"
#include "services/runner/containers/script_container.h"
#include "services/runner/job.h"
#include "services/runner/job_preparation.h"
#include "services/runner/log/file_watcher.h"

namespace kozmic::runner {

// Carries attempts from lease to acknowledged end. Thread-safe: each call runs one job, on the
// caller's thread, until nothing of it is left here, or the job is detached.
class JobExecutor {
 public:
  struct Options {
    std::string work_folder;
    ContainerPolicy container;
  };

  // Nothing is owned.
  JobExecutor(JobTools tools, std::shared_ptr<grpc::Channel> logstream, FileWatcher& watcher,
              Random& random, Options options)
      : tools_(tools),
        logstream_(std::move(logstream)),
        watcher_(watcher),
        random_(random),
        options_(std::move(options)) {}

  // A new lease.
  void Run(Job& job);
  // A lease that an earlier process of this runner held: goes on with its container, or reports
  // what became of it; begins anew when its script had not begun.
  void Adopt(Job& job);

 private:
  const JobTools tools_;
  const std::shared_ptr<grpc::Channel> logstream_;
  FileWatcher& watcher_;
  Random& random_;
  const Options options_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_JOB_EXECUTOR_H_
