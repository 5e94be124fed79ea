#include "services/build/session_hub.h"

#include <optional>
#include <utility>
#include <vector>

#include "lib/rpc/grpc_status.h"
#include "lib/rpc/unary.h"

namespace kozmic::build {
namespace {

constexpr size_t kMostWatchers = 20000;

}  // namespace

// One stream, as WatchHub's watchers are: `dirty` (there is something to tell), `busy` (a look at
// the session or a write is under way), `end`. Whoever makes it dirty while it is not busy begins;
// whoever ends being busy goes on, or ends the call.
class SessionHub::Watcher final : public Reactor {
 public:
  Watcher(SessionHub& hub, grpc::CallbackServerContext* context,
          std::function<absl::StatusOr<std::string>()> runner_of_session)
      : hub_(hub), context_(context), runner_of_session_(std::move(runner_of_session)) {}

  void Begin(std::shared_ptr<Watcher> self) {
    self_ = std::move(self);
    // The runner learns so that it is listened to, and what it may have missed.
    MarkDirty();
  }

  void MarkDirty() {
    {
      absl::MutexLock lock(&mutex_);
      dirty_ = true;
      if (busy_ || end_) return;
      busy_ = true;
    }
    Look();
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
    NoLongerBusy(ok ? absl::OkStatus() : absl::CancelledError("the runner has gone"));
  }

  void OnCancel() override { End(absl::CancelledError("the runner has gone")); }

  void OnDone() override {
    const std::shared_ptr<Watcher> self = std::move(self_);
    if (added_) hub_.Remove(runner_, self);
  }

 private:
  // Busy, as is the next.
  void Look() {
    const bool accepted = hub_.executor_.Submit([self = self_] { self->Tell(); });
    if (!accepted) NoLongerBusy(absl::ResourceExhaustedError("the server is busy; watch again"));
  }

  void Tell() {
    {
      absl::MutexLock lock(&mutex_);
      dirty_ = false;
    }
    absl::StatusOr<std::string> runner = runner_of_session_();
    if (!runner.ok()) return NoLongerBusy(runner.status());
    if (!added_) {
      runner_ = *std::move(runner);
      added_ = hub_.Add(runner_, self_);
      if (!added_) {
        return NoLongerBusy(absl::UnavailableError("the server is draining or full; watch again"));
      }
    }
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
    if (again) return Look();
    FinishCall();
  }

  // Once, when neither busy nor ever again.
  void FinishCall() {
    absl::Status status;
    {
      absl::MutexLock lock(&mutex_);
      status = end_.value_or(absl::OkStatus());
    }
    LogServerFault("WatchSession", status);
    Finish(ToGrpc(status, *context_));
  }

  SessionHub& hub_;
  grpc::CallbackServerContext* const context_;
  const std::function<absl::StatusOr<std::string>()> runner_of_session_;
  const runner::v1::WatchSessionResponse response_;
  // Used only while busy, and in the end.
  std::string runner_;
  bool added_ = false;
  // Keeps this alive until gRPC is done with it.
  std::shared_ptr<Watcher> self_;
  absl::Mutex mutex_;
  bool dirty_ ABSL_GUARDED_BY(mutex_) = false;
  bool busy_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mutex_);
};

SessionHub::Reactor* SessionHub::Watch(
    grpc::CallbackServerContext* context,
    std::function<absl::StatusOr<std::string>()> runner_of_session) {
  auto watcher = std::make_shared<Watcher>(*this, context, std::move(runner_of_session));
  Watcher* reactor = watcher.get();
  reactor->Begin(std::move(watcher));
  return reactor;
}

void SessionHub::Tell(absl::string_view runner) {
  std::vector<std::shared_ptr<Watcher>> told;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [name, watchers] : watchers_) {
      if (runner.empty() || name == runner) {
        told.insert(told.end(), watchers.begin(), watchers.end());
      }
    }
  }
  for (const auto& watcher : told) watcher->MarkDirty();
}

void SessionHub::Drain() {
  std::vector<std::shared_ptr<Watcher>> all;
  {
    absl::MutexLock lock(&mutex_);
    draining_ = true;
    for (const auto& [name, watchers] : watchers_) {
      all.insert(all.end(), watchers.begin(), watchers.end());
    }
  }
  for (const auto& watcher : all) {
    watcher->End(absl::UnavailableError("the server is draining; watch again"));
  }
}

bool SessionHub::Add(const std::string& runner, std::shared_ptr<Watcher> watcher) {
  absl::MutexLock lock(&mutex_);
  if (draining_ || count_ >= kMostWatchers) return false;
  watchers_[runner].insert(std::move(watcher));
  ++count_;
  return true;
}

void SessionHub::Remove(const std::string& runner, const std::shared_ptr<Watcher>& watcher) {
  absl::MutexLock lock(&mutex_);
  const auto found = watchers_.find(runner);
  if (found == watchers_.end()) return;
  count_ -= found->second.erase(watcher);
  if (found->second.empty()) watchers_.erase(found);
}

}  // namespace kozmic::build
