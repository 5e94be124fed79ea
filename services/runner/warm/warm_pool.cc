#include "services/runner/warm/warm_pool.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "lib/base/log.h"
#include "lib/status/macros.h"
#include "services/runner/init/protocol.h"
#include "services/runner/install/last_images.h"
#include "services/runner/warm/warm_spec.h"

namespace kozmic::runner {
namespace {

constexpr size_t kIdBytes = 8;
constexpr size_t kMostKinds = 1000;
constexpr absl::Duration kLook = absl::Seconds(30);
constexpr absl::Duration kEngineAway = absl::Seconds(5);
// A clock that is set back makes nothing spin.
constexpr absl::Duration kLeastPause = absl::Milliseconds(100);
constexpr absl::Duration kPatience = absl::Seconds(20);
constexpr absl::Duration kWaitCall = absl::Hours(1);

}  // namespace

WarmPool::WarmPool(const docker::DockerClient& docker, ContainerPolicy policy, FileWatcher& watcher,
                   const JobTable& jobs, const Clock& clock, Random& random, Options options)
    : docker_(docker),
      policy_(std::move(policy)),
      watcher_(watcher),
      jobs_(jobs),
      clock_(clock),
      random_(random),
      options_(std::move(options)),
      worker_([this] { return Step(); }) {}

WarmPool::~WarmPool() { Stop(); }

std::unique_ptr<JobFolder> WarmPool::Take(const v1::JobSpec& job) {
  if (options_.most == 0 || job.services_size() > 0) return nullptr;
  absl::MutexLock lock(&mutex_);
  const auto kind = kinds_of_jobs_.find(LastImages::KeyOf(job));
  if (draining_ || kind == kinds_of_jobs_.end()) return nullptr;
  // The newest: the oldest may be just about to go.
  const auto found = std::find_if(waiting_.rbegin(), waiting_.rend(), [&](const Warm& warm) {
    return warm.kind == kind->second && !dead_.contains(warm.id);
  });
  if (found == waiting_.rend()) return nullptr;
  std::unique_ptr<JobFolder> folder = std::move(found->folder);
  watches_.push_back(std::move(found->watch));
  waiting_.erase(std::next(found).base());
  return folder;
}

void WarmPool::Forget(const std::string& id) {
  absl::MutexLock lock(&mutex_);
  ids_.erase(id);
  dead_.erase(id);
}

void WarmPool::Note(const v1::JobSpec& job, const docker::ContainerSpec& spec,
                    const std::string& folder) {
  if (options_.most == 0 || job.services_size() > 0) return;
  const std::string kind = KindOfContainer(spec, folder);
  {
    absl::MutexLock lock(&mutex_);
    if (kinds_of_jobs_.size() >= kMostKinds) kinds_of_jobs_.clear();
    kinds_of_jobs_[LastImages::KeyOf(job)] = kind;
    kinds_[kind] = {spec, folder};
    history_.Note(kind, clock_.Now());
  }
  worker_.Wake();
}

std::set<std::string> WarmPool::Ids() const {
  absl::MutexLock lock(&mutex_);
  return ids_;
}

void WarmPool::Drain() {
  {
    absl::MutexLock lock(&mutex_);
    draining_ = true;
  }
  stop_.request_stop();
  worker_.Wake();
}

void WarmPool::Stop() {
  Drain();
  worker_.Stop();
  Tidy({});
}

absl::Duration WarmPool::Step() {
  std::map<std::string, int> shares;
  {
    absl::MutexLock lock(&mutex_);
    if (!draining_) shares = history_.Share(options_.most, clock_.Now());
    std::erase_if(kinds_, [this](const auto& kind) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return !history_.Knows(kind.first);
    });
  }
  Tidy(shares);
  const auto kind = Missing(shares);
  if (!kind) return UntilNext();
  const absl::Status made = Make(*kind);
  if (made.ok()) return absl::ZeroDuration();
  if (!stop_.stop_requested()) {
    Log(Severity::kWarning, "no container could be started ahead", {{"error", made}});
  }
  // The engine is away, and what is wanted of it stays the same.
  if (absl::IsUnavailable(made)) return kEngineAway;
  // Its image may be gone. The next job that has one tells of it anew.
  absl::MutexLock lock(&mutex_);
  history_.Forget(*kind);
  return kLook;
}

absl::Duration WarmPool::UntilNext() const {
  absl::MutexLock lock(&mutex_);
  // The engine may be back before anything is heard of it.
  absl::Duration next = jobs_.fit() ? kLook : kEngineAway;
  for (const Warm& warm : waiting_) {
    next = std::min(next, warm.made + options_.oldest - clock_.Now());
  }
  return std::max(next, kLeastPause);
}

void WarmPool::Tidy(const std::map<std::string, int>& shares) {
  std::vector<std::jthread> watches;
  {
    absl::MutexLock lock(&mutex_);
    watches.swap(watches_);
  }
  watches.clear();
  for (Warm& warm : Unwanted(shares)) Remove(std::move(warm));
}

