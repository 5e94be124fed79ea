#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/status/annotate.h"
#include "services/build/stores_fixture.h"

namespace kozmic::build {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using StoresTest = StoresFixture;

TEST_F(StoresTest, I4_NumbersHaveNoGapsUnderConcurrencyAndDuplicates) {
  // 8 threads create 40 builds, each asked for three times.
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 15; ++i) {
        const auto build = Create(1, Request(absl::StrCat((t * 15 + i) % 40)));
        EXPECT_TRUE(build.ok()) << build.status();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::vector<v1::Build> builds = builds_->List(1, {}, 0, 100)->builds;
  ASSERT_THAT(builds, SizeIs(40));
  for (int i = 0; i < 40; ++i) EXPECT_EQ(builds[i].number(), 40 - i);
}

TEST_F(StoresTest, BuildsAreFoundByWhatIsKnownOfThem) {
  const auto create = [&](const std::string& id, const std::string& ref, const std::string& message,
                          const std::string& login, const std::string& name) {
    v1::CreateBuildRequest request = Request(id);
    request.set_ref(ref);
    request.set_message(message);
    request.mutable_author()->set_login(login);
    request.mutable_author()->set_display_name(name);
    ASSERT_TRUE(Create(1, request).ok());
  };
  create("a", "refs/heads/main", "Fix the login 100%", "octo", "Octo Cat");
  create("b", "refs/heads/feature/login", "Try it", "ada", "Ada \xc3\x9c");
  create("c", "refs/tags/v1.0", "Release\n\nwith Notes", "octo", "Octo Cat");
  create("d", "refs/pull/12/head", "From a fork", "", "Somebody");
  const auto find = [&](const BuildStore::Filter& filter) {
    const auto page = builds_->List(1, filter, 0, 10);
    EXPECT_TRUE(page.ok()) << page.status();
    EXPECT_EQ(page->next_before, 0);
    std::vector<int64_t> numbers;
    for (const v1::Build& build : page->builds) numbers.push_back(build.number());
    return numbers;
  };
  EXPECT_THAT(find({.text = "LOGIN"}), ElementsAre(1));
  EXPECT_THAT(find({.text = "100%"}), ElementsAre(1));
  EXPECT_THAT(find({.text = "notes"}), ElementsAre(3));
  EXPECT_THAT(find({.text = "#4"}), ElementsAre(4));
  EXPECT_THAT(find({.text = "%"}), ElementsAre(1)) << "no pattern";
  EXPECT_THAT(find({.ref_text = "Login"}), ElementsAre(2));
  EXPECT_THAT(find({.ref_text = "heads"}), IsEmpty()) << "not in the name";
  EXPECT_THAT(find({.ref_text = "12"}), ElementsAre(4));
  EXPECT_THAT(find({.author_text = "octo"}), ElementsAre(3, 1));
  EXPECT_THAT(find({.author_text = "somebody"}), ElementsAre(4));
  EXPECT_THAT(find({.author_text = "octo", .text = "release"}), ElementsAre(3));
  EXPECT_THAT(find({.ref = "refs/heads/main", .author_text = "octo"}), ElementsAre(1));
  EXPECT_THAT(find({.states = {v1::STATE_ENQUEUED}}), ElementsAre(4, 3, 2, 1));
  EXPECT_THAT(find({.states = {v1::STATE_SUCCESS, v1::STATE_ERROR}}), IsEmpty());
  const std::string commit = builds_->Get(1, 2)->commit().substr(0, 8);
  EXPECT_THAT(find({.text = commit}), ::testing::Contains(2));

  const auto first = builds_->List(1, {.author_text = "octo"}, 0, 1);
  EXPECT_EQ(first->builds.at(0).number(), 3);
  EXPECT_EQ(first->next_before, 3);
  EXPECT_EQ(builds_->List(1, {.author_text = "octo"}, 3, 1)->builds.at(0).number(), 1);
  EXPECT_EQ(builds_->List(7, {.text = "x"}, 0, 1)->builds.size(), 0u);
}

// A page of a rare filter takes a bounded time, however many builds there are.
TEST_F(StoresTest, AFilterThatFindsNothingForLongAnswersInParts) {
  v1::CreateBuildRequest needle = Request("needle");
  needle.mutable_author()->set_login("octo");
  ASSERT_TRUE(Create(1, needle).ok());
  ASSERT_TRUE(pool_
                  .Transact([](pqxx::work& tx) {
                    tx.exec0(
                        "INSERT INTO builds (project_id, number, request_id, repository, ref, "
                        "  commit, commit_url, message, author_name, author_login, author_avatar, "
                        "  revision) "
                        "SELECT project_id, n, 'r' || n, repository, ref, commit, commit_url, "
                        "  'hay', 'x', '', '', n FROM builds, generate_series(2, 25000) AS n");
                    tx.exec0("UPDATE projects SET last_number = 25000");
                    return absl::OkStatus();
                  })
                  .ok());
  std::vector<int64_t> parts;
  std::vector<int64_t> found;
  int64_t before = 0;
  do {
    const auto page = builds_->List(1, {.author_text = "octo"}, before, 10);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const v1::Build& build : page->builds) found.push_back(build.number());
    before = page->next_before;
    parts.push_back(before);
    ASSERT_LT(parts.size(), 10u);
  } while (before > 0);
  EXPECT_THAT(parts, ElementsAre(15'001, 5'001, 0));
  EXPECT_THAT(found, ElementsAre(1));
}

