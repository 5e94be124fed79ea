#ifndef KOZMIC_SERVICES_RUNNER_WARM_WARM_POOL_H_
#define KOZMIC_SERVICES_RUNNER_WARM_WARM_POOL_H_

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "kozmic/runner/v1/runner.pb.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/base/worker.h"
#include "lib/docker/docker_client.h"
#include "services/runner/containers/job_containers.h"
#include "services/runner/job_folder.h"
#include "services/runner/job_table.h"
#include "services/runner/log/file_watcher.h"
#include "services/runner/warm/use_history.h"

namespace kozmic::runner {

// Containers that were created and started ahead, of the kinds that this runner's jobs had most of
// lately. In each kozmic-init waits for its one job, in a folder that becomes the job's. Nothing of
// any project has run in it, and no two jobs get the same. They are made while a slot is free;
// thrown away when they end, when their engine goes away, when they are old, when others are wanted
// more, and by Stop. What a killed process leaves is the LeftoverSweeper's. Thread-safe.
class WarmPool {
 public:
  struct Options {
    std::string work_folder;
    // So many at most; 0: none.
    int most = 0;
    // After so long one is thrown away.
    absl::Duration oldest;
  };

  // Nothing is owned.
  WarmPool(const docker::DockerClient& docker, ContainerPolicy policy, FileWatcher& watcher,
           const JobTable& jobs, const Clock& clock, Random& random, Options options);
  ~WarmPool();

  // The folder of a container that waits for a job such as this, with a note of the container; null
  // when there is none. The job may turn out to need another: then the container is its to remove.
  std::unique_ptr<JobFolder> Take(const v1::JobSpec& job);
  // What became of the folder tells of it now.
  void Forget(const std::string& id);

  // A job's script is about to begin in a container of this kind, or would be if one were ready.
  void Note(const v1::JobSpec& job, const docker::ContainerSpec& spec, const std::string& folder);
  // A slot may be free.
  void Wake() { worker_.Wake(); }

  // The ids of all containers and folders of the pool's, until Forget or until they are removed.
  std::set<std::string> Ids() const;

  // Gives and makes nothing more, and soon removes what waits. Returns at once; idempotent.
  void Drain();
  // The same, and waits until it is removed.
  void Stop();

 private:
  struct Kind {
    docker::ContainerSpec spec;
    // Of the job that the specification was of.
    std::string folder;
  };
  struct Warm {
    std::string id;
    std::string kind;
    std::unique_ptr<JobFolder> folder;
    absl::Time made;
    // Notices its end.
    std::jthread watch;
  };

  absl::Duration Step();
  // Until there may be something to do by itself.
  absl::Duration UntilNext() const;
  // Removes what is not to wait any longer, and ends the watches of what was taken.
  void Tidy(const std::map<std::string, int>& shares);
  // Those that are not to wait any longer.
  std::list<Warm> Unwanted(const std::map<std::string, int>& shares);
  // A kind that is worth one more, if now is the time to make it.
  std::optional<std::string> Missing(const std::map<std::string, int>& shares) const;
  absl::Status Make(const std::string& kind);
  absl::Status MakeIn(Warm& warm, const Kind& kind);
  void Watch(Warm& warm);
  void Remove(Warm warm);

  const docker::DockerClient& docker_;
  const ContainerPolicy policy_;
  FileWatcher& watcher_;
  const JobTable& jobs_;
  const Clock& clock_;
  Random& random_;
  const Options options_;
  std::stop_source stop_;
  mutable absl::Mutex mutex_;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  UseHistory history_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Kind> kinds_ ABSL_GUARDED_BY(mutex_);
  // Which kind of container jobs had last that are alike.
  std::map<std::string, std::string> kinds_of_jobs_ ABSL_GUARDED_BY(mutex_);
  std::list<Warm> waiting_ ABSL_GUARDED_BY(mutex_);
  // Of those whose container has ended, or cannot be watched.
  std::set<std::string> dead_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> ids_ ABSL_GUARDED_BY(mutex_);
  // Of containers that were taken; it takes them a moment to end.
  std::vector<std::jthread> watches_ ABSL_GUARDED_BY(mutex_);
  Worker worker_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_WARM_WARM_POOL_H_
