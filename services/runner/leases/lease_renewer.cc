#include "services/runner/leases/lease_renewer.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "lib/base/log.h"
#include "lib/status/annotate.h"

namespace kozmic::runner {
namespace {

using v1::RenewLeasesRequest;
using v1::RenewLeasesResponse;

constexpr absl::Duration kRetry = absl::Seconds(1);

RenewLeasesRequest::Renewal RenewalOf(const Job& job) {
  RenewLeasesRequest::Renewal renewal;
  renewal.set_attempt(job.lease().attempt());
  renewal.set_fence(job.lease().fence());
  renewal.set_phase(job.phase());
  const auto now = std::chrono::steady_clock::now();
  for (const auto& [phase, begin] : job.begun()) {
    RenewLeasesRequest::PhaseBegin& begun = *renewal.add_begun();
    begun.set_phase(phase);
    if (begin.log_offset) begun.set_log_offset(*begin.log_offset);
    begun.set_microseconds_ago(absl::ToInt64Microseconds(absl::FromChrono(now - begin.time)));
  }
  return renewal;
}

void TakeAnswer(Job& job, const RenewLeasesResponse::Answer& answer) {
  if (answer.verdict() == RenewLeasesResponse::VERDICT_CANCEL) job.Stop(StopReason::kCancel);
  if (answer.verdict() == RenewLeasesResponse::VERDICT_LOST) {
    Log(Severity::kWarning, "lease lost", {{"attempt", answer.attempt()}});
    job.Stop(StopReason::kLost);
  }
}

}  // namespace

LeaseRenewer::LeaseRenewer(BuildLink& link, JobTable& jobs, absl::Duration interval,
                           std::function<void()> superseded)
    : link_(link), jobs_(jobs), interval_(interval), superseded_(std::move(superseded)) {
  thread_ = std::thread([this] { Run(); });
}

LeaseRenewer::~LeaseRenewer() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void LeaseRenewer::Run() {
  absl::Time next = absl::Now() + interval_;
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      const auto due = [this]()
                           ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_ || woken_; };
      mutex_.AwaitWithDeadline(absl::Condition(&due), next);
      if (stopping_) return;
      woken_ = false;
    }
    const absl::Time begun = absl::Now();
    const absl::Status status = Renew(jobs_.Jobs());
    if (!status.ok()) Log(Severity::kWarning, "leases not renewed", {{"error", status}});
    next = begun + (status.ok() ? interval_ : std::min(kRetry, interval_));
  }
}

absl::Status LeaseRenewer::Renew(std::vector<std::shared_ptr<Job>> jobs) {
  std::erase_if(jobs, [](const std::shared_ptr<Job>& job) { return job->reported(); });
  if (jobs.empty()) return absl::OkStatus();
  std::vector<RenewLeasesRequest::Renewal> renewals;
  for (const std::shared_ptr<Job>& job : jobs) renewals.push_back(RenewalOf(*job));
  const auto response = link_.RenewLeases(renewals);
  if (Reason(response.status()) == "stale_session") Superseded();
  if (!response.ok()) return response.status();
  for (int i = 0; i < response->answers_size() && static_cast<size_t>(i) < jobs.size(); ++i) {
    TakeAnswer(*jobs[static_cast<size_t>(i)], response->answers(i));
  }
  return absl::OkStatus();
}

void LeaseRenewer::RenewSoon() {
  absl::MutexLock lock(&mutex_);
  woken_ = true;
}

absl::Status LeaseRenewer::RenewNow(Job& job) {
  const auto response = link_.RenewLeases({RenewalOf(job)});
  if (Reason(response.status()) == "stale_session") Superseded();
  if (!response.ok()) return response.status();
  if (response->answers_size() != 1) return absl::InternalError("one renewal, not one answer");
  TakeAnswer(job, response->answers(0));
  if (response->answers(0).verdict() == RenewLeasesResponse::VERDICT_CONTINUE) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError("the job is not to go on");
}

void LeaseRenewer::Superseded() {
  {
    absl::MutexLock lock(&mutex_);
    if (std::exchange(superseded_told_, true)) return;
  }
  superseded_();
}

}  // namespace kozmic::runner
