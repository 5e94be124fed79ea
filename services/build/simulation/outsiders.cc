#include "services/build/simulation/outsiders.h"

#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace kozmic::build::simulation {

void Webhooks::Start(int events, absl::Duration during) {
  for (int event = 1; event <= events; ++event) {
    env_.events.After(env_.dice.Seconds(0, absl::ToDoubleSeconds(during)),
                      [this, event] { Push(event); });
  }
}

void Webhooks::Push(int event) {
  Dice& dice = env_.dice;
  const int64_t project = dice.Between(1, static_cast<int>(env_.database.projects.size()));
  v1::CreateBuildRequest request;
  request.set_request_id(absl::StrCat("event-", event));
  request.set_commit(absl::StrCat("commit-", project, "-", dice.Below(3)));
  request.set_trigger(v1::TRIGGER_PUSH);
  request.set_event_seconds(absl::ToUnixSeconds(env_.clock.Now()));
  request.set_ref(dice.Chance(500) ? "refs/heads/main" : "refs/heads/dev");
  switch (dice.Below(5)) {
    case 0:
      request.set_trigger(v1::TRIGGER_PULL_REQUEST);
      request.set_pull_request(7);
      request.set_ref("refs/pull/7/head");
      request.set_needs_approval(dice.Chance(400));
      break;
    case 1:
      request.set_trigger(v1::TRIGGER_MANUAL);
      break;
    case 2:
      request.set_trigger(v1::TRIGGER_TAG);
      request.set_ref(absl::StrCat("refs/tags/v", dice.Below(3)));
      break;
    default:
      break;
  }
  const int jobs = dice.Between(1, 4);
  for (int i = 1; i <= jobs; ++i) {
    v1::JobSpec& job = *request.add_jobs();
    // What a hook says is the same in all builds.
    const int hook = dice.Between(1, 3);
    job.set_hook(absl::StrCat("hook-", hook));
    job.set_title(absl::StrCat("Job ", i));
    job.set_max_parallel((project + hook) % 3 == 0 ? 1 + hook % 2 : 0);
    job.set_timeout_seconds(dice.Between(60, 180));
    if (dice.Chance(150)) job.add_labels("gpu");
    if (dice.Chance(150)) job.add_labels("linux");
    if (dice.Chance(10)) job.add_labels("moon");
  }
  const int deliveries = dice.Chance(300) ? 2 : 1;
  for (int i = 0; i < deliveries; ++i) {
    env_.events.After(dice.Chance(700) ? dice.Seconds(0, 1) : dice.Seconds(0, 90),
                      [this, project, request] { Deliver(project, request); });
  }
}

void Webhooks::Deliver(int64_t project, const v1::CreateBuildRequest& request) {
  const auto number = connection_.Run("Create", [&] { return builds_.Create(project, request); });
  if (number.ok()) {
    env_.Trace("build ", project, "/", *number, " of ", request.ref(), " ", request.commit());
  } else {
    env_.events.After(absl::Seconds(5), [this, project, request] { Deliver(project, request); });
  }
}

void People::Start() {
  env_.events.After(env_.dice.Seconds(5, 40), [this] { Act(); });
}

void People::Act() {
  if (!env_.faulty) return;
  Start();
  Dice& dice = env_.dice;
  const int64_t project = dice.Between(1, static_cast<int>(env_.database.projects.size()));
  if (dice.Chance(200)) return ChangeSettings(project);
  if (dice.Chance(150)) return SetPaused(project, dice.Chance(400));
  const auto builds = static_cast<int>(env_.database.projects.at(project).last_number);
  if (builds == 0) return;
  const int64_t number = dice.Between(1, builds);
  const BuildModel& build = env_.database.FindBuild(project, number)->model;
  const std::string commit = dice.Chance(900) ? build.commit : "another";
  const int64_t job = dice.Chance(300) ? 0 : dice.Between(1, static_cast<int>(build.jobs.size()));
  env_.Trace("somebody looks at build ", project, "/", number, ", job ", job);
  // Whether it can be done does not matter: what is refused changes nothing.
  switch (dice.Below(4)) {
    case 0:
      connection_.Run("Cancel", [&] { return builds_.Cancel(project, number, job, "Cancelled."); })
          .IgnoreError();
      break;
    case 1:
      connection_.Run("Approve", [&] { return builds_.Approve(project, number, commit, "ann"); })
          .IgnoreError();
      break;
    default:
      connection_.Run("Restart", [&] { return builds_.Restart(project, number, dice.Chance(500)); })
          .IgnoreError();
      break;
  }
}

void People::ChangeSettings(int64_t project) {
  Dice& dice = env_.dice;
  v1::ProjectSettings settings;
  settings.set_fail_fast(dice.Chance(300));
  settings.set_cancel_superseded_pull_requests(dice.Chance(700));
  settings.set_cancel_superseded_branches(dice.Chance(300));
  settings.set_max_parallel(dice.Chance(500) ? dice.Between(1, 3) : 0);
  settings.set_retry_lost(dice.Chance(150));
  if (settings.retry_lost()) env_.ever_repeats.insert(project);
  connection_.Run("UpdateSettings", [&] { return builds_.UpdateSettings(project, settings); })
      .IgnoreError();
}

void People::SetPaused(int64_t project, bool paused) {
  env_.Trace("project ", project, paused ? " is paused" : " is resumed");
  connection_.Run("SetPaused", [&] { return builds_.SetPaused(project, paused); }).IgnoreError();
}

void People::ResumeAll() {
  for (const auto& [project, row] : env_.database.projects) {
    if (row.paused) SetPaused(project, false);
  }
}

void People::ApproveAll() {
  std::vector<BuildModel> waiting;
  for (const auto& [id, build] : env_.database.builds) {
    if (build.model.waits_for_approval()) waiting.push_back(build.model);
  }
  for (const BuildModel& build : waiting) {
    connection_
        .Run("Approve",
             [&] { return builds_.Approve(build.project, build.number, build.commit, "ann"); })
        .IgnoreError();
  }
}

}  // namespace kozmic::build::simulation
