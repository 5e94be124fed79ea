#include "services/build/simulation/fake_github.h"

#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/status/annotate.h"
#include "services/build/domain/commit_status.h"

namespace kozmic::build::simulation {
namespace {

bool SaysTheSame(const StatusWish& a, const StatusWish& b) {
  return a.state == b.state && a.description == b.description && a.target_url == b.target_url;
}

}  // namespace

bool FakeGithub::Fails(absl::Status& status) {
  if (!env_.faulty || !env_.dice.Chance(120)) return false;
  status = absl::UnavailableError("GitHub is down");
  if (env_.dice.Chance(300)) {
    status = WithDetail(status, "retry-after-seconds", absl::StrCat(env_.dice.Between(1, 90)));
  }
  return true;
}

absl::Status FakeGithub::Post(const StatusWish& wish, Connection& connection, absl::Time deadline,
                              absl::Time claim_end) {
  connection.Linger();
  absl::Status fault;
  if (Fails(fault)) return fault;
  Shown& shown = shown_[{wish.project, wish.commit}];
  if (shown.posts > 0 && SaysTheSame(shown.wish, wish)) return absl::OkStatus();
  connection.Linger();
  if (connection.dead()) return absl::CancelledError("dead");
  const bool overrun = env_.clock.Now() > claim_end;
  env_.Trace("GitHub: ", wish.commit, " ", wish.description, overrun ? " (late)" : "");
  if (!overrun && shown.posts > 0 && shown.wish.wanted > wish.wanted) {
    env_.Fail(absl::StrCat("I10: ", wish.commit, " goes back to \"", wish.description, "\""));
  }
  if (!overrun && !shown.late && shown.posts > 0 && SaysTheSame(shown.wish, wish)) {
    env_.Fail(absl::StrCat("I10: \"", wish.description, "\" of ", wish.commit, " twice"));
  }
  shown.wish = wish;
  shown.late = overrun;
  ++shown.posts;
  // Posted, but who did so does not hear of it.
  if (Fails(fault)) return fault;
  connection.Linger();
  if (env_.clock.Now() > deadline) return absl::UnavailableError("deadline exceeded");
  return absl::OkStatus();
}

std::string FakeGithub::CheckAtRest() const {
  // Of each commit the newest of each ref, and of each ref's pull request alone.
  std::map<std::pair<int64_t, std::string>, std::map<std::pair<std::string, bool>, CommitBuild>>
      commits;
  for (const auto& [id, row] : env_.database.builds) {
    const BuildModel& build = row.model;
    if (build.waits_for_approval()) continue;
    CommitBuild& of_ref = commits[{build.project, build.commit}]
                                 [{build.ref, row.trigger == v1::TRIGGER_PULL_REQUEST}];
    if (build.number > of_ref.number) of_ref = {build.number, build.state, build.verdict_job};
  }
  for (const auto& [commit, refs] : commits) {
    std::vector<CommitBuild> builds;
    builds.reserve(refs.size());
    for (const auto& [ref, build] : refs) builds.push_back(build);
    const std::optional<CommitStatus> status = CommitStatusOf(builds);
    if (!status) continue;
    const auto shown = shown_.find(commit);
    if (shown == shown_.end()) return absl::StrCat("I10: GitHub shows nothing of ", commit.second);
    const StatusWish& wish = shown->second.wish;
    if (wish.state != status->state || wish.description != status->description) {
      return absl::StrCat("I10: GitHub shows \"", wish.description, "\" of ", commit.second,
                          " instead of \"", status->description, "\"");
    }
  }
  return "";
}

}  // namespace kozmic::build::simulation
