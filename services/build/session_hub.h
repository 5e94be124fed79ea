#ifndef KOZMIC_SERVICES_BUILD_SESSION_HUB_H_
#define KOZMIC_SERVICES_BUILD_SESSION_HUB_H_

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "kozmic/runner/v1/runner.grpc.pb.h"
#include "lib/base/executor.h"

namespace kozmic::build {

// Serves WatchSession: tells runners to renew their leases now. What comes while a message is under
// way is one message more. Thread-safe.
class SessionHub {
 public:
  using Reactor = grpc::ServerWriteReactor<runner::v1::WatchSessionResponse>;

  // Not owned.
  explicit SessionHub(Executor& executor) : executor_(executor) {}

  // The reactor of one call, which owns itself. `runner_of_session` runs on the executor and says
  // whose session it is; when it fails, the stream ends with its status. It is asked again whenever
  // something is said of the runner, so that a stream ends with its session.
  Reactor* Watch(grpc::CallbackServerContext* context,
                 std::function<absl::StatusOr<std::string>()> runner_of_session);

  // One of the runner's leases is to end, or another session of it began. Empty: perhaps of any.
  void Tell(absl::string_view runner);

  // Ends all streams with UNAVAILABLE, now and from now on.
  void Drain();

 private:
  class Watcher;

  bool Add(const std::string& runner, std::shared_ptr<Watcher> watcher);
  void Remove(const std::string& runner, const std::shared_ptr<Watcher>& watcher);

  Executor& executor_;
  absl::Mutex mutex_;
  std::map<std::string, std::set<std::shared_ptr<Watcher>>, std::less<>> watchers_
      ABSL_GUARDED_BY(mutex_);
  size_t count_ ABSL_GUARDED_BY(mutex_) = 0;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_SESSION_HUB_H_
