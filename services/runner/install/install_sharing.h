#ifndef KOZMIC_SERVICES_RUNNER_INSTALL_INSTALL_SHARING_H_
#define KOZMIC_SERVICES_RUNNER_INSTALL_INSTALL_SHARING_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "kozmic/runner/v1/runner.pb.h"
#include "lib/base/worker.h"
#include "services/runner/install/cache_registry.h"
#include "services/runner/install/install_cache.h"
#include "services/runner/leases/build_link.h"

namespace kozmic::runner {

// One install script for all runners that share a registry: the build service says who runs it and,
// once it is in the registry, by which digest what it led to is to be pulled. Whatever fails here
// (the registry, the build service) only means that the script is run. Thread-safe.
class InstallSharing {
 public:
  struct Options {
    // So many images of each project stay in the registry.
    size_t kept = 1;
    absl::Duration renew_interval = absl::Seconds(10);
    // How long a registry that failed is left alone.
    absl::Duration rest = absl::Minutes(1);
  };
  // The right to run an install script for all, for as long as somebody holds this. It outlives
  // this process, for a while: only Offer and GiveUp end it.
  class Claim {
   public:
    explicit Claim(v1::ClaimInstallRequest request) : request_(std::move(request)) {}

   private:
    friend class InstallSharing;

    // As it was asked for.
    const v1::ClaimInstallRequest request_;
    // Under the lock of InstallSharing. 0: not known yet.
    int64_t number = 0;
    bool lost = false;
  };
  using Say = std::function<void(absl::string_view line)>;

  // Nothing is owned. `registry` may be null: then nothing is shared. `kept` is called, on another
  // thread, when something new is in the registry.
  InstallSharing(InstallCache& cache, BuildLink& link, const CacheRegistry* registry,
                 std::function<void()> kept, const Options& options);
  // Leaves undone what is under way, and tells those who wait.
  ~InstallSharing();

  // As InstallCache::IsReserved, in the registry.
  bool IsReserved(const docker::ImageReference& reference) const {
    return registry_ != nullptr && registry_->Has(reference);
  }

  struct Found {
    // Not null: the install script is to be run for all.
    std::shared_ptr<Claim> claim = {};
    std::vector<KnownInstall> known = {};
  };
  // For a turn that has no image, and that waits for nobody here. Afterwards it has one that came
  // from the registry, or the install script is to be run. Waits, for as long as another runner is
  // at it; then and before an image is pulled, `say` is called. CANCELLED when stopped; nothing
  // else.
  absl::StatusOr<Found> Find(const v1::Lease& lease, const InstallCache::Wanted& wanted,
                             InstallCache::Turn& turn, const std::stop_token& stop, const Say& say);
  // For an install script that an earlier process began to run; null when it was for one job alone.
  std::shared_ptr<Claim> Resume(const v1::Lease& lease, const InstallCache::Wanted& wanted);
  // What the script led to, for all: brings it to the registry, in the background. Either may be
  // null.
  void Offer(std::shared_ptr<Claim> claim, const InstallInputs& inputs,
             std::unique_ptr<InstallCache::Turn> image);
  // There is nothing for others. `failed`: the script failed.
  void GiveUp(std::shared_ptr<Claim> claim, bool failed);

  // Perhaps somebody else is done.
  void LookAgain();
  // Until nothing is on its way to the registry. False when something is at the deadline.
  bool WaitUntilIdle(absl::Time deadline);

 private:
  struct Push {
    std::shared_ptr<Claim> claim;
    InstallInputs inputs;
    std::unique_ptr<InstallCache::Turn> image;
  };
  struct Ending {
    std::shared_ptr<Claim> claim = {};
    std::string project = {};
    std::optional<v1::InstallImage> image = {};
    bool failed = false;
    int tries = 0;
  };

  v1::ClaimInstallRequest RequestFor(const v1::Lease& lease,
                                     const InstallCache::Wanted& wanted) const;
  absl::StatusOr<v1::ClaimInstallResponse> Ask(const v1::ClaimInstallRequest& request,
                                               const std::stop_token& stop);
  absl::Status Bring(const v1::InstallImage& image, const InstallCache::Wanted& wanted,
                     InstallCache::Turn& turn, const std::stop_token& stop);
  // Waits until LookAgain has been called more often, or the time has come.
  absl::Status Await(int64_t looks, absl::Duration longest, const std::stop_token& stop);
  bool IsResting();
  void Rest(const absl::Status& why);
  void Add(const std::shared_ptr<Claim>& claim);
  absl::Duration RenewAll();
  // Finds out the number of a claim that was an earlier process's.
  void Recall(Claim& claim);
  absl::Duration PushNext();
  void Carry(Push push);
  void End(Ending end);
  // False: some are to be tried again. `last`: then they are left.
  bool EndAll(bool last);
  absl::Status EndOne(const Ending& end);

  InstallCache& cache_;
  BuildLink& link_;
  const CacheRegistry* const registry_;
  const std::function<void()> on_kept_;
  const Options options_;
  std::stop_source stop_;
  absl::Mutex mutex_;
  int64_t looks_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Time rest_until_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  // That are renewed.
  std::vector<std::weak_ptr<Claim>> claims_ ABSL_GUARDED_BY(mutex_);
  std::deque<Push> pushes_ ABSL_GUARDED_BY(mutex_);
  bool pushing_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Ending> ends_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::unique_ptr<Worker> renewing_;
  std::unique_ptr<Worker> carrying_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_INSTALL_INSTALL_SHARING_H_
