#ifndef KOZMIC_SERVICES_BUILD_WATCH_HUB_H_
#define KOZMIC_SERVICES_BUILD_WATCH_HUB_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "kozmic/build/v1/build.grpc.pb.h"
#include "lib/base/executor.h"
#include "services/build/build_store.h"

namespace kozmic::build {

// Serves WatchProject: each watcher is told of its project's changes, coalesced while it is still
// busy with the last ones, so that a slow watcher costs one message of memory. The watches of a
// deleted project end with NOT_FOUND. Thread-safe.
class WatchHub {
 public:
  // Neither is owned.
  WatchHub(BuildStore& store, Executor& executor) : store_(store), executor_(executor) {}

  // The reactor of one call, which owns itself. `may_view` runs on the executor, first and again
  // now and then: when it fails the stream ends with its status.
  grpc::ServerWriteReactor<v1::WatchProjectResponse>* Watch(grpc::CallbackServerContext* context,
                                                            int64_t project, int64_t after_revision,
                                                            std::function<absl::Status()> may_view);

  // Something in `project` changed; 0: perhaps in any.
  void Changed(int64_t project);

  // Ends all streams with UNAVAILABLE, now and from now on.
  void Drain();

 private:
  class Watcher;

  bool Add(int64_t project, std::shared_ptr<Watcher> watcher);
  void Remove(int64_t project, const std::shared_ptr<Watcher>& watcher);

  BuildStore& store_;
  Executor& executor_;
  absl::Mutex mutex_;
  std::map<int64_t, std::set<std::shared_ptr<Watcher>>> watchers_ ABSL_GUARDED_BY(mutex_);
  size_t count_ ABSL_GUARDED_BY(mutex_) = 0;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_WATCH_HUB_H_