std::list<WarmPool::Warm> WarmPool::Unwanted(const std::map<std::string, int>& shares) {
  std::list<Warm> unwanted;
  std::map<std::string, int> left = shares;
  absl::MutexLock lock(&mutex_);
  const absl::Time oldest = clock_.Now() - options_.oldest;
  // The newest are kept.
  for (auto at = waiting_.end(); at != waiting_.begin();) {
    const auto warm = --at;
    const bool good = !dead_.contains(warm->id) && warm->made >= oldest;
    if (good && left[warm->kind] > 0) {
      --left[warm->kind];
      continue;
    }
    ++at;
    unwanted.splice(unwanted.end(), waiting_, warm);
  }
  return unwanted;
}

std::optional<std::string> WarmPool::Missing(const std::map<std::string, int>& shares) const {
  // While jobs take all slots, more containers would only take their time.
  int working = 0;
  for (const auto& job : jobs_.Jobs()) working += job->reported() ? 0 : 1;
  if (working >= jobs_.slots() || jobs_.draining() || !jobs_.fit()) return std::nullopt;
  absl::MutexLock lock(&mutex_);
  if (draining_) return std::nullopt;
  for (const auto& [kind, share] : shares) {
    const auto have = std::count_if(waiting_.begin(), waiting_.end(),
                                    [&](const Warm& warm) { return warm.kind == kind; });
    if (have < share) return kind;
  }
  return std::nullopt;
}

absl::Status WarmPool::Make(const std::string& name) {
  Warm warm = {.id = absl::StrCat(JobFolder::kWarmPrefix, random_.Hex(kIdBytes)),
               .kind = name,
               .folder = nullptr,
               .made = clock_.Now(),
               .watch = {}};
  Kind kind;
  {
    absl::MutexLock lock(&mutex_);
    const auto found = kinds_.find(name);
    if (found == kinds_.end()) return absl::NotFoundError("nobody knows the kind any more");
    kind = found->second;
    ids_.insert(warm.id);
  }
  if (absl::Status made = MakeIn(warm, kind); !made.ok()) {
    Remove(std::move(warm));
    return made;
  }
  Watch(warm);
  const std::string id = warm.id;
  {
    absl::MutexLock lock(&mutex_);
    waiting_.push_back(std::move(warm));
  }
  Log(Severity::kInfo, "a container waits for a job", {{"id", id}});
  return absl::OkStatus();
}

absl::Status WarmPool::MakeIn(Warm& warm, const Kind& kind) {
  KOZMIC_ASSIGN_OR_RETURN(warm.folder, JobFolder::CreateWarm(options_.work_folder, warm.id,
                                                             kind.spec.image, ScriptPlan{}));
  absl::Notification over;
  absl::Mutex told_mutex;
  bool ready = false;
  const auto tell = [&](bool is_ready) {
    absl::MutexLock lock(&told_mutex);
    if (over.HasBeenNotified()) return;
    ready = is_ready;
    over.Notify();
  };
  KOZMIC_ASSIGN_OR_RETURN(
      const auto watch, watcher_.WatchFolder(warm.folder->job_path(), [&](absl::string_view file) {
        if (file == init::kReadyFile) tell(true);
      }));
  const std::stop_callback on_stop(stop_.get_token(), [&] { tell(false); });
  const docker::ContainerSpec spec = Moved(kind.spec, kind.folder, warm.folder->path(),
                                           {{kRunnerLabel, policy_.runner}, {kIdLabel, warm.id}});
  KOZMIC_ASSIGN_OR_RETURN(
      const std::string id,
      CreateOwnContainer(docker_, policy_, spec, NameOfJob(policy_.runner, warm.id)));
  KOZMIC_RETURN_IF_ERROR(docker_.StartContainer(id));
  if (!over.WaitForNotificationWithTimeout(kPatience)) {
    return absl::DeadlineExceededError("kozmic-init does not say that it is ready");
  }
  if (!ready) return absl::CancelledError("stopped");
  return warm.folder->ListenForEnd();
}

void WarmPool::Watch(Warm& warm) {
  warm.watch = std::jthread([this, id = warm.id](const std::stop_token& stop) {
    // Whatever it answers, also that the engine is away: this one is not to be relied on.
    while (absl::IsDeadlineExceeded(
        docker_.WaitContainer(NameOfJob(policy_.runner, id), kWaitCall, stop).status())) {
    }
    {
      absl::MutexLock lock(&mutex_);
      // Else it was its job's.
      if (stop.stop_requested() || !ids_.contains(id)) return;
      dead_.insert(id);
    }
    worker_.Wake();
  });
}

void WarmPool::Remove(Warm warm) {
  // First: its end is none of its own.
  warm.watch = std::jthread();
  absl::Status removed = RemoveOwnContainer(docker_, policy_, NameOfJob(policy_.runner, warm.id));
  warm.folder.reset();
  removed.Update(JobFolder::Remove(options_.work_folder, warm.id));
  if (!removed.ok()) {
    Log(Severity::kWarning, "a container that waited for a job is not removed yet",
        {{"id", warm.id}, {"error", removed}});
  }
  // What is left is the sweeper's from now on.
  Forget(warm.id);
}

}  // namespace kozmic::runner