TEST_F(StoresTest, ABuildThatTheDatabaseRefusesHarmsNoneThatCameWithIt) {
  constexpr int kThreads = 8;
  std::vector<std::thread> threads;
  std::vector<absl::StatusOr<v1::Build>> builds(size_t{kThreads}, absl::UnknownError("none"));
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      v1::CreateBuildRequest request = Request(absl::StrCat(t));
      // No label has such a byte; the database takes it in no text.
      if (t % 2 == 1) request.mutable_jobs(0)->add_labels("\xff");
      builds[t] = Create(1, request);
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<int64_t> numbers;
  for (int t = 0; t < kThreads; ++t) {
    ASSERT_EQ(builds[t].ok(), t % 2 == 0) << builds[t].status();
    if (builds[t].ok()) numbers.insert(builds[t]->number());
  }
  EXPECT_EQ(numbers, (std::set<int64_t>{1, 2, 3, 4}));
}

TEST_F(StoresTest, TheSameRequestAnswersTheSameBuild) {
  const auto first = Create(1, Request("a", 2));
  const auto again = Create(1, Request("a", 2));
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  EXPECT_EQ(first->name(), "projects/1/builds/1");
  EXPECT_THAT(first->jobs(), SizeIs(2));
  EXPECT_EQ(first->jobs(1).name(), "projects/1/builds/1/jobs/2");
  EXPECT_EQ(first->state(), v1::STATE_ENQUEUED);
}

