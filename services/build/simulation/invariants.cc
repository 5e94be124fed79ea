#include "services/build/simulation/invariants.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/build/state_machine.h"

namespace kozmic::build::simulation {
namespace {

constexpr int kMostTries = 3;

std::string JobName(const BuildModel& build, const JobModel& job) {
  return absl::StrCat("job ", build.project, "/", build.number, "/", job.number);
}

bool IsBroken(v1::State state) { return IsTerminal(state) && state != v1::STATE_SUCCESS; }

// Within a generation.
bool MayFollow(v1::State before, v1::State after) {
  if (before == after) return true;
  if (before == v1::STATE_ENQUEUED) {
    return after == v1::STATE_PENDING || IsBroken(after);
  }
  return before == v1::STATE_PENDING;
}

}  // namespace

std::string Invariants::Check(const Actor& actor) {
  if (db_.changes == changes_) return "";
  changes_ = db_.changes;
  if (std::string wrong = CheckNumbers(); !wrong.empty()) return wrong;
  if (std::string wrong = CheckAttempts(actor); !wrong.empty()) return wrong;
  for (const auto& [id, build] : db_.builds) {
    if (std::string wrong = CheckBuild(build); !wrong.empty()) return wrong;
  }
  return "";
}

std::string Invariants::CheckNumbers() const {
  std::map<int64_t, int64_t> last;
  std::map<std::pair<int64_t, std::string>, int> requests;
  for (const auto& [id, build] : db_.builds) {
    if (build.model.number != ++last[build.model.project]) {
      return absl::StrCat("I4: build ", build.model.number, " of project ", build.model.project,
                          " follows ", last[build.model.project] - 1);
    }
    if (++requests[{build.model.project, build.request_id}] > 1) {
      return absl::StrCat("I3: two builds of request ", build.request_id);
    }
  }
  return "";
}

std::string Invariants::CheckBuild(const BuildRow& row) {
  const BuildModel& build = row.model;
  const std::string name = absl::StrCat("build ", build.project, "/", build.number);
  const bool is_new = builds_.count(build.id) == 0;
  BuildBefore& before = builds_[build.id];
  if (is_new) before.jobs = build.jobs.size();
  if (before.jobs != build.jobs.size()) return absl::StrCat("I9: the jobs of ", name, " changed");
  if (build.generation < before.generation) {
    return absl::StrCat("I8: the generation of ", name, " went back");
  }
  const bool same = build.generation == before.generation;
  if (same && before.state != build.state &&
      (IsTerminal(before.state) || build.state == v1::STATE_ENQUEUED)) {
    return absl::StrCat("I8: ", name, " went from ", v1::State_Name(before.state), " to ",
                        v1::State_Name(build.state));
  }
  bool any_broken = false;
  bool all_passed = true;
  for (const JobModel& job : build.jobs) {
    any_broken = any_broken || IsBroken(job.state);
    all_passed = all_passed && job.state == v1::STATE_SUCCESS;
    const auto job_before = jobs_.find(job.id);
    if (job_before != jobs_.end() && same &&
        (IsTerminal(job_before->second.state) ? job_before->second.state != job.state
                                              : !MayFollow(job_before->second.state, job.state))) {
      return absl::StrCat("I8: ", JobName(build, job), " went from ",
                          v1::State_Name(job_before->second.state), " to ",
                          v1::State_Name(job.state));
    }
    if (std::string wrong = CheckJob(build, job); !wrong.empty()) return wrong;
  }
  if ((build.state == v1::STATE_SUCCESS) != all_passed || IsBroken(build.state) != any_broken) {
    return absl::StrCat("I9: ", name, " is ", v1::State_Name(build.state),
                        ", which its jobs do not say");
  }
  before.state = build.state;
  before.generation = build.generation;
  return "";
}

std::string Invariants::CheckJob(const BuildModel& build, const JobModel& job) {
  const auto attempt = db_.attempts.find({job.id, job.attempt});
  const bool has_live = attempt != db_.attempts.end() && attempt->second.runs();
  if (has_live != (job.state == v1::STATE_PENDING)) {
    return absl::StrCat("I7: ", JobName(build, job), " is ", v1::State_Name(job.state), " but has ",
                        has_live ? "a" : "no", " live attempt");
  }
  if (job.tries > kMostTries) {
    return absl::StrCat("I8: ", JobName(build, job), " was given to ", job.tries, " runners");
  }
  if (job.gate == v1::GATE_APPROVAL && job.state == v1::STATE_PENDING) {
    return absl::StrCat("I18: ", JobName(build, job), " runs without approval");
  }
  if (IsForgotten(job)) {
    return absl::StrCat("I7: ", JobName(build, job), " is held back, and nothing will open it");
  }
  const JobRow& row = db_.jobs.at(job.id);
  const bool is_new = jobs_.count(job.id) == 0;
  JobBefore& before = jobs_[job.id];
  if (is_new || before.rank != row.rank) {
    before.turn = ++turns_;
    before.depth = row.rank - db_.queue_clock;
    before.overtakers.clear();
    before.rank = row.rank;
  }
  if (job.attempt < before.attempt || job.attempt > before.attempt + 1) {
    return absl::StrCat("I6: the fence of ", JobName(build, job), " went from ", before.attempt,
                        " to ", job.attempt);
  }
  const bool granted = job.state == v1::STATE_PENDING && job.attempt > before.attempt;
  before.state = job.state;
  before.attempt = job.attempt;
  return granted ? CheckGrant(job) : "";
}

bool Invariants::IsForgotten(const JobModel& job) const {
  if (job.state != v1::STATE_ENQUEUED || job.gate == v1::GATE_OPEN ||
      job.gate == v1::GATE_APPROVAL) {
    return false;
  }
  const JobRow& row = db_.jobs.at(job.id);
  // They are looked at once it is resumed.
  if (db_.projects.at(row.project).paused) return false;
  return std::none_of(db_.jobs.begin(), db_.jobs.end(), [&](const auto& other) {
    if (other.second.project != row.project) return false;
    const JobModel& model = db_.Job(other.first);
    return model.state == v1::STATE_PENDING ||
           (model.state == v1::STATE_ENQUEUED && model.gate == v1::GATE_OPEN &&
            other.second.labels == row.labels);
  });
}

std::string Invariants::CheckAttempts(const Actor& actor) {
  std::map<int64_t, int> live;
  for (const auto& [id, attempt] : db_.attempts) {
    const std::string name = attempt.key.Name();
    const auto known = attempts_.find(id);
    const AttemptBefore before = known == attempts_.end() ? AttemptBefore{v1::STATE_PENDING, false,
                                                                          attempt.lease_expire_time}
                                                          : known->second;
    if (attempt.runs() && ++live[id.first] > 1) {
      return absl::StrCat("I5: two live attempts: ", name);
    }
    const bool changed = before.state != attempt.end.state || before.lost != attempt.lost ||
                         before.lease_expire_time != attempt.lease_expire_time;
    if (changed && before.state != v1::STATE_PENDING) {
      return absl::StrCat("I6: ", name, " changed after its end");
    }
    const bool by_sweeper = actor.kind == Actor::Kind::kSweeper;
    if (changed && !by_sweeper &&
        (before.lost || actor.kind != Actor::Kind::kRunner || actor.name != attempt.runner)) {
      return absl::StrCat("I6: ", name, " was changed by ", actor.name);
    }
    if (before.state != attempt.end.state && by_sweeper && !before.lost) {
      return absl::StrCat("I6: ", name, " was ended before it was declared lost");
    }
    if (attempt.end.state == v1::STATE_SUCCESS && attempt.lost) {
      return absl::StrCat("success of an attempt that was lost: ", name);
    }
    attempts_[id] = {attempt.end.state, attempt.lost, attempt.lease_expire_time};
  }
  return "";
}

std::pair<int, int> Invariants::CountRunning(const JobRow& job) const {
  int of_project = 0;
  int of_hook = 0;
  for (const auto& [id, other] : db_.jobs) {
    if (other.project != job.project || db_.Job(id).state != v1::STATE_PENDING) continue;
    ++of_project;
    of_hook += other.hook == job.hook ? 1 : 0;
  }
  return {of_project, of_hook};
}

std::string Invariants::CheckGrant(const JobModel& job) {
  const JobRow& row = db_.jobs.at(job.id);
  if (db_.projects.at(row.project).paused) {
    return absl::StrCat("pause: job ", job.id, " was granted");
  }
  const auto [of_project, of_hook] = CountRunning(row);
  const int limit = db_.projects.at(row.project).settings.max_parallel();
  if ((limit > 0 && of_project > limit) || (row.hook_limit > 0 && of_hook > row.hook_limit)) {
    return absl::StrCat("limit: job ", job.id, " makes ", of_project, " of its project's ", limit,
                        " and ", of_hook, " of its hook's ", row.hook_limit);
  }
  const std::string& runner = db_.attempts.at({job.id, job.attempt}).runner;
  const std::vector<std::string>& labels = db_.runners.at(runner).labels;
  if (!MemoryDatabase::Fits(row, labels)) {
    return absl::StrCat("labels: job ", job.id, " does not fit ", runner);
  }
  for (const auto& [id, other] : db_.jobs) {
    const JobModel& model = db_.Job(id);
    if (model.state != v1::STATE_ENQUEUED || model.gate == v1::GATE_APPROVAL ||
        std::make_pair(other.rank, id) > std::make_pair(row.rank, job.id)) {
      continue;
    }
    if (model.gate == v1::GATE_OPEN && MemoryDatabase::Fits(other, labels)) {
      return absl::StrCat("queue: job ", job.id, " was granted before ", id);
    }
    if (other.project == row.project && other.labels == row.labels && other.hook == row.hook) {
      return absl::StrCat("first come, first served: job ", job.id, " was granted before ", id);
    }
  }
  return CheckOvertaking(job);
}

std::string Invariants::CheckOvertaking(const JobModel& granted) {
  const JobRow& row = db_.jobs.at(granted.id);
  const int64_t turn = jobs_.at(granted.id).turn;
  const std::vector<std::string>& labels =
      db_.runners.at(db_.attempts.at({granted.id, granted.attempt}).runner).labels;
  for (auto& [id, before] : jobs_) {
    const JobRow& other = db_.jobs.at(id);
    const JobModel& model = db_.Job(id);
    if (model.state != v1::STATE_ENQUEUED || model.gate != v1::GATE_OPEN || before.turn > turn ||
        other.project == row.project || !MemoryDatabase::Fits(other, labels)) {
      continue;
    }
    std::set<int64_t>& overtakers = before.overtakers[row.project];
    overtakers.insert(row.rank);
    if (static_cast<int64_t>(overtakers.size()) > before.depth) {
      return absl::StrCat("fairness: job ", id, " was overtaken by ", before.depth,
                          " later jobs of project ", row.project);
    }
  }
  return "";
}

std::string Invariants::CheckNothingFor(const std::vector<std::string>& labels) const {
  for (const auto& [id, job] : db_.jobs) {
    const JobModel& model = db_.Job(id);
    if (model.state != v1::STATE_ENQUEUED || model.gate == v1::GATE_APPROVAL ||
        !MemoryDatabase::Fits(job, labels) || db_.projects.at(job.project).paused) {
      continue;
    }
    const auto [of_project, of_hook] = CountRunning(job);
    const int limit = db_.projects.at(job.project).settings.max_parallel();
    if ((limit == 0 || of_project < limit) && (job.hook_limit == 0 || of_hook < job.hook_limit)) {
      return absl::StrCat("I7: job ", id, " might run, but its gate is ",
                          v1::Gate_Name(model.gate));
    }
  }
  return "";
}

std::string Invariants::CheckAllEnded() const {
  for (const auto& [id, build] : db_.builds) {
    for (const JobModel& job : build.model.jobs) {
      if (!IsTerminal(job.state)) {
        return absl::StrCat("I7: ", JobName(build.model, job), " is still ",
                            v1::State_Name(job.state));
      }
    }
  }
  for (const auto& [commit, wish] : db_.wishes) {
    if (wish.reported < wish.wish.wanted) {
      return absl::StrCat("I10: a status of ", commit.second, " is still to be reported");
    }
  }
  return "";
}

}  // namespace kozmic::build::simulation
