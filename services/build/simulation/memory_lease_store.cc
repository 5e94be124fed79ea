#include "services/build/simulation/memory_lease_store.h"

#include <algorithm>
#include <set>
#include <utility>

#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/build/simulation/memory_writer.h"

namespace kozmic::build::simulation {
namespace {

absl::Status StaleSession() {
  return WithReason(absl::FailedPreconditionError("stale session"), "stale_session");
}

absl::Status StaleFence() {
  return WithReason(absl::FailedPreconditionError("stale fence"), "stale_fence");
}

}  // namespace

AttemptRow* MemoryLeaseStore::Find(const AttemptKey& key) {
  BuildRow* build = db_.FindBuild(key.project, key.build);
  JobModel* job = build == nullptr ? nullptr : build->model.FindJob(key.job);
  if (job == nullptr) return nullptr;
  const auto attempt = db_.attempts.find({job->id, key.attempt});
  return attempt == db_.attempts.end() ? nullptr : &attempt->second;
}

AttemptRow* MemoryLeaseStore::FindLive(const AttemptKey& key) {
  AttemptRow* attempt = Find(key);
  if (attempt == nullptr || !attempt->runs()) return nullptr;
  const JobModel* job = db_.FindBuild(key.project, key.build)->model.FindJob(key.job);
  return job->attempt == key.attempt ? attempt : nullptr;
}

GrantedLease MemoryLeaseStore::LeaseOf(const AttemptRow& attempt) const {
  GrantedLease lease;
  lease.key = attempt.key;
  lease.expire_time = attempt.lease_expire_time;
  const BuildRow* build = db_.FindBuild(attempt.key.project, attempt.key.build);
  lease.ref = build->model.ref;
  lease.commit = build->model.commit;
  for (const JobModel& job : build->model.jobs) {
    if (job.number != attempt.key.job) continue;
    lease.title = job.title;
    lease.timeout_seconds = db_.jobs.at(job.id).timeout_seconds;
  }
  return lease;
}

absl::StatusOr<std::vector<GrantedLease>> MemoryLeaseStore::OpenSession(
    const runner::v1::OpenSessionRequest& request, absl::string_view session, const std::string&) {
  const std::set<std::string> labels(request.labels().begin(), request.labels().end());
  ++db_.changes;
  db_.runners[request.runner()] = {std::string(session), {labels.begin(), labels.end()}};
  std::vector<GrantedLease> leases;
  for (auto& [id, attempt] : db_.attempts) {
    if (attempt.runner != request.runner() || !attempt.runs() || attempt.lost) continue;
    attempt.lease_expire_time = db_.clock.Now() + lease_time_;
    leases.push_back(LeaseOf(attempt));
  }
  return leases;
}

absl::StatusOr<std::string> MemoryLeaseStore::RunnerOf(absl::string_view session) {
  for (const auto& [runner, row] : db_.runners) {
    if (row.session == session) return runner;
  }
  return StaleSession();
}

absl::StatusOr<std::vector<LeaseStore::Granted>> MemoryLeaseStore::Grant(
    const std::vector<LeaseRequest>& requests) {
  std::vector<Granted> answers;
  for (const LeaseRequest& request : requests) {
    const auto runner = RunnerOf(request.session);
    if (!runner.ok()) {
      answers.push_back({runner.status(), ""});
    } else {
      answers.push_back({GrantOne(*runner, db_.runners.at(*runner), request.request_id), *runner});
    }
  }
  return answers;
}

absl::StatusOr<std::vector<LeaseStore::Renewed>> MemoryLeaseStore::Renew(
    absl::string_view session, const std::vector<Renewal>& renewals) {
  KOZMIC_ASSIGN_OR_RETURN(const std::string runner, RunnerOf(session));
  std::vector<Renewed> answers(renewals.size());
  for (size_t i = 0; i < renewals.size(); ++i) {
    AttemptRow* attempt = FindLive(renewals[i].key);
    if (attempt == nullptr || attempt->lost || attempt->runner != runner) continue;
    ++db_.changes;
    attempt->phase = std::max(attempt->phase, renewals[i].phase);
    attempt->lease_expire_time = db_.clock.Now() + lease_time_;
    const AttemptKey& key = renewals[i].key;
    answers[i] = {attempt->lease_expire_time,
                  db_.FindBuild(key.project, key.build)->model.FindJob(key.job)->cancelling};
  }
  return answers;
}

absl::StatusOr<GrantedLease> MemoryLeaseStore::GetLive(absl::string_view session,
                                                       const AttemptKey& key) {
  const AttemptRow* attempt = FindLive(key);
  const auto runner = RunnerOf(session);
  if (attempt == nullptr || attempt->lost || !runner.ok() || attempt->runner != *runner) {
    return StaleFence();
  }
  return LeaseOf(*attempt);
}

absl::StatusOr<std::vector<absl::Status>> MemoryLeaseStore::CheckLive(
    const std::vector<Holding>& holdings) {
  std::vector<absl::Status> statuses;
  statuses.reserve(holdings.size());
  for (const Holding& holding : holdings) {
    statuses.push_back(GetLive(holding.session, holding.key).status());
  }
  return statuses;
}

absl::StatusOr<std::vector<absl::Status>> MemoryLeaseStore::Finish(
    const std::vector<Finished>& finished) {
  std::vector<absl::Status> statuses;
  statuses.reserve(finished.size());
  for (const Finished& one : finished) statuses.push_back(FinishOne(one));
  return statuses;
}

absl::Status MemoryLeaseStore::FinishOne(const Finished& finished) {
  KOZMIC_ASSIGN_OR_RETURN(const std::string runner, RunnerOf(finished.session));
  const AttemptKey& key = finished.key;
  AttemptRow* attempt = Find(key);
  if (attempt == nullptr || attempt->lost || attempt->runner != runner) return StaleFence();
  const AttemptEnd& end = finished.end;
  if (FindLive(key) == nullptr) {
    const AttemptEnd& old = attempt->end;
    return old.state == end.state && old.exit_code == end.exit_code && old.log_size == end.log_size
               ? absl::OkStatus()
               : StaleFence();
  }
  MemoryWriter writer(db_);
  BuildModel* build = writer.Load(db_.FindBuild(key.project, key.build)->model.id);
  KOZMIC_RETURN_IF_ERROR(build->End(*build->FindJob(key.job), end.state, end.reason, end.exit_code,
                                    db_.projects.at(key.project).settings.fail_fast()));
  attempt->end = end;
  writer.Save();
  return absl::OkStatus();
}

absl::StatusOr<std::vector<LostAttempt>> MemoryLeaseStore::TakeLost(int limit,
                                                                    absl::Duration overdue) {
  const absl::Time now = db_.clock.Now();
  std::vector<LostAttempt> lost;
  for (auto& [id, attempt] : db_.attempts) {
    if (!attempt.runs()) continue;
    const absl::Time time_limit =
        attempt.start_time + absl::Seconds(db_.jobs.at(id.first).timeout_seconds);
    if (!attempt.lost && (attempt.lease_expire_time < now || time_limit + overdue < now)) {
      attempt.lost = true;
      ++db_.changes;
    }
    if (!attempt.lost || lost.size() >= static_cast<size_t>(limit)) continue;
    const JobModel& job = db_.Job(id.first);
    lost.push_back({attempt.key,
                    {.phase = attempt.phase,
                     .tries = job.tries,
                     .cancelling = job.cancelling,
                     .overdue = attempt.lease_expire_time >= now && time_limit < now,
                     .retry = db_.projects.at(attempt.key.project).settings.retry_lost()}});
  }
  return lost;
}

absl::Status MemoryLeaseStore::Requeue(const AttemptKey& key, const AttemptEnd& end) {
  return Conclude(key, end, /*requeue=*/true);
}

absl::Status MemoryLeaseStore::FinishLost(const AttemptKey& key, const AttemptEnd& end) {
  return Conclude(key, end, /*requeue=*/false);
}

absl::Status MemoryLeaseStore::Conclude(const AttemptKey& key, const AttemptEnd& end,
                                        bool requeue) {
  AttemptRow* attempt = FindLive(key);
  if (attempt == nullptr || !attempt->lost) return StaleFence();
  MemoryWriter writer(db_);
  BuildModel* build = writer.Load(db_.FindBuild(key.project, key.build)->model.id);
  JobModel* job = build->FindJob(key.job);
  KOZMIC_RETURN_IF_ERROR(requeue ? build->Requeue(*job, end.reason)
                                 : build->End(*job, end.state, end.reason, end.exit_code,
                                              db_.projects.at(key.project).settings.fail_fast()));
  attempt->end = end;
  writer.Save();
  return absl::OkStatus();
}

absl::StatusOr<int> MemoryLeaseStore::ExpireWaiting(int limit, absl::Duration for_runner,
                                                    absl::Duration for_approval) {
  const absl::Time now = db_.clock.Now();
  int expired = 0;
  MemoryWriter writer(db_);
  for (const auto& [id, row] : db_.jobs) {
    if (row.queue_time >= now - std::min(for_runner, for_approval)) continue;
    const JobModel& job = db_.Job(id);
    if (job.state != v1::STATE_ENQUEUED || expired >= limit ||
        row.queue_time >= now - (job.gate == v1::GATE_APPROVAL ? for_approval : for_runner)) {
      continue;
    }
    BuildModel* build = writer.Load(row.build_id);
    KOZMIC_RETURN_IF_ERROR(build->Expire(*build->FindJobById(id), "It waited too long."));
    ++expired;
  }
  writer.Save();
  return expired;
}

}  // namespace kozmic::build::simulation
