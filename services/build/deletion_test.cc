// A project's deletion, as every store sees it. K13

#include <functional>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/status/annotate.h"
#include "services/build/stores_fixture.h"

namespace kozmic::build {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr absl::Duration kDeadline = absl::Seconds(30);

class DeletionTest : public StoresFixture {
 protected:
  DeletionTest() {
    OpenSession("one", "s1");
    OpenSession("two", "s2");
  }

  // The parts it took.
  int Remove(int64_t project) {
    for (int parts = 1; parts <= 100; ++parts) {
      const auto nothing_left = deletions_->RemovePart(project);
      EXPECT_TRUE(nothing_left.ok()) << nothing_left.status();
      if (nothing_left.value_or(true)) return parts;
    }
    ADD_FAILURE() << "the removal does not end";
    return 0;
  }

  // Runs `operation` in the middle of the deletion of project 1: it has to wait for the lock under
  // which the project is being marked, and goes on when the mark is committed.
  void WhileMarking(const std::function<void()>& operation) {
    pqxx::connection connection(url_);
    pqxx::work marking(connection);
    marking.exec0("UPDATE projects SET delete_time = now() WHERE project_id = 1");
    std::thread waiting(operation);
    const absl::Time deadline = absl::Now() + kDeadline;
    while (Count("pg_locks WHERE NOT granted") == 0 && absl::Now() < deadline) {
    }
    EXPECT_EQ(Count("pg_locks WHERE NOT granted"), 1) << "it did not wait";
    marking.commit();
    waiting.join();
  }

  void ExpectNothingLeftOf(int64_t project) {
    EXPECT_EQ(Count(absl::StrCat("builds WHERE project_id = ", project)), 0);
    EXPECT_EQ(Count(absl::StrCat("status_outbox WHERE project_id = ", project)), 0);
    EXPECT_EQ(Count("jobs LEFT JOIN builds USING (build_id) WHERE builds.build_id IS NULL"), 0);
    EXPECT_EQ(Count("attempts LEFT JOIN jobs USING (job_id) WHERE jobs.job_id IS NULL"), 0);
  }
};

TEST_F(DeletionTest, NothingOfTheProjectIsLeftAndTheOthersAreUntouched) {
  for (const int project : {1, 12, 2}) {
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(Create(project, Request(absl::StrCat("b", i), 2)).ok());
    }
  }
  const GrantedLease ended = Grant("s1", "r1");
  ASSERT_EQ(ended.key.project, 1);
  ASSERT_TRUE(Finish("s1", ended.key, Exit(0)).ok());
  // Projects take turns.
  ASSERT_EQ(Grant("s1", "r2").key.project, 12);
  ASSERT_EQ(Grant("s1", "r3").key.project, 2);
  ASSERT_EQ(Grant("s1", "r4").key.project, 1);
  const std::string other = builds_->Get(12, 3)->SerializeAsString();

  ASSERT_TRUE(deletions_->MarkDeleted(1).ok());
  Remove(1);
  ExpectNothingLeftOf(1);
  EXPECT_EQ(Count("builds"), 6);
  EXPECT_EQ(Count("jobs"), 12);
  EXPECT_EQ(builds_->Get(12, 3)->SerializeAsString(), other);
  EXPECT_EQ(Grant("s1", "r5").key.project, 12);
  EXPECT_EQ((*outbox_->Claim(10, kClaim))[0].project, 12);
}

