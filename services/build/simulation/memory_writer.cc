#include "services/build/simulation/memory_writer.h"

#include <set>
#include <vector>

#include "services/build/domain/commit_status.h"
#include "services/build/domain/queue_rules.h"
#include "services/build/status_text.h"

namespace kozmic::build::simulation {

namespace {

// Of those that `gate` holds back in each set of labels, and of `hook` unless that is empty.
void OpenGates(MemoryDatabase& db, int64_t project, v1::Gate gate, const std::string& hook,
               int places) {
  std::map<std::pair<std::vector<std::string>, int64_t>, JobModel*> held;
  for (auto& [id, build] : db.builds) {
    if (build.model.project != project) continue;
    for (JobModel& job : build.model.jobs) {
      if (job.state != v1::STATE_ENQUEUED || job.gate != gate) continue;
      const JobRow& row = db.jobs.at(job.id);
      if (hook.empty() || row.hook == hook) held[{row.labels, row.rank}] = &job;
    }
  }
  std::map<std::vector<std::string>, int> opened;
  for (auto& [place, job] : held) {
    if (++opened[place.first] > places) continue;
    job->gate = v1::GATE_OPEN;
    ++db.changes;
  }
}

}  // namespace

void OpenProjectGates(MemoryDatabase& db, int64_t project, int places) {
  OpenGates(db, project, v1::GATE_PROJECT_LIMIT, "", places);
}

BuildModel* MemoryWriter::Load(int64_t build_id) {
  const auto loaded = builds_.find(build_id);
  if (loaded != builds_.end()) return &loaded->second;
  const auto row = db_.builds.find(build_id);
  if (row == db_.builds.end()) return nullptr;
  return &(builds_[build_id] = row->second.model);
}

void MemoryWriter::Save() {
  std::map<int64_t, int> left_project;
  std::map<std::pair<int64_t, std::string>, int> left_hook;
  std::set<std::pair<int64_t, std::string>> commits;
  for (auto& [id, build] : builds_) {
    if (!build.changed) continue;
    ++db_.changes;
    build.Settle();
    SaveJobs(build);
    for (const JobModel& job : build.jobs) {
      if (job.has_left) ++left_hook[{build.project, db_.jobs.at(job.id).hook}];
      if (job.has_left || job.passes_its_turn) ++left_project[build.project];
    }
    if (build.state_changed() || build.was_approved) commits.emplace(build.project, build.commit);
    // As if it were loaded anew: what happened to it is not in the tables.
    BuildModel saved;
    saved.id = build.id;
    saved.project = build.project;
    saved.number = build.number;
    saved.ref = build.ref;
    saved.commit = build.commit;
    saved.state = saved.loaded_state = build.state;
    saved.generation = saved.loaded_generation = build.generation;
    saved.needs_approval = build.needs_approval;
    saved.approver = build.approver;
    saved.verdict_job = build.verdict_job;
    for (const JobModel& job : build.jobs) {
      saved.jobs.push_back({.id = job.id,
                            .number = job.number,
                            .title = job.title,
                            .state = job.state,
                            .gate = job.gate,
                            .attempt = job.attempt,
                            .tries = job.tries,
                            .cancelling = job.cancelling,
                            .reason = job.reason,
                            .exit_code = job.exit_code});
    }
    db_.builds.at(id).model = std::move(saved);
  }
  for (const auto& [hook, places] : left_hook) {
    OpenGates(db_, hook.first, v1::GATE_HOOK_LIMIT, hook.second, places);
  }
  for (const auto& [project, places] : left_project) OpenProjectGates(db_, project, places);
  for (const auto& [project, commit] : commits) WishStatus(project, commit);
}

void MemoryWriter::SaveJobs(const BuildModel& build) {
  ProjectRow& project = db_.projects.at(build.project);
  for (const JobModel& job : build.jobs) {
    JobRow& row = db_.jobs.at(job.id);
    if (job.was_enqueued) row.queue_time = db_.clock.Now();
    if (job.needs_rank) row.rank = project.last_rank = NextRank(project.last_rank, db_.queue_clock);
  }
}

void MemoryWriter::WishStatus(int64_t project, const std::string& commit) {
  // By ref, and whether only a pull request makes it.
  std::map<std::pair<std::string, bool>, CommitBuild> newest;
  for (const auto& [id, row] : db_.builds) {
    const BuildModel& build = row.model;
    if (build.project != project || build.commit != commit) continue;
    if (build.waits_for_approval()) continue;
    CommitBuild& of_ref = newest[{build.ref, row.trigger == v1::TRIGGER_PULL_REQUEST}];
    if (build.number > of_ref.number) of_ref = {build.number, build.state, build.verdict_job};
  }
  std::vector<CommitBuild> builds;
  builds.reserve(newest.size());
  for (const auto& [ref, build] : newest) builds.push_back(build);
  const auto status = CommitStatusOf(builds);
  if (!status) return;
  WishRow& row = db_.wishes[{project, commit}];
  StatusWish& wish = row.wish;
  const std::string page = BuildPage("http://kozmic.test", project, status->build);
  if (wish.state == status->state && wish.description == status->description &&
      wish.target_url == page) {
    return;
  }
  wish.project = project;
  wish.commit = commit;
  wish.context = kStatusContext;
  wish.state = status->state;
  wish.description = status->description;
  wish.target_url = page;
  ++wish.wanted;
  wish.failures = 0;
  row.next_try_time = db_.clock.Now();
}

}  // namespace kozmic::build::simulation
