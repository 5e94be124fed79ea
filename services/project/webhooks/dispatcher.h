#ifndef KOZMIC_SERVICES_PROJECT_WEBHOOKS_DISPATCHER_H_
#define KOZMIC_SERVICES_PROJECT_WEBHOOKS_DISPATCHER_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/random.h"
#include "lib/base/worker.h"
#include "services/project/access/access_store.h"
#include "services/project/hooks/hook_store.h"
#include "services/project/webhooks/build_creator.h"
#include "services/project/webhooks/delivery_store.h"

namespace kozmic::project {

// Turns the inbox's waiting deliveries into builds, on a thread of its own, oldest first. Several
// processes may do so at once. Deliveries are claimed, their builds asked for together, and the
// deliveries settled; no transaction is held meanwhile.
// What a crash leaves unsettled is dispatched again, which changes nothing, because a build is
// asked for under the same request id.
class Dispatcher {
 public:
  struct Options {
    // So many are claimed together.
    int batch = 128;
    // After so long a delivery is taken from whoever claimed it.
    absl::Duration claim = absl::Seconds(15);
    // No builds are asked for so long after the claim; together with what CreateBuilds may take,
    // less than the claim.
    absl::Duration begin = absl::Seconds(3);
    // How often deliveries are looked for that nobody told of.
    absl::Duration idle = absl::Seconds(5);
    // While builds cannot be made at all.
    absl::Duration first_retry = absl::Milliseconds(200);
    absl::Duration longest_retry = absl::Seconds(10);
    // Of a delivery that fails for reasons of its own: about four hours in all.
    absl::Duration longest_own_retry = absl::Minutes(5);
    int most_attempts = 50;
  };

  // What it stands on; all must outlive it.
  struct Parts {
    DeliveryStore& deliveries;
    HookStore& hooks;
    AccessStore& access;
    BuildCreator& builds;
    Random& random;
    // Called when a project's access is to be synced.
    std::function<void()> wake_sync;
  };

  Dispatcher(Parts parts, const Options& options);

  // There is a new delivery. Thread-safe; returns at once.
  void Wake() { worker_.Wake(); }
  // Ends after the batch at hand. Idempotent.
  void Stop() { worker_.Stop(); }

 private:
  // One batch; returns how long to wait before the next.
  absl::Duration Step();
  // How long to wait when none is due.
  absl::Duration Idle();
  // What becomes of each delivery of a batch.
  using Result = absl::StatusOr<SettledDelivery>;
  std::vector<Result> DispatchAll(const std::vector<WaitingDelivery>& batch);
  // `hooks`: of its project. What it is when all builds that it adds to `wanted` are made.
  Result Dispatch(const WaitingDelivery& delivery, const std::vector<HookRecord>& hooks,
                  std::vector<BuildRequest>& wanted);
  // False when builds cannot be made at all at the moment. One of the two gets it.
  bool Retry(const WaitingDelivery& delivery, const absl::Status& error,
             std::vector<SettledDelivery>& settled, std::vector<RetriedDelivery>& retried);

  const Parts parts_;
  const Options options_;
  // Of the worker's thread: failures in a row.
  int failures_ = 0;
  Worker worker_;
};

// The hooks that a build is made of, and what tells it from the other build of the same commit.
struct ChosenHooks {
  std::vector<HookRecord> hooks;
  // Empty for the first.
  std::string suffix;
  // What the build is for, whichever event asks for it.
  Trigger trigger = kOnPush;
};

// The builds that an event asks for: one, two or none. A push to a branch and a pull request of
// that branch tell of the same commit, in any order, and together build each hook once: those that
// want the push make one build, whoever tells of it first; those that want nothing but the pull
// request make another. Each has at most as many hooks as a build may have jobs. Of a fork's branch
// no push is told: all hooks that want its pull request make one build. `ref` is what hooks'
// branches are matched with.
std::vector<ChosenHooks> ChooseHooks(const std::vector<HookRecord>& hooks, Trigger trigger,
                                     absl::string_view ref, bool is_fork = false);

// "<project>/<ref>/<commit>/<key>", with the ref's digest in place of a ref that is too long; `key`
// (WaitingDelivery::request_key) tells pushes of the same commit apart, and may be empty.
std::string BuildRequestId(int64_t project_id, const Head& head, const std::string& key);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_WEBHOOKS_DISPATCHER_H_