TEST_F(DeletionTest, FromTheMarkOnNothingIsThereThoughNothingIsRemovedYet) {
  ASSERT_TRUE(Create(1, Request("a", 4)).ok());
  const GrantedLease ended = Grant("s1", "r1");
  ASSERT_TRUE(Finish("s1", ended.key, Exit(0)).ok());
  const GrantedLease live = Grant("s1", "r2");
  const GrantedLease lost = Grant("s2", "r1");
  ASSERT_TRUE(pool_
                  .Autocommit([](pqxx::nontransaction& tx) {
                    tx.exec0(
                        "UPDATE attempts SET lease_expire_time = now() - interval '1 s' "
                        "WHERE runner = 'two'");
                    return absl::OkStatus();
                  })
                  .ok());
  ASSERT_THAT(*TakeLost(), SizeIs(1));
  ASSERT_TRUE(deletions_->MarkDeleted(1).ok());

  EXPECT_EQ(Create(1, Request("b")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Create(1, Request("a", 4)).status().code(), absl::StatusCode::kNotFound)
      << "asked for again";
  EXPECT_EQ(builds_->Get(1, 1).status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(builds_->List(1, {}, 0, 10)->builds, IsEmpty());
  EXPECT_THAT(*builds_->ListLatest({1}, BuildStore::Form::kWhole), IsEmpty());
  EXPECT_EQ(builds_->ListChanges(1, 0, 10).status().code(), absl::StatusCode::kNotFound);

  EXPECT_FALSE((*TryGrant("s1", "r3")).has_value()) << "a queued job is left";
  EXPECT_FALSE((*TryGrant("s1", "r2")).has_value()) << "the same request again";
  EXPECT_THAT(
      *Renew("s1", {{live.key, runner::v1::PHASE_STARTING}, {live.key, runner::v1::PHASE_SCRIPT}}),
      ElementsAre(std::nullopt, std::nullopt));
  EXPECT_EQ(Reason(leases_->GetLive("s1", live.key).status()), "stale_fence");
  EXPECT_EQ(Reason(Finish("s1", live.key, Exit(0))), "stale_fence");
  EXPECT_EQ(Reason(Finish("s1", ended.key, Exit(0))), "stale_fence") << "repeated";
  EXPECT_THAT(*Open("one", "s3"), IsEmpty());
  EXPECT_THAT(*TakeLost(), IsEmpty());
  EXPECT_EQ(Reason(leases_->Requeue(lost.key, Exit(1))), "stale_fence");
  EXPECT_EQ(Reason(leases_->FinishLost(lost.key, Exit(1))), "stale_fence");

  EXPECT_THAT(*outbox_->Claim(10, kClaim), IsEmpty());
  EXPECT_EQ(*outbox_->UntilNextDue(), absl::InfiniteDuration());
}

TEST_F(DeletionTest, ALeaseRequestWhoseJobWasTakenAwayGetsAnother) {
  ASSERT_TRUE(Create(1, Request("a")).ok());
  ASSERT_TRUE(Create(2, Request("a")).ok());
  ASSERT_EQ(Grant("s1", "r1").key.project, 1);
  ASSERT_TRUE(deletions_->MarkDeleted(1).ok());
  EXPECT_FALSE((*TryGrant("s1", "r1")).has_value());
  Remove(1);
  EXPECT_EQ(Grant("s1", "r1").key.project, 2);
}

TEST_F(DeletionTest, EachPartIsBoundedAndTakesTheNewestBuilds) {
  for (int i = 0; i < 45; ++i) {
    ASSERT_TRUE(Create(1, Request(absl::StrCat("b", i))).ok());
  }
  ASSERT_TRUE(deletions_->MarkDeleted(1).ok());
  EXPECT_FALSE(*deletions_->RemovePart(1));
  EXPECT_EQ(Count("builds"), 25);
  EXPECT_EQ(Count("builds WHERE number > 25"), 0);
  EXPECT_EQ(Remove(1), 3);
  ExpectNothingLeftOf(1);
}

TEST_F(DeletionTest, ADeletedProjectNeverComesBackAlsoIfItWasNeverBuilt) {
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(deletions_->MarkDeleted(1).ok());
    EXPECT_EQ(Remove(1), 1);
    EXPECT_EQ(Create(1, Request("a")).status().code(), absl::StatusCode::kNotFound);
  }
  ExpectNothingLeftOf(1);
  EXPECT_EQ(Count("projects"), 1) << "the mark stays";
}

TEST_F(DeletionTest, ABuildThatIsCreatedMeanwhileIsNot) {
  ASSERT_TRUE(Create(1, Request("a")).ok());
  WhileMarking(
      [&] { EXPECT_EQ(Create(1, Request("b")).status().code(), absl::StatusCode::kNotFound); });
  EXPECT_EQ(Count("builds"), 1);
}

TEST_F(DeletionTest, ARunnerThatIsGrantedAJobMeanwhileGetsOneOfAnotherProject) {
  ASSERT_TRUE(Create(1, Request("a")).ok());
  ASSERT_TRUE(Create(2, Request("a")).ok());
  WhileMarking([&] { EXPECT_EQ(Grant("s1", "r1").key.project, 2); });
  EXPECT_EQ(Count("attempts"), 1);
}

TEST_F(DeletionTest, AJobThatIsFinishedMeanwhileIsNotAndWishesNoStatus) {
  ASSERT_TRUE(Create(1, Request("a")).ok());
  const GrantedLease lease = Grant("s1", "r1");
  WhileMarking([&] { EXPECT_EQ(Reason(Finish("s1", lease.key, Exit(0))), "stale_fence"); });
  EXPECT_EQ(Count("attempts WHERE state = 2"), 1);
  EXPECT_EQ(Count("status_outbox WHERE state <> 2"), 0);
}

TEST_F(DeletionTest, AJobThatBeginsItsScriptMeanwhileIsLost) {
  ASSERT_TRUE(Create(1, Request("a")).ok());
  ASSERT_TRUE(Create(2, Request("a")).ok());
  const GrantedLease lease = Grant("s1", "r1");
  const GrantedLease other = Grant("s1", "r2");
  WhileMarking([&] {
    const auto expiries =
        Renew("s1", {{lease.key, runner::v1::PHASE_SCRIPT}, {other.key, runner::v1::PHASE_SCRIPT}});
    ASSERT_TRUE(expiries.ok()) << expiries.status();
    EXPECT_FALSE((*expiries)[0].has_value());
    EXPECT_TRUE((*expiries)[1].has_value()) << "the other job goes on";
  });
}

TEST_F(DeletionTest, APostOfAStatusThatIsUnderWayDoesNotHoldTheDeletionUp) {
  ASSERT_TRUE(Create(1, Request("a")).ok());
  Grant("s1", "r1");
  const auto wishes = outbox_->Claim(10, kClaim);
  ASSERT_THAT(*wishes, SizeIs(1));
  ASSERT_TRUE(deletions_->MarkDeleted(1).ok());
  Remove(1);
  EXPECT_TRUE(outbox_->Failed((*wishes)[0], "NOT_FOUND", absl::ZeroDuration()).ok());
  EXPECT_TRUE(outbox_->Done((*wishes)[0], "").ok());
  ExpectNothingLeftOf(1);
}

}  // namespace
}  // namespace kozmic::build
