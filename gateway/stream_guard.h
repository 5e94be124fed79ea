#ifndef KOZMIC_GATEWAY_STREAM_GUARD_H_
#define KOZMIC_GATEWAY_STREAM_GUARD_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/base/worker.h"
#include "lib/rpc/caller.h"

namespace kozmic::gateway {

struct StreamGuardOptions {
  // How often it is asked anew who may see what.
  absl::Duration interval = absl::Seconds(20);
  // A stream that nobody could confirm for so long is closed.
  absl::Duration patience = absl::Minutes(10);
};

// Sees to it that live streams end when their user may no longer see what they carry: asks, for
// each credential that has streams, whether it is still good, and whether its user may view each of
// the projects that those streams are of; closes the streams of which the answer is no. No answer
// closes nothing until `patience` is over. However many streams a credential has, each question is
// asked once; the questions of different credentials are spread over the interval. Thread-safe.
class StreamGuard {
 public:
  // As MayView: a definite no, or that it cannot be told.
  using ViewCheck = std::function<absl::Status(const std::string& bearer, int64_t project)>;

  struct Dependencies {
    // Neither is owned.
    const Authenticator& authenticator;
    const Clock& clock;
    // Not owned; used under the guard's lock.
    Random& random;
    // May wait for a call; no longer than a few seconds.
    ViewCheck may_view;
    // Closes one stream; returns at once.
    std::function<void(uint64_t viewer)> close;
  };

  StreamGuard(Dependencies dependencies, const StreamGuardOptions& options);
  // Stops.
  ~StreamGuard();
  StreamGuard(const StreamGuard&) = delete;
  StreamGuard& operator=(const StreamGuard&) = delete;

  // Watches over a stream, which was allowed just now, until what is returned is let go of; that
  // must be before the guard is destroyed.
  std::shared_ptr<const void> Watch(uint64_t viewer, const std::string& bearer,
                                    std::set<int64_t> projects);

  // From now on questions are asked by a thread of the guard's own.
  void Start();
  // Nothing is asked or closed afterwards. Waits for a question under way. Idempotent.
  void Stop();

  // Asks for the credential that is due first, if it is due. Returns how long to wait for the next.
  // What Start()'s thread does; not to be called beside it.
  absl::Duration CheckNext();

 private:
  struct Seen {
    absl::Time confirmed;
    std::set<uint64_t> viewers;
  };
  struct Credential {
    absl::Time due;
    std::map<int64_t, Seen> projects;
  };
  // By project. Nothing was said of those that are missing.
  using Verdicts = std::map<int64_t, absl::Status>;
  class Ticket;

  Verdicts Ask(const std::string& bearer, const std::set<int64_t>& projects);
  // Whether a question got no answer because somebody is away; notes it.
  bool IsAway(const absl::Status& status);
  void Leave(uint64_t viewer, const std::string& bearer, const std::set<int64_t>& projects);
  // Takes the verdicts in; the viewers to close.
  std::set<uint64_t> Judge(const std::string& bearer, absl::Time asked, const Verdicts& verdicts);
  void Schedule(const std::string& bearer, Credential& credential, absl::Time due)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Dependencies to_;
  const StreamGuardOptions options_;
  // Until then nobody is asked. Of the thread that asks.
  absl::Time away_until_ = absl::InfinitePast();

  absl::Mutex mutex_;
  std::map<std::string, Credential> by_bearer_ ABSL_GUARDED_BY(mutex_);
  // The credentials by when they are due.
  std::set<std::pair<absl::Time, std::string>> due_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Worker> worker_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_STREAM_GUARD_H_