TEST_F(StoresTest, ProjectsCountForThemselves) {
  EXPECT_EQ(Create(1, Request("a"))->number(), 1);
  EXPECT_EQ(Create(2, Request("a"))->number(), 1);
  EXPECT_EQ(Create(1, Request("b"))->number(), 2);
  EXPECT_THAT(*builds_->ListLatest({1, 2, 3}, BuildStore::Form::kWhole), SizeIs(2));
  EXPECT_EQ(builds_->Get(3, 1).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(StoresTest, ChangesAreThoseAfterTheRevision) {
  ASSERT_TRUE(Create(1, Request("a")).ok());
  const auto first = builds_->ListChanges(1, 0, 50);
  EXPECT_THAT(first->builds, SizeIs(1));
  EXPECT_THAT(builds_->ListChanges(1, first->revision, 50)->builds, IsEmpty());
  ASSERT_TRUE(Create(1, Request("b")).ok());
  const auto second = builds_->ListChanges(1, first->revision, 50);
  ASSERT_THAT(second->builds, SizeIs(1));
  EXPECT_EQ(second->builds[0].number(), 2);
  EXPECT_GT(second->revision, first->revision);
}

TEST_F(StoresTest, AJobsLifeLeadsToOnePendingAndOneVerdict) {
  ASSERT_TRUE(Create(1, Request("a")).ok());
  OpenSession("one", "s1");
  const GrantedLease lease = Grant("s1", "r1");
  EXPECT_EQ(lease.key.Name(), "projects/1/builds/1/jobs/1/attempts/1");
  EXPECT_EQ(lease.repository, "octo/hello");
  EXPECT_EQ(BuildState(1), v1::STATE_PENDING);
  auto wishes = outbox_->Claim(10, kClaim);
  ASSERT_THAT(*wishes, SizeIs(1));
  EXPECT_EQ((*wishes)[0].description, "Kozmic build #1 is pending");
  EXPECT_EQ((*wishes)[0].target_url, "http://kozmic.test/projects/1/builds/1/");
  EXPECT_THAT(*outbox_->Claim(10, kClaim), IsEmpty()) << "claimed by another";
  ASSERT_TRUE(outbox_->Done((*wishes)[0], "").ok());

  ASSERT_TRUE(Finish("s1", lease.key, Exit(0)).ok());
  EXPECT_EQ(BuildState(1), v1::STATE_SUCCESS);
  wishes = outbox_->Claim(10, kClaim);
  ASSERT_THAT(*wishes, SizeIs(1));
  EXPECT_EQ((*wishes)[0].description, "Kozmic build #1 has passed");
  ASSERT_TRUE(outbox_->Done((*wishes)[0], "").ok());
  EXPECT_THAT(*outbox_->Claim(10, kClaim), IsEmpty());
  EXPECT_EQ(*outbox_->UntilNextDue(), absl::InfiniteDuration());

  const v1::Job job = builds_->Get(1, 1)->jobs(0);
  EXPECT_EQ(job.exit_code(), 0);
  EXPECT_TRUE(job.log().sealed());
  EXPECT_EQ(job.log().size(), 10);
  EXPECT_EQ(job.log().name(), "logs/1-1-1-1");
}

TEST_F(StoresTest, AVerdictReplacesAPendingThatWasNotYetPosted) {
  ASSERT_TRUE(Create(1, Request("a")).ok());
  OpenSession("one", "s1");
  const GrantedLease lease = Grant("s1", "r1");
  const auto pending = outbox_->Claim(10, kClaim);
  ASSERT_THAT(*pending, SizeIs(1));
  ASSERT_TRUE(Finish("s1", lease.key, Exit(3)).ok());
  EXPECT_THAT(*outbox_->Claim(10, kClaim), IsEmpty()) << "not beside a post in flight";
  ASSERT_TRUE(outbox_->Failed((*pending)[0], "GitHub is down", absl::Hours(1)).ok());
  const auto verdict = outbox_->Claim(10, kClaim);
  ASSERT_THAT(*verdict, SizeIs(1)) << "a newer wish does not wait for the older one's retry";
  EXPECT_EQ((*verdict)[0].description, "Kozmic build #1 has failed because of the \"Job 1\" job");
  EXPECT_EQ((*verdict)[0].failures, 0);
}

TEST_F(StoresTest, I10_AReplicaThatStoodStillHasTheNewestStatusLookedAtAgain) {
  ASSERT_TRUE(Create(1, Request("a")).ok());
  OpenSession("one", "s1");
  const GrantedLease lease = Grant("s1", "r1");
  // It stands still, and its claim runs out.
  const auto late = outbox_->Claim(10, absl::ZeroDuration());
  ASSERT_THAT(*late, SizeIs(1));
  ASSERT_TRUE(Finish("s1", lease.key, Exit(0)).ok());
  const auto verdict = outbox_->Claim(10, kClaim);
  ASSERT_THAT(*verdict, SizeIs(1));
  ASSERT_TRUE(outbox_->Done((*verdict)[0], "").ok());
  EXPECT_THAT(*outbox_->Claim(10, kClaim), IsEmpty());
  EXPECT_LT(*outbox_->UntilNextDue(), absl::Minutes(11)) << "even if it never says a word";
  EXPECT_GT(*outbox_->UntilNextDue(), absl::Minutes(9));
  // It posts its "pending" after the verdict, and says so.
  ASSERT_TRUE(outbox_->Done((*late)[0], "").ok());
  const auto again = outbox_->Claim(10, kClaim);
  ASSERT_THAT(*again, SizeIs(1));
  EXPECT_EQ((*again)[0].description, "Kozmic build #1 has passed");
  ASSERT_TRUE(outbox_->Done((*again)[0], "").ok());
  EXPECT_LT(*outbox_->UntilNextDue(), absl::Minutes(11));
}

TEST_F(StoresTest, I10_AStatusThatWasTakenOverIsLookedAtAgainAlsoWhenANewerOneComes) {
  ASSERT_TRUE(Create(1, Request("a")).ok());
  OpenSession("one", "s1");
  const GrantedLease lease = Grant("s1", "r1");
  ASSERT_THAT(*outbox_->Claim(10, absl::ZeroDuration()), SizeIs(1));
  const auto pending = outbox_->Claim(10, kClaim);
  ASSERT_THAT(*pending, SizeIs(1));
  ASSERT_TRUE(Finish("s1", lease.key, Exit(0)).ok());
  ASSERT_TRUE(outbox_->Done((*pending)[0], "").ok());
  const auto verdict = outbox_->Claim(10, kClaim);
  ASSERT_THAT(*verdict, SizeIs(1));
  ASSERT_TRUE(outbox_->Done((*verdict)[0], "").ok());
  EXPECT_LT(*outbox_->UntilNextDue(), absl::Minutes(11));
}

TEST_F(StoresTest, I10_ACommitOfTwoBranchesShowsTheWorstOfItsBuilds) {
  // `git push origin main main:release`: two builds of one commit.
  auto request = Request("a");
  ASSERT_TRUE(Create(1, request).ok());
  request.set_request_id("b");
  request.set_ref("refs/heads/release");
  ASSERT_TRUE(Create(1, request).ok());
  OpenSession("one", "s1");
  const GrantedLease first = Grant("s1", "r1");
  const GrantedLease second = Grant("s1", "r2");
  ASSERT_EQ(second.key.build, 2);
  const auto shown = [&] {
    const auto wishes = outbox_->Claim(10, kClaim);
    EXPECT_THAT(*wishes, SizeIs(1));
    EXPECT_TRUE(outbox_->Done((*wishes)[0], "").ok());
    return (*wishes)[0].description;
  };
  ASSERT_TRUE(Finish("s1", second.key, Exit(0)).ok());
  EXPECT_EQ(shown(), "Kozmic build #1 is pending") << "passed, but not yet for every branch";
  ASSERT_TRUE(Finish("s1", first.key, Exit(1)).ok());
  EXPECT_EQ(shown(), "Kozmic build #1 has failed because of the \"Job 1\" job");
}

TEST_F(StoresTest, AFailedPostWaits) {
  ASSERT_TRUE(Create(1, Request("a")).ok());
  OpenSession("one", "s1");
  Grant("s1", "r1");
  const auto wishes = outbox_->Claim(10, kClaim);
  ASSERT_TRUE(outbox_->Failed((*wishes)[0], "GitHub is down", absl::Hours(1)).ok());
  EXPECT_THAT(*outbox_->Claim(10, kClaim), IsEmpty());
  EXPECT_GT(*outbox_->UntilNextDue(), absl::Minutes(59));
}

TEST_F(StoresTest, TheSameLeaseRequestGetsTheSameLease) {
  ASSERT_TRUE(Create(1, Request("a", 2)).ok());
  OpenSession("one", "s1");
  EXPECT_EQ(Grant("s1", "r1").key.job, 1);
  EXPECT_EQ(Grant("s1", "r1").key.job, 1);
  EXPECT_EQ(Grant("s1", "r2").key.job, 2);
  EXPECT_FALSE((*TryGrant("s1", "r3")).has_value());
}

TEST_F(StoresTest, I5_NoJobIsGrantedTwice) {
  ASSERT_TRUE(Create(1, Request("a", 60)).ok());
  std::vector<std::thread> threads;
  absl::Mutex mutex;
  std::set<int64_t> granted;
  for (int t = 0; t < 6; ++t) {
    OpenSession(absl::StrCat("runner", t), absl::StrCat("s", t));
  }
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0;; ++i) {
        const auto lease = TryGrant(absl::StrCat("s", t), absl::StrCat("r", i));
        ASSERT_TRUE(lease.ok()) << lease.status();
        if (!lease->has_value()) return;
        absl::MutexLock lock(&mutex);
        EXPECT_TRUE(granted.insert((*lease)->key.job).second);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(granted, SizeIs(60));
}

TEST_F(StoresTest, ANewSessionSupersedesTheOldAndKeepsItsLeases) {
  ASSERT_TRUE(Create(1, Request("a")).ok());
  OpenSession("one", "s1");
  const GrantedLease lease = Grant("s1", "r1");
  const auto held = Open("one", "s2");
  ASSERT_THAT(*held, SizeIs(1));
  EXPECT_EQ((*held)[0].key.Name(), lease.key.Name());
  EXPECT_EQ(Reason(TryGrant("s1", "r2").status()), "stale_session");
  EXPECT_EQ(Reason(Renew("s1", {}).status()), "stale_session");
  EXPECT_EQ(Reason(Finish("s1", lease.key, Exit(0))), "stale_session");
  EXPECT_TRUE(Finish("s2", lease.key, Exit(0)).ok());
}

TEST_F(StoresTest, FinishIsIdempotentAndTheFirstResultStands) {
  ASSERT_TRUE(Create(1, Request("a")).ok());
  OpenSession("one", "s1");
  const GrantedLease lease = Grant("s1", "r1");
  EXPECT_TRUE(Finish("s1", lease.key, Exit(0)).ok());
  EXPECT_TRUE(Finish("s1", lease.key, Exit(0)).ok());
  EXPECT_EQ(Reason(Finish("s1", lease.key, Exit(1))), "stale_fence");
  EXPECT_EQ(BuildState(1), v1::STATE_SUCCESS);
}

TEST_F(StoresTest, I6_AStaleFenceChangesNothing) {
  ASSERT_TRUE(Create(1, Request("a")).ok());
  OpenSession("one", "s1");
  OpenSession("two", "s2");
  const GrantedLease first = Grant("s1", "r1");
  ExpireLeases();
  const auto lost = TakeLost();
  ASSERT_THAT(*lost, SizeIs(1));
  // Declared lost: it cannot come back, even before its job is dealt with.
  EXPECT_THAT(*Renew("s1", {{first.key, runner::v1::PHASE_SCRIPT}}), ElementsAre(std::nullopt));
  EXPECT_EQ(Reason(Finish("s1", first.key, Exit(0))), "stale_fence");
  ASSERT_TRUE(leases_->Requeue((*lost)[0].key, Exit(1)).ok());
  EXPECT_EQ(Reason(leases_->Requeue((*lost)[0].key, Exit(1))), "stale_fence") << "only once";

  const GrantedLease second = Grant("s2", "r1");
  EXPECT_EQ(second.key.attempt, 2);
  EXPECT_EQ(Reason(Finish("s1", first.key, Exit(0))), "stale_fence");
  EXPECT_EQ(Reason(leases_->GetLive("s1", first.key).status()), "stale_fence");
  EXPECT_TRUE(leases_->GetLive("s2", second.key).ok());
  const auto live = leases_->CheckLive({{"s1", first.key},
                                        {"s2", second.key},
                                        {"s1", second.key},
                                        {"nobody", second.key},
                                        {"s2", {1, 99, 1, 1}}});
  ASSERT_TRUE(live.ok());
  for (const size_t stale : {0, 2, 3, 4}) EXPECT_EQ(Reason((*live)[stale]), "stale_fence") << stale;
  EXPECT_TRUE((*live)[1].ok()) << (*live)[1];
  EXPECT_EQ(Reason(Finish("s1", second.key, Exit(0))), "stale_fence") << "not its own";
  EXPECT_EQ(BuildState(1), v1::STATE_PENDING);
  EXPECT_TRUE(Finish("s2", second.key, Exit(0)).ok());
  EXPECT_EQ(BuildState(1), v1::STATE_SUCCESS);
}

TEST_F(StoresTest, ALostScriptEndsAsAnError) {
  ASSERT_TRUE(Create(1, Request("a")).ok());
  OpenSession("one", "s1");
  const GrantedLease lease = Grant("s1", "r1");
  const auto renewed = Renew("s1", {{lease.key, runner::v1::PHASE_SCRIPT}});
  ASSERT_TRUE((*renewed)[0].has_value());
  EXPECT_THAT(*TakeLost(), IsEmpty());
  ExpireLeases();
  const auto lost = TakeLost();
  ASSERT_THAT(*lost, SizeIs(1));
  EXPECT_EQ((*lost)[0].facts.phase, runner::v1::PHASE_SCRIPT);
  AttemptEnd end;
  end.reason = "Runner lost.";
  ASSERT_TRUE(leases_->FinishLost(lease.key, end).ok());
  EXPECT_EQ(BuildState(1), v1::STATE_ERROR);
  EXPECT_EQ(builds_->Get(1, 1)->jobs(0).reason(), "Runner lost.");
}

TEST_F(StoresTest, PhasesShowWhenTheyBeganAndNeverGoBack) {
  ASSERT_TRUE(Create(1, Request("a")).ok());
  OpenSession("one", "s1");
  const GrantedLease lease = Grant("s1", "r1");
  for (const auto phase : {runner::v1::PHASE_PULL, runner::v1::PHASE_SCRIPT,
                           runner::v1::PHASE_FETCH, runner::v1::PHASE_SCRIPT}) {
    ASSERT_TRUE((*Renew("s1", {{lease.key, phase}}))[0].has_value());
  }
  const v1::Job job = builds_->Get(1, 1)->jobs(0);
  std::vector<std::string> names;
  for (const v1::Phase& phase : job.phases()) names.push_back(phase.name());
  EXPECT_THAT(names, ElementsAre("pull", "fetch", "script"));
  ExpireLeases();
  EXPECT_EQ((*TakeLost())[0].facts.phase, runner::v1::PHASE_SCRIPT);
}

// N7: also those that were over before the runner was heard of.
TEST_F(StoresTest, N7PhasesBeginWhenTheRunnerSaysThatTheyDid) {
  ASSERT_TRUE(Create(1, Request("a")).ok());
  OpenSession("one", "s1");
  const GrantedLease lease = Grant("s1", "r1");
  ASSERT_TRUE((*Renew("s1", {{lease.key,
                              runner::v1::PHASE_SCRIPT,
                              {{runner::v1::PHASE_PULL, {absl::Milliseconds(2500), 0}},
                               {runner::v1::PHASE_FETCH, {absl::Milliseconds(1250)}},
                               {runner::v1::PHASE_SCRIPT, {absl::ZeroDuration(), 120}}}}}))[0]
                  .has_value());
  // What was said first counts.
  ASSERT_TRUE((*Renew(
      "s1",
      {{lease.key, runner::v1::PHASE_SCRIPT, {{runner::v1::PHASE_PULL, {absl::Hours(1), 90}}}}}))[0]
                  .has_value());
  const v1::Job job = builds_->Get(1, 1)->jobs(0);
  ASSERT_THAT(job.phases(), SizeIs(3));
  const auto micros = [&](int i) {
    return job.phases(i).start_time().seconds() * 1'000'000 +
           job.phases(i).start_time().nanos() / 1000;
  };
  EXPECT_EQ(job.phases(0).name(), "pull");
  EXPECT_EQ(micros(1) - micros(0), 1'250'000);
  EXPECT_EQ(micros(2) - micros(1), 1'250'000);
  EXPECT_EQ(job.phases(2).name(), "script");
  EXPECT_TRUE(job.phases(0).has_log_offset());
  EXPECT_EQ(job.phases(0).log_offset(), 0);
  EXPECT_FALSE(job.phases(1).has_log_offset());
  EXPECT_EQ(job.phases(2).log_offset(), 120);
}

}  // namespace
}  // namespace kozmic::build
