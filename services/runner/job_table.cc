#include "services/runner/job_table.h"

#include <utility>

namespace kozmic::runner {

JobTable::~JobTable() { JoinEnded(); }

bool JobTable::WaitForSlot() {
  JoinEnded();
  absl::MutexLock lock(&mutex_);
  const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return draining_ || (fit_ && running_ < slots_ && leaving_ <= slots_);
  };
  mutex_.Await(absl::Condition(&ready));
  return !draining_;
}

void JobTable::Start(const v1::Lease& lease, std::function<void(Job&)> work) {
  JoinEnded();
  absl::MutexLock lock(&mutex_);
  Entry& entry = entries_.emplace_back();
  entry.job = std::make_shared<Job>(lease, [this, &entry] { FreeSlot(entry); });
  ++running_;
  entry.thread = std::thread([this, &entry, job = entry.job, work = std::move(work)] {
    work(*job);
    FreeSlot(entry);
    absl::MutexLock done(&mutex_);
    entry.ended = true;
    --leaving_;
  });
}

void JobTable::FreeSlot(Entry& entry) {
  absl::MutexLock lock(&mutex_);
  if (!std::exchange(entry.takes_slot, false)) return;
  --running_;
  ++leaving_;
}

void JobTable::JoinEnded() {
  std::list<Entry> ended;
  {
    absl::MutexLock lock(&mutex_);
    for (auto at = entries_.begin(); at != entries_.end();) {
      const auto entry = at++;
      if (entry->ended) ended.splice(ended.end(), entries_, entry);
    }
  }
  for (Entry& entry : ended) entry.thread.join();
}

void JobTable::SetFit(bool fit) {
  absl::MutexLock lock(&mutex_);
  fit_ = fit;
}

bool JobTable::fit() const {
  absl::MutexLock lock(&mutex_);
  return fit_;
}

void JobTable::Drain() {
  absl::MutexLock lock(&mutex_);
  draining_ = true;
}

bool JobTable::draining() const {
  absl::MutexLock lock(&mutex_);
  return draining_;
}

bool JobTable::WaitForDrain(absl::Duration patience) {
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&draining_), patience);
}

bool JobTable::WaitUntilEmpty(absl::Time deadline) {
  absl::MutexLock lock(&mutex_);
  const auto empty = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return running_ == 0 && leaving_ == 0;
  };
  return mutex_.AwaitWithDeadline(absl::Condition(&empty), deadline);
}

void JobTable::StopAll(StopReason reason) {
  for (const std::shared_ptr<Job>& job : Jobs()) job->Stop(reason);
}

std::vector<std::shared_ptr<Job>> JobTable::Jobs() const {
  absl::MutexLock lock(&mutex_);
  std::vector<std::shared_ptr<Job>> jobs;
  for (const Entry& entry : entries_) {
    if (!entry.ended) jobs.push_back(entry.job);
  }
  return jobs;
}

}  // namespace kozmic::runner
