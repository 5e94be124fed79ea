// What people do to builds, and what it means for runners, GitHub and the queue.

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/history/settings_history.h"
#include "lib/status/annotate.h"
#include "services/build/domain/wait_text.h"
#include "services/build/stores_fixture.h"

namespace kozmic::build {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ControlTest : public StoresFixture {
 protected:
  ControlTest() { OpenSession("one", "s1"); }

  v1::Build Get(int64_t number) { return *builds_->Get(1, number); }
  v1::Job Job(int64_t build, int job) { return Get(build).jobs(job - 1); }
  void Limit(int max_parallel) {
    v1::ProjectSettings settings = *control_->GetSettings(1);
    settings.set_max_parallel(max_parallel);
    ASSERT_TRUE(control_->UpdateSettings(1, settings, {}).ok());
  }
  static v1::JobSpec Spec(const std::string& title) {
    v1::JobSpec spec;
    spec.set_title(title);
    spec.set_image("alpine:3");
    spec.set_script("#!/bin/sh\nmake\n");
    return spec;
  }
  std::string Shown() {
    const auto wishes = outbox_->Claim(10, kClaim);
    if (wishes->empty()) return "";
    EXPECT_TRUE(outbox_->Done(wishes->back(), "").ok());
    return wishes->back().description;
  }
};

// P51
TEST_F(ControlTest, TheHistoryTellsWhoChangedTheSettings) {
  const SettingsHistory history(pool_);
  v1::ProjectSettings settings = *control_->GetSettings(1);
  const Author ada = {.user_id = 7, .login = "ada"};
  ASSERT_TRUE(control_->UpdateSettings(1, settings, ada).ok());
  EXPECT_THAT(*history.List(1, 0, 10), IsEmpty()) << "nothing was changed";
  settings.set_max_parallel(3);
  settings.set_mail(false);
  settings.clear_log_days();
  ASSERT_TRUE(control_->UpdateSettings(1, settings, ada).ok());
  const auto list = *history.List(1, 0, 10);
  ASSERT_THAT(list, SizeIs(1));
  EXPECT_EQ(list[0].author.login, "ada");
  EXPECT_EQ(list[0].change.subject, "settings");
  EXPECT_THAT(list[0].change.fields,
              ElementsAre(FieldChange{"max_parallel", 0, 3}, FieldChange{"mail", true, false}));
  EXPECT_THAT(*history.List(2, 0, 10), IsEmpty());
  // K13
  ASSERT_TRUE(deletions_->MarkDeleted(1).ok());
  EXPECT_TRUE(absl::IsNotFound(control_->UpdateSettings(1, settings, ada)));
  while (!*deletions_->RemovePart(1)) {
  }
  EXPECT_THAT(*history.List(1, 0, 10), IsEmpty());
}

// P6
TEST_F(ControlTest, ACancelledBuildEndsItsQueuedJobsAtOnceAndItsRunningOnesByTheirRunner) {
  ASSERT_TRUE(Create(1, Request("a", 2)).ok());
  const GrantedLease lease = Grant("s1", "r1");
  ASSERT_TRUE(control_->Cancel(1, 1, 0, "Cancelled by mona.").ok());
  EXPECT_EQ(Job(1, 2).state(), v1::STATE_CANCELLED);
  EXPECT_EQ(Job(1, 2).reason(), "Cancelled by mona.");
  EXPECT_EQ(Job(1, 1).state(), v1::STATE_PENDING);
  EXPECT_TRUE(Job(1, 1).cancelling());
  EXPECT_FALSE((*TryGrant("s1", "r2")).has_value());
  EXPECT_EQ(Reason(control_->Cancel(1, 1, 0, "again")), "not_running");

  EXPECT_TRUE((*leases_->Renew("s1", {{lease.key, runner::v1::PHASE_SCRIPT}}))[0].cancel);
  AttemptEnd end;
  end.state = v1::STATE_CANCELLED;
  end.reason = "The job was cancelled.";
  ASSERT_TRUE(Finish("s1", lease.key, end).ok());
  EXPECT_EQ(Job(1, 1).state(), v1::STATE_CANCELLED);
  EXPECT_EQ(Job(1, 1).reason(), "Cancelled by mona.");
  EXPECT_EQ(builds_->ListAttempts(1, 1, 1)->front().reason(), "Cancelled by mona.");
  EXPECT_EQ(Get(1).state(), v1::STATE_CANCELLED);
  EXPECT_TRUE(Get(1).has_end_time());
  EXPECT_EQ(Shown(), "Kozmic build #1 was cancelled");
}

TEST_F(ControlTest, AScriptThatEndedBeforeItsCancellationCounts) {
  ASSERT_TRUE(Create(1, Request("a")).ok());
  const GrantedLease lease = Grant("s1", "r1");
  ASSERT_TRUE(control_->Cancel(1, 1, 1, "Cancelled by mona.").ok());
  ASSERT_TRUE(Finish("s1", lease.key, Exit(0)).ok());
  EXPECT_EQ(Get(1).state(), v1::STATE_SUCCESS);
}

TEST_F(ControlTest, ALostRunnersCancelledJobIsNotRunAgain) {
  ASSERT_TRUE(Create(1, Request("a")).ok());
  Grant("s1", "r1");
  ASSERT_TRUE(control_->Cancel(1, 1, 1, "Cancelled by mona.").ok());
  ExpireLeases();
  const auto lost = TakeLost();
  ASSERT_THAT(*lost, SizeIs(1));
  EXPECT_TRUE((*lost)[0].facts.cancelling);
  AttemptEnd end;
  end.state = v1::STATE_CANCELLED;
  end.reason = "The runner r1 was lost.";
  ASSERT_TRUE(leases_->FinishLost((*lost)[0].key, end).ok());
  EXPECT_EQ(Job(1, 1).reason(), "Cancelled by mona.");
  EXPECT_EQ(builds_->ListAttempts(1, 1, 1)->front().reason(), "Cancelled by mona.");
}

// K38, P27
TEST_F(ControlTest, ARestartRunsWhatTheHookSaysNowAndKeepsOldAttempts) {
  ASSERT_TRUE(Create(1, Request("a", 2)).ok());
  ASSERT_TRUE(Finish("s1", Grant("s1", "r1").key, Exit(0)).ok());
  ASSERT_TRUE(Finish("s1", Grant("s1", "r2").key, Exit(3)).ok());
  EXPECT_EQ(Shown(), "Kozmic build #1 has failed because of the \"Job 2\" job");
  const google::protobuf::Timestamp first_queued = Job(1, 2).queue_time();
  const auto failed = control_->ListRestartable(1, 1, 0, /*failed_only=*/true);
  ASSERT_TRUE(failed.ok()) << failed.status();
  EXPECT_THAT(*failed, SizeIs(1));
  EXPECT_EQ(failed->begin()->first, 2);

  v1::JobSpec renamed = Spec("Renamed");
  v1::Service& service = *renamed.add_services();
  service.set_name("db");
  service.set_image("postgres:16");
  ASSERT_TRUE(control_->Restart(1, 1, {{2, renamed}}).ok());
  EXPECT_EQ(Get(1).state(), v1::STATE_ENQUEUED);
  EXPECT_EQ(Get(1).generation(), 2);
  EXPECT_FALSE(Get(1).has_end_time());
  EXPECT_EQ(Job(1, 1).state(), v1::STATE_SUCCESS);
  EXPECT_EQ(Reason(control_->Restart(1, 1, {{2, Spec("Twice")}})), "not_finished");
  const GrantedLease lease = Grant("s1", "r3");
  EXPECT_EQ(lease.key.job, 2);
  EXPECT_EQ(lease.key.attempt, 2);
  EXPECT_EQ(lease.image, "alpine:3");
  EXPECT_EQ(lease.title, "Renamed");
  EXPECT_THAT(lease.services, SizeIs(1)) << "P18";
  EXPECT_EQ(Shown(), "Kozmic build #1 is pending");
  ASSERT_TRUE(Finish("s1", lease.key, Exit(0)).ok());
  EXPECT_EQ(Get(1).state(), v1::STATE_SUCCESS);
  EXPECT_EQ(Shown(), "Kozmic build #1 has passed");

  const auto attempts = builds_->ListAttempts(1, 1, 2);
  ASSERT_THAT(*attempts, SizeIs(2));
  const auto micros = [](const google::protobuf::Timestamp& time) {
    return time.seconds() * 1'000'000 + time.nanos() / 1000;
  };
  EXPECT_EQ(micros((*attempts)[1].queue_time()), micros(first_queued))
      << "a restart queues the job anew, not what it was";
  EXPECT_GT(micros((*attempts)[0].queue_time()), micros(first_queued));
  EXPECT_EQ((*attempts)[0].state(), v1::STATE_SUCCESS);
  EXPECT_EQ((*attempts)[1].state(), v1::STATE_FAILURE);
  EXPECT_EQ((*attempts)[1].exit_code(), 3);
  EXPECT_EQ((*attempts)[1].title(), "Job 2");
  EXPECT_EQ((*attempts)[1].image(), "debian:12");
  EXPECT_EQ((*attempts)[1].log().name(), "logs/1-1-2-1");
  EXPECT_TRUE((*attempts)[1].log().sealed());
}

// 42
TEST_F(ControlTest, WhatHasNotFinishedCannotBeRestarted) {
  ASSERT_TRUE(Create(1, Request("a")).ok());
  EXPECT_EQ(Reason(control_->ListRestartable(1, 1, 0, false).status()), "not_finished");
  EXPECT_EQ(Reason(control_->Restart(1, 1, {{1, Spec("x")}})), "not_finished");
  EXPECT_EQ(control_->Restart(1, 1, {{2, Spec("x")}}).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(control_->Cancel(1, 2, 0, "").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(control_->Cancel(2, 1, 0, "").code(), absl::StatusCode::kNotFound);
}

// P4
TEST_F(ControlTest, AForksBuildWaitsForAnApprovalOfExactlyItsCommit) {
  auto request = Request("a", 2);
  request.set_fork("stranger/hello");
  request.set_needs_approval(true);
  ASSERT_TRUE(Create(1, request).ok());
  EXPECT_EQ(Job(1, 1).gate(), v1::GATE_APPROVAL);
  EXPECT_FALSE((*TryGrant("s1", "r1")).has_value());
  EXPECT_THAT(Explain((*control_->ListWaits(1, 1))[0]).sentence(), HasSubstr("approves"));
  EXPECT_EQ(Reason(control_->Approve(1, 1, "another", "mona")), "commit_differs");
  EXPECT_FALSE((*TryGrant("s1", "r1")).has_value());
  ASSERT_TRUE(control_->Approve(1, 1, request.commit(), "mona").ok());
  EXPECT_EQ(Get(1).approval().approver(), "mona");
  EXPECT_EQ(Reason(control_->Approve(1, 1, request.commit(), "mona")), "not_waiting");
  EXPECT_EQ(Grant("s1", "r1").fork, "stranger/hello");
}

TEST_F(ControlTest, FailFastCancelsTheOthers) {
  v1::ProjectSettings settings = *control_->GetSettings(1);
  EXPECT_FALSE(settings.fail_fast());
  settings.set_fail_fast(true);
  ASSERT_TRUE(control_->UpdateSettings(1, settings, {}).ok());
  ASSERT_TRUE(Create(1, Request("a", 3)).ok());
  const GrantedLease first = Grant("s1", "r1");
  const GrantedLease second = Grant("s1", "r2");
  ASSERT_TRUE(Finish("s1", first.key, Exit(1)).ok());
  EXPECT_TRUE(Job(1, 2).cancelling());
  EXPECT_EQ(Job(1, 3).state(), v1::STATE_CANCELLED);
  EXPECT_EQ(Job(1, 3).reason(), "Cancelled because the \"Job 1\" job failed.");
  EXPECT_EQ(Get(1).state(), v1::STATE_FAILURE);
}

// P7
TEST_F(ControlTest, ANewerBuildOfThePullRequestCancelsTheOlder) {
  auto request = Request("a");
  request.set_trigger(v1::TRIGGER_PULL_REQUEST);
  request.set_pull_request(7);
  ASSERT_TRUE(Create(1, request).ok());
  // The same push, told by a push event first: it becomes the pull request's when that is told.
  auto push = Request("b");
  push.set_trigger(v1::TRIGGER_PUSH);
  // Hooks for pull requests alone make a build of their own of the same commit.
  auto only = push;
  only.set_request_id("b/pull_request");
  only.set_trigger(v1::TRIGGER_PULL_REQUEST);
  only.set_pull_request(7);
  ASSERT_TRUE(Create(1, push).ok());
  EXPECT_EQ(Get(1).state(), v1::STATE_ENQUEUED) << "branches' builds are not superseded at first";
  push.set_trigger(v1::TRIGGER_PULL_REQUEST);
  push.set_pull_request(7);
  const auto joined = Create(1, push);
  ASSERT_TRUE(joined.ok()) << joined.status();
  EXPECT_EQ(joined->number(), 2);
  EXPECT_EQ(joined->pull_request(), 7);
  EXPECT_EQ(Get(1).state(), v1::STATE_CANCELLED);
  EXPECT_EQ(Job(1, 1).reason(), "Superseded by build #2.");
  EXPECT_EQ(Get(2).state(), v1::STATE_ENQUEUED);
  ASSERT_TRUE(Create(1, only).ok());
  EXPECT_EQ(Get(2).state(), v1::STATE_ENQUEUED) << "of the same commit, for other hooks";
}

// P7; a delivery that GitHub could not bring at first tells of an old push.
TEST_F(ControlTest, WhatIsToldLateDoesNotSupersedeWhatHappenedAfterIt) {
  const auto of_pull_request = [](const std::string& commit, int64_t event_seconds) {
    auto request = Request(commit);
    request.set_trigger(v1::TRIGGER_PULL_REQUEST);
    request.set_pull_request(7);
    request.set_event_seconds(event_seconds);
    return request;
  };
  ASSERT_TRUE(Create(1, of_pull_request("b", 200)).ok());
  ASSERT_TRUE(Create(1, of_pull_request("a", 100)).ok());
  EXPECT_EQ(Get(1).state(), v1::STATE_ENQUEUED);
  ASSERT_TRUE(Create(1, of_pull_request("c", 200)).ok());
  EXPECT_EQ(Get(1).state(), v1::STATE_CANCELLED) << "as new as that";
  EXPECT_EQ(Get(2).state(), v1::STATE_CANCELLED);
  EXPECT_EQ(Get(3).state(), v1::STATE_ENQUEUED);
}

// I10
TEST_F(ControlTest, BuildsOfOneCommitForPushesAndForPullRequestsBothCountForItsStatus) {
  auto push = Request("a");
  ASSERT_TRUE(Create(1, push).ok());
  push.set_request_id("a/pull_request");
  push.set_trigger(v1::TRIGGER_PULL_REQUEST);
  push.set_pull_request(7);
  ASSERT_TRUE(Create(1, push).ok());
  const GrantedLease first = Grant("s1", "r1");
  const GrantedLease second = Grant("s1", "r2");
  ASSERT_TRUE(Finish("s1", first.key, Exit(1)).ok());
  ASSERT_TRUE(Finish("s1", second.key, Exit(0)).ok());
  EXPECT_EQ(Shown(), "Kozmic build #1 has failed because of the \"Job 1\" job");
}

// I18
TEST_F(ControlTest, AForksBuildThatNobodyApprovedSaysNothingOfTheProjectsOwnCommit) {
  auto own = Request("a");
  ASSERT_TRUE(Create(1, own).ok());
  auto fork = own;
  fork.set_request_id("fork");
  fork.set_ref("refs/pull/7/head");
  fork.set_needs_approval(true);
  ASSERT_TRUE(Create(1, fork).ok());
  ASSERT_TRUE(Finish("s1", Grant("s1", "r1").key, Exit(0)).ok());
  EXPECT_EQ(Shown(), "Kozmic build #1 has passed");
  ASSERT_TRUE(control_->Cancel(1, 2, 0, "Superseded.").ok());
  EXPECT_EQ(Shown(), "");
  EXPECT_EQ(Count("notices WHERE build_number = 1"), 1);
  EXPECT_EQ(Count("notices WHERE build_number = 2"), 0) << "a stranger sends mail";
  EXPECT_EQ(Reason(control_->Approve(1, 2, own.commit(), "mona")), "not_waiting");
}

TEST_F(ControlTest, AHooksPlaceGoesToAJobOfThatHookThoughAnotherHooksWaitsLonger) {
  const auto request = [](const char* id, int hook) {
    auto one = Request(id);
    one.mutable_jobs(0)->set_hook(absl::StrCat("projects/1/hooks/", hook));
    one.mutable_jobs(0)->set_max_parallel(1);
    return one;
  };
  ASSERT_TRUE(Create(1, request("a1", 1)).ok());
  ASSERT_TRUE(Create(1, request("b1", 2)).ok());
  ASSERT_TRUE(Create(1, request("b2", 2)).ok());
  ASSERT_TRUE(Create(1, request("a2", 1)).ok());
  const GrantedLease first = Grant("s1", "r1");
  Grant("s1", "r2");
  EXPECT_FALSE((*TryGrant("s1", "r3")).has_value());
  ASSERT_TRUE(Finish("s1", first.key, Exit(0)).ok());
  EXPECT_EQ(Grant("s1", "r3").key.build, 4);
}

TEST_F(ControlTest, AJobThatIsCancelledWhileItsRunnersLossIsDealtWithIsNotRunAgain) {
  ASSERT_TRUE(Create(1, Request("a")).ok());
  Grant("s1", "r1");
  ExpireLeases();
  const auto lost = TakeLost();
  ASSERT_THAT(*lost, SizeIs(1));
  ASSERT_TRUE(control_->Cancel(1, 1, 1, "Cancelled by mona.").ok());
  AttemptEnd end;
  end.reason = "The runner was lost.";
  ASSERT_TRUE(leases_->Requeue((*lost)[0].key, end).ok());
  EXPECT_EQ(Job(1, 1).state(), v1::STATE_CANCELLED);
  EXPECT_EQ(Job(1, 1).reason(), "Cancelled by mona.");
}

// I10: a replica that was held still posts its "pending" after another one's verdict.
TEST_F(ControlTest, APostThatComesTooLateIsMadeGood) {
  ASSERT_TRUE(Create(1, Request("a")).ok());
  const GrantedLease lease = Grant("s1", "r1");
  const auto stale = outbox_->Claim(10, absl::ZeroDuration());
  ASSERT_THAT(*stale, SizeIs(1));
  ASSERT_TRUE(Finish("s1", lease.key, Exit(0)).ok());
  EXPECT_EQ(Shown(), "Kozmic build #1 has passed");
  ASSERT_TRUE(outbox_->Done((*stale)[0], "").ok());
  EXPECT_EQ(Shown(), "Kozmic build #1 has passed") << "once more";
  EXPECT_EQ(Shown(), "");
}

TEST_F(ControlTest, ANewerBuildOfTheBranchCancelsTheOlderWhereTheProjectWantsThat) {
  v1::ProjectSettings settings = *control_->GetSettings(1);
  settings.set_cancel_superseded_branches(true);
  ASSERT_TRUE(control_->UpdateSettings(1, settings, {}).ok());
  ASSERT_TRUE(Create(1, Request("a")).ok());
  auto other = Request("b");
  other.set_ref("refs/heads/other");
  ASSERT_TRUE(Create(1, other).ok());
  auto manual = Request("c");
  manual.set_trigger(v1::TRIGGER_MANUAL);
  ASSERT_TRUE(Create(1, manual).ok());
  ASSERT_TRUE(Create(1, Request("d")).ok());
  EXPECT_EQ(Get(1).state(), v1::STATE_CANCELLED);
  EXPECT_EQ(Get(2).state(), v1::STATE_ENQUEUED) << "another branch";
  EXPECT_EQ(Get(3).state(), v1::STATE_ENQUEUED) << "asked for by hand";
}

// P15
TEST_F(ControlTest, AProjectsLimitHoldsItsJobsBackAndNobodyElses) {
  Limit(1);
  ASSERT_TRUE(Create(1, Request("a", 3)).ok());
  ASSERT_TRUE(Create(2, Request("a")).ok());
  const GrantedLease first = Grant("s1", "r1");
  EXPECT_EQ(first.key.project, 1);
  EXPECT_EQ(Grant("s1", "r2").key.project, 2);
  EXPECT_FALSE((*TryGrant("s1", "r3")).has_value());
  const auto waits = control_->ListWaits(1, 1);
  ASSERT_THAT(*waits, SizeIs(2));
  EXPECT_EQ(Explain((*waits)[0]).gate(), v1::GATE_PROJECT_LIMIT);
  EXPECT_EQ(Explain((*waits)[0]).limit(), 1);
  ASSERT_TRUE(Finish("s1", first.key, Exit(0)).ok());
  EXPECT_EQ(Grant("s1", "r3").key.job, 2);
  EXPECT_FALSE((*TryGrant("s1", "r4")).has_value());
  // A limit that grows lets them go on.
  Limit(0);
  EXPECT_EQ(Grant("s1", "r4").key.job, 3);
}

TEST_F(ControlTest, WhatALimitHoldsBackGoesOnWhenTheOneBeforeItIsCancelled) {
  Limit(1);
  ASSERT_TRUE(Create(1, Request("a", 4)).ok());
  const GrantedLease first = Grant("s1", "r1");
  // Closes the gates of all others, one by one.
  EXPECT_FALSE((*TryGrant("s1", "r2")).has_value());
  ASSERT_TRUE(Finish("s1", first.key, Exit(0)).ok());
  // The one whose gate was opened leaves without ever having run.
  ASSERT_TRUE(control_->Cancel(1, 1, 2, "").ok());
  EXPECT_EQ(Grant("s1", "r2").key.job, 3);
}

TEST_F(ControlTest, AHooksLimitHoldsItsJobsBackAndNotThoseOfOtherHooks) {
  for (const char* id : {"a", "b"}) {
    auto request = Request(id, 2);
    request.mutable_jobs(0)->set_hook("projects/1/hooks/1");
    request.mutable_jobs(0)->set_max_parallel(1);
    request.mutable_jobs(1)->set_hook("projects/1/hooks/2");
    ASSERT_TRUE(Create(1, request).ok());
  }
  const GrantedLease first = Grant("s1", "r1");
  EXPECT_EQ(first.key.Name(), "projects/1/builds/1/jobs/1/attempts/1");
  EXPECT_EQ(Grant("s1", "r2").key.Name(), "projects/1/builds/1/jobs/2/attempts/1");
  EXPECT_EQ(Grant("s1", "r3").key.Name(), "projects/1/builds/2/jobs/2/attempts/1");
  EXPECT_FALSE((*TryGrant("s1", "r4")).has_value());
  EXPECT_EQ(Explain((*control_->ListWaits(1, 2))[0]).gate(), v1::GATE_HOOK_LIMIT);
  ASSERT_TRUE(Finish("s1", first.key, Exit(0)).ok());
  EXPECT_EQ(Grant("s1", "r4").key.Name(), "projects/1/builds/2/jobs/1/attempts/1");
}

// P10, found in simulated worlds: a turn that a hook's limit forbids goes to the next.
TEST_F(ControlTest, AJobThatItsHooksLimitHoldsBackPassesItsProjectsPlaceOn) {
  const auto enqueue = [&](const std::string& id, const std::string& hook, int limit) {
    auto request = Request(id);
    request.mutable_jobs(0)->set_hook(hook);
    request.mutable_jobs(0)->set_max_parallel(limit);
    ASSERT_TRUE(Create(1, request).ok());
  };
  enqueue("a", "projects/1/hooks/1", 1);
  enqueue("b", "projects/1/hooks/2", 0);
  enqueue("c", "projects/1/hooks/1", 1);
  enqueue("d", "projects/1/hooks/3", 0);
  Limit(2);
  Grant("s1", "r1");
  const GrantedLease second = Grant("s1", "r2");
  EXPECT_FALSE((*TryGrant("s1", "r3")).has_value());
  ASSERT_TRUE(Finish("s1", second.key, Exit(0)).ok());
  EXPECT_EQ(Grant("s1", "r4").key.build, 4) << "the third waits for its hook's first";
}

// P10, found in simulated worlds.
TEST_F(ControlTest, WhatAHooksLimitHoldsBackGoesOnWhenOneOfItsOwnHookEnds) {
  for (int i = 1; i <= 4; ++i) {
    auto request = Request(absl::StrCat(i));
    request.mutable_jobs(0)->set_hook(absl::StrCat("projects/1/hooks/", i % 2));
    request.mutable_jobs(0)->set_max_parallel(1);
    ASSERT_TRUE(Create(1, request).ok());
  }
  Grant("s1", "r1");
  const GrantedLease second = Grant("s1", "r2");
  EXPECT_FALSE((*TryGrant("s1", "r3")).has_value());
  ASSERT_TRUE(Finish("s1", second.key, Exit(0)).ok());
  EXPECT_EQ(Grant("s1", "r4").key.build, 4) << "the third waits for the first";
}

TEST_F(ControlTest, ProjectsTakeTurnsHoweverMuchOneOfThemEnqueues) {
  ASSERT_TRUE(Create(1, Request("a", 50)).ok());
  for (int i = 0; i < 10; ++i) Grant("s1", absl::StrCat("early", i));
  ASSERT_TRUE(Create(2, Request("b", 3)).ok());
  std::vector<int64_t> projects;
  for (int i = 0; i < 6; ++i) projects.push_back(Grant("s1", absl::StrCat("r", i)).key.project);
  EXPECT_THAT(projects, ElementsAre(1, 2, 1, 2, 1, 2));
}

// P21
TEST_F(ControlTest, AJobGoesToARunnerThatHasAllItsLabels) {
  auto request = Request("a", 2);
  request.mutable_jobs(0)->add_labels("gpu");
  request.mutable_jobs(0)->add_labels("linux");
  ASSERT_TRUE(Create(1, request).ok());
  EXPECT_THAT(Job(1, 1).labels(), ElementsAre("gpu", "linux"));
  EXPECT_EQ(Grant("s1", "r1").key.job, 2);
  EXPECT_FALSE((*TryGrant("s1", "r2")).has_value());
  const auto waits = control_->ListWaits(1, 1);
  ASSERT_THAT(*waits, SizeIs(1));
  EXPECT_THAT((*waits)[0].missing_labels, ElementsAre("gpu"));
  EXPECT_THAT(Explain((*waits)[0]).sentence(), HasSubstr("a runner with the label \"gpu\""));
  runner::v1::OpenSessionRequest fits;
  fits.set_runner("two");
  fits.set_slots(1);
  for (const char* label : {"linux", "gpu", "big"}) fits.add_labels(label);
  ASSERT_TRUE(leases_->OpenSession(fits, "s2", "").ok());
  EXPECT_EQ(Grant("s2", "r1").key.job, 1);
}

// P41
TEST_F(ControlTest, AJobThatWaitsSaysHowManyAreBeforeItAndWhoCouldRunIt) {
  ASSERT_TRUE(Create(1, Request("a", 2)).ok());
  ASSERT_TRUE(Create(1, Request("b", 2)).ok());
  // The runner has two places.
  Grant("s1", "r1");
  Grant("s1", "r2");
  const auto waits = control_->ListWaits(1, 2);
  ASSERT_THAT(*waits, SizeIs(2));
  EXPECT_EQ((*waits)[1].ahead, 1);
  EXPECT_EQ(Explain((*waits)[0]).sentence(),
            "It waits for a free place: 2 places of all 1 runner that fits it are taken. "
            "It is next.");
  EXPECT_THAT(*control_->ListWaits(1, 1), IsEmpty());
  EXPECT_EQ(control_->ListWaits(1, 9).status().code(), absl::StatusCode::kNotFound);
}

// P16, I7
TEST_F(ControlTest, AJobThatOutlivesItsTimeLimitIsTakenFromItsRunner) {
  auto request = Request("a");
  request.mutable_jobs(0)->set_timeout_seconds(60);
  request.mutable_jobs(0)->set_stall_timeout_seconds(20);
  ASSERT_TRUE(Create(1, request).ok());
  const GrantedLease lease = Grant("s1", "r1");
  EXPECT_EQ(lease.timeout_seconds, 60);
  EXPECT_EQ(lease.stall_timeout_seconds, 20);
  EXPECT_THAT(*leases_->TakeLost(10, absl::ZeroDuration()), IsEmpty());
  ASSERT_TRUE(pool_
                  .Autocommit([](pqxx::nontransaction& tx) {
                    tx.exec0("UPDATE attempts SET start_time = now() - interval '70 s'");
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_THAT(*leases_->TakeLost(10, absl::Seconds(30)), IsEmpty());
  const auto lost = leases_->TakeLost(10, absl::ZeroDuration());
  ASSERT_THAT(*lost, SizeIs(1));
  EXPECT_TRUE((*lost)[0].facts.overdue);
  EXPECT_FALSE((*Renew("s1", {{lease.key, runner::v1::PHASE_SCRIPT}}))[0].has_value());
}

// I7
TEST_F(ControlTest, AJobThatNoRunnerTakesEndsWithAnError) {
  ASSERT_TRUE(Create(1, Request("a")).ok());
  auto fork = Request("b");
  fork.set_needs_approval(true);
  ASSERT_TRUE(Create(1, fork).ok());
  EXPECT_EQ(*leases_->ExpireWaiting(10, absl::Hours(1), absl::Hours(2)), 0);
  ASSERT_TRUE(pool_
                  .Autocommit([](pqxx::nontransaction& tx) {
                    tx.exec0("UPDATE jobs SET queue_time = now() - interval '90 minutes'");
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(*leases_->ExpireWaiting(10, absl::Hours(1), absl::Hours(2)), 1);
  EXPECT_EQ(Get(1).state(), v1::STATE_ERROR);
  EXPECT_EQ(Job(1, 1).reason(), "No runner took it in time.");
  EXPECT_EQ(Get(2).state(), v1::STATE_ENQUEUED) << "that has longer";
}

// P8
TEST_F(ControlTest, AManualBuildsVariablesReachTheLeaseUnchanged) {
  auto request = Request("a");
  request.set_trigger(v1::TRIGGER_MANUAL);
  request.set_creator("mona");
  (*request.mutable_variables())["DEPLOY_TO"] = "st\"ag\\ing ü\n";
  ASSERT_TRUE(Create(1, request).ok());
  EXPECT_EQ(Get(1).creator(), "mona");
  EXPECT_EQ(Get(1).trigger(), v1::TRIGGER_MANUAL);
  EXPECT_EQ(Get(1).variables().at("DEPLOY_TO"), "st\"ag\\ing ü\n");
  EXPECT_EQ(Grant("s1", "r1").variables.at("DEPLOY_TO"), "st\"ag\\ing ü\n");
}

TEST_F(ControlTest, ManyAreGrantedAndFinishedTogetherEachByItself) {
  ASSERT_TRUE(Create(1, Request("a", 3)).ok());
  ASSERT_TRUE(Create(2, Request("a", 3)).ok());
  OpenSession("two", "s2");
  const auto granted =
      leases_->Grant({{"s1", "r1"}, {"s2", "r1"}, {"nobody's", "r1"}, {"s1", "r1"}, {"s2", "r2"}});
  ASSERT_TRUE(granted.ok()) << granted.status();
  EXPECT_EQ(Reason((*granted)[2].lease.status()), "stale_session");
  const AttemptKey first = (**(*granted)[0].lease).key;
  const AttemptKey second = (**(*granted)[1].lease).key;
  const AttemptKey third = (**(*granted)[4].lease).key;
  EXPECT_EQ((**(*granted)[3].lease).key.Name(), first.Name()) << "the same request twice";
  const auto ended = leases_->Finish({{"s1", first, Exit(0)},
                                      {"s1", second, Exit(0)},
                                      {"s1", first, Exit(0)},
                                      {"s1", first, Exit(1)},
                                      {"s2", third, Exit(2)},
                                      {"nobody's", second, Exit(0)}});
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_TRUE((*ended)[0].ok());
  EXPECT_EQ(Reason((*ended)[1]), "stale_fence") << "another runner's";
  EXPECT_TRUE((*ended)[2].ok()) << "told twice";
  EXPECT_EQ(Reason((*ended)[3]), "stale_fence") << "told otherwise";
  EXPECT_TRUE((*ended)[4].ok());
  EXPECT_EQ(Reason((*ended)[5]), "stale_session");
  EXPECT_EQ(Count("attempts WHERE state = 2"), 1);
  EXPECT_EQ(Count("jobs WHERE state = 2"), 1);
}

}  // namespace
}  // namespace kozmic::build
