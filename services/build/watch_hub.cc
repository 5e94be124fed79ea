#include "services/build/watch_hub.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "lib/rpc/grpc_status.h"
#include "lib/rpc/unary.h"

namespace kozmic::build {
namespace {

constexpr size_t kMostWatchers = 20000;
constexpr int kMostBuilds = 50;
// Someone who loses access to a project loses its streams within this time.
constexpr absl::Duration kRecheck = absl::Seconds(30);

}  // namespace

// One stream. Its state: `dirty` (there may be news), `busy` (a read of the store or a write is
// under way), `end` (with what status it is to end). Whoever makes it dirty while it is not busy
// starts a read; whoever ends being busy starts the next one, or ends the call. So nothing of this
// is under way any more when gRPC is done with the call.
class WatchHub::Watcher final : public grpc::ServerWriteReactor<v1::WatchProjectResponse> {
 public:
  Watcher(WatchHub& hub, grpc::CallbackServerContext* context, int64_t project, int64_t revision,
          std::function<absl::Status()> may_view)
      : hub_(hub),
        context_(context),
        project_(project),
        revision_(revision),
        may_view_(std::move(may_view)) {}

  void Begin(std::shared_ptr<Watcher> self) {
    self_ = std::move(self);
    if (!hub_.Add(project_, self_)) {
      return End(absl::UnavailableError("the server is draining or full; watch again"));
    }
    MarkDirty();
  }

  void MarkDirty() {
    {
      absl::MutexLock lock(&mutex_);
      dirty_ = true;
      if (busy_ || end_) return;
      busy_ = true;
    }
    StartRead();
  }

  void End(absl::Status status) {
    {
      absl::MutexLock lock(&mutex_);
      if (end_) return;
      end_ = std::move(status);
      if (busy_) return;
    }
    FinishCall();
  }

  void OnWriteDone(bool ok) override {
    NoLongerBusy(ok ? absl::OkStatus() : absl::CancelledError("the watcher has gone"));
  }

  void OnCancel() override { End(absl::CancelledError("the watcher has gone")); }

  void OnDone() override {
    const std::shared_ptr<Watcher> self = std::move(self_);
    hub_.Remove(project_, self);
  }

 private:
  // Busy, as are the two below.
  void StartRead() {
    const bool accepted = hub_.executor_.Submit([self = self_] { self->Read(); });
    if (!accepted) NoLongerBusy(absl::ResourceExhaustedError("the server is busy; watch again"));
  }

  void Read() {
    {
      absl::MutexLock lock(&mutex_);
      dirty_ = false;
    }
    const absl::Time now = absl::Now();
    if (now >= recheck_time_) {
      absl::Status allowed = may_view_();
      if (!allowed.ok()) return NoLongerBusy(std::move(allowed));
      recheck_time_ = now + kRecheck;
    }
    absl::StatusOr<BuildStore::Changes> changes =
        hub_.store_.ListChanges(project_, revision_, kMostBuilds);
    if (!changes.ok()) return NoLongerBusy(changes.status());
    if (changes->revision <= revision_ && told_snapshot_) return NoLongerBusy(absl::OkStatus());
    told_snapshot_ = true;
    revision_ = std::max(revision_, changes->revision);
    response_.Clear();
    response_.set_revision(revision_);
    for (v1::Build& build : changes->builds) response_.add_builds()->Swap(&build);
    StartWrite(&response_);
  }

  void NoLongerBusy(absl::Status status) {
    bool again = false;
    {
      absl::MutexLock lock(&mutex_);
      if (!status.ok() && !end_) end_ = std::move(status);
      again = dirty_ && !end_;
      busy_ = again;
      if (!again && !end_) return;
    }
    if (again) return StartRead();
    FinishCall();
  }

  // Once, when neither busy nor ever again.
  void FinishCall() {
    absl::Status status;
    {
      absl::MutexLock lock(&mutex_);
      status = end_.value_or(absl::OkStatus());
    }
    LogServerFault("WatchProject", status);
    Finish(ToGrpc(status, *context_));
  }

  WatchHub& hub_;
  grpc::CallbackServerContext* const context_;
  const int64_t project_;
  // Used only while busy.
  int64_t revision_;
  bool told_snapshot_ = false;
  absl::Time recheck_time_ = absl::InfinitePast();
  v1::WatchProjectResponse response_;
  const std::function<absl::Status()> may_view_;
  // Keeps this alive until gRPC is done with it.
  std::shared_ptr<Watcher> self_;
  absl::Mutex mutex_;
  bool dirty_ ABSL_GUARDED_BY(mutex_) = false;
  bool busy_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mutex_);
};

grpc::ServerWriteReactor<v1::WatchProjectResponse>* WatchHub::Watch(
    grpc::CallbackServerContext* context, int64_t project, int64_t after_revision,
    std::function<absl::Status()> may_view) {
  auto watcher =
      std::make_shared<Watcher>(*this, context, project, after_revision, std::move(may_view));
  Watcher* reactor = watcher.get();
  reactor->Begin(std::move(watcher));
  return reactor;
}

void WatchHub::Changed(int64_t project) {
  std::vector<std::shared_ptr<Watcher>> changed;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [id, watchers] : watchers_) {
      if (project == 0 || id == project) {
        changed.insert(changed.end(), watchers.begin(), watchers.end());
      }
    }
  }
  for (const auto& watcher : changed) watcher->MarkDirty();
}

void WatchHub::Drain() {
  std::vector<std::shared_ptr<Watcher>> all;
  {
    absl::MutexLock lock(&mutex_);
    draining_ = true;
    for (const auto& [id, watchers] : watchers_) {
      all.insert(all.end(), watchers.begin(), watchers.end());
    }
  }
  for (const auto& watcher : all) {
    watcher->End(absl::UnavailableError("the server is draining; watch again"));
  }
}

bool WatchHub::Add(int64_t project, std::shared_ptr<Watcher> watcher) {
  absl::MutexLock lock(&mutex_);
  if (draining_ || count_ >= kMostWatchers) return false;
  watchers_[project].insert(std::move(watcher));
  ++count_;
  return true;
}

void WatchHub::Remove(int64_t project, const std::shared_ptr<Watcher>& watcher) {
  absl::MutexLock lock(&mutex_);
  auto found = watchers_.find(project);
  if (found == watchers_.end()) return;
  count_ -= found->second.erase(watcher);
  if (found->second.empty()) watchers_.erase(found);
}

}  // namespace kozmic::build
