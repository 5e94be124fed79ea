#include "gateway/stream_guard.h"

#include <algorithm>

#include "lib/base/log.h"

namespace kozmic::gateway {
namespace {

// Once somebody was found to be away: others are not made to wait for the same.
constexpr absl::Duration kAwayFor = absl::Seconds(2);

bool IsNo(const absl::Status& status) {
  return absl::IsUnauthenticated(status) || absl::IsPermissionDenied(status) ||
         absl::IsNotFound(status);
}

}  // namespace

class StreamGuard::Ticket {
 public:
  Ticket(StreamGuard& guard, uint64_t viewer, std::string bearer, std::set<int64_t> projects)
      : guard_(guard),
        viewer_(viewer),
        bearer_(std::move(bearer)),
        projects_(std::move(projects)) {}
  ~Ticket() { guard_.Leave(viewer_, bearer_, projects_); }
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

 private:
  StreamGuard& guard_;
  const uint64_t viewer_;
  const std::string bearer_;
  const std::set<int64_t> projects_;
};

StreamGuard::StreamGuard(Dependencies dependencies, const StreamGuardOptions& options)
    : to_(std::move(dependencies)), options_(options) {}

StreamGuard::~StreamGuard() { Stop(); }

std::shared_ptr<const void> StreamGuard::Watch(uint64_t viewer, const std::string& bearer,
                                               std::set<int64_t> projects) {
  const absl::Time now = to_.clock.Now();
  absl::MutexLock lock(&mutex_);
  const auto [found, is_new] = by_bearer_.try_emplace(bearer);
  Credential& credential = found->second;
  for (const int64_t project : projects) {
    Seen& seen = credential.projects[project];
    seen.confirmed = now;
    seen.viewers.insert(viewer);
  }
  if (is_new) {
    // Browsers that came together, as after a restart, are not asked about together.
    Schedule(bearer, credential, now + options_.interval * (1 + to_.random.Unit()) / 2);
    if (worker_ != nullptr) worker_->Wake();
  }
  return std::make_shared<const Ticket>(*this, viewer, bearer, std::move(projects));
}

void StreamGuard::Start() {
  absl::MutexLock lock(&mutex_);
  worker_ = std::make_unique<Worker>([this] { return CheckNext(); });
}

void StreamGuard::Stop() {
  // Joined after the lock is released: the thread needs that for its last step.
  std::unique_ptr<Worker> worker;
  absl::MutexLock lock(&mutex_);
  worker.swap(worker_);
}

absl::Duration StreamGuard::CheckNext() {
  const absl::Time now = to_.clock.Now();
  std::string bearer;
  std::set<int64_t> projects;
  {
    absl::MutexLock lock(&mutex_);
    if (due_.empty()) return options_.interval;
    const auto& [due, first] = *due_.begin();
    if (due > now) return due - now;
    bearer = first;
    for (const auto& [project, seen] : by_bearer_[bearer].projects) projects.insert(project);
  }
  const std::set<uint64_t> closing = Judge(bearer, now, Ask(bearer, projects));
  for (const uint64_t viewer : closing) to_.close(viewer);
  if (!closing.empty()) {
    Log(Severity::kInfo, "closed live streams that were no longer confirmed",
        {{"streams", closing.size()}});
  }
  return absl::ZeroDuration();
}

StreamGuard::Verdicts StreamGuard::Ask(const std::string& bearer,
                                       const std::set<int64_t>& projects) {
  Verdicts verdicts;
  if (to_.clock.Now() < away_until_) return verdicts;
  const absl::Status session = to_.authenticator.Authenticate(bearer).status();
  for (const int64_t project : projects) {
    const absl::Status verdict = session.ok() ? to_.may_view(bearer, project) : session;
    if (IsAway(verdict)) break;
    verdicts[project] = verdict;
  }
  return verdicts;
}

bool StreamGuard::IsAway(const absl::Status& status) {
  if (!absl::IsUnavailable(status) && !absl::IsDeadlineExceeded(status)) return false;
  Log(Severity::kWarning, "cannot ask who may see a live stream", {{"error", status}});
  away_until_ = to_.clock.Now() + kAwayFor;
  return true;
}

std::set<uint64_t> StreamGuard::Judge(const std::string& bearer, absl::Time asked,
                                      const Verdicts& verdicts) {
  std::set<uint64_t> closing;
  const absl::Time now = to_.clock.Now();
  absl::MutexLock lock(&mutex_);
  const auto found = by_bearer_.find(bearer);
  // Its streams may have ended meanwhile.
  if (found == by_bearer_.end()) return closing;
  bool all_told = true;
  for (auto& [project, seen] : found->second.projects) {
    const auto verdict = verdicts.find(project);
    const bool told = verdict != verdicts.end() && (verdict->second.ok() || IsNo(verdict->second));
    all_told = all_told && told;
    if (told && verdict->second.ok()) seen.confirmed = std::max(seen.confirmed, asked);
    if (told ? !verdict->second.ok() : now - seen.confirmed >= options_.patience) {
      closing.insert(seen.viewers.begin(), seen.viewers.end());
    }
  }
  Schedule(bearer, found->second, now + (all_told ? options_.interval : options_.interval / 4));
  return closing;
}

void StreamGuard::Leave(uint64_t viewer, const std::string& bearer,
                        const std::set<int64_t>& projects) {
  absl::MutexLock lock(&mutex_);
  const auto found = by_bearer_.find(bearer);
  Credential& credential = found->second;
  for (const int64_t project : projects) {
    const auto seen = credential.projects.find(project);
    seen->second.viewers.erase(viewer);
    if (seen->second.viewers.empty()) credential.projects.erase(seen);
  }
  if (!credential.projects.empty()) return;
  due_.erase({credential.due, bearer});
  by_bearer_.erase(found);
}

void StreamGuard::Schedule(const std::string& bearer, Credential& credential, absl::Time due) {
  due_.erase({credential.due, bearer});
  credential.due = due;
  due_.emplace(due, bearer);
}

}  // namespace kozmic::gateway
