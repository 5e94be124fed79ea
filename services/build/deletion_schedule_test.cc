// Random schedules of a project's deletion among builds, leases, verdicts and statuses of that
// project and another. K13, I4, I5, I6

#include <atomic>
#include <deque>
#include <functional>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/status/annotate.h"
#include "services/build/stores_fixture.h"

namespace kozmic::build {
namespace {

using ::testing::AnyOf;
using ::testing::Eq;
using ::testing::IsEmpty;

constexpr uint32_t kSeeds = 200;
constexpr int kSteps = 8;
constexpr int64_t kDoomed = 1;
constexpr int64_t kOther = 2;

class DeletionScheduleTest : public StoresFixture {
 protected:
  // A random walk of one actor; its steps are the seed's, how they meet the others' is chance.
  using Dice = std::mt19937;

  void Reset() {
    ASSERT_TRUE(pool_
                    .Autocommit([](pqxx::nontransaction& tx) {
                      tx.exec0(
                          "TRUNCATE projects, builds, jobs, attempts, status_outbox, runners, "
                          "notices, messages, "
                          "notification_hooks, settings_changes, installs, install_removals "
                          "RESTART IDENTITY");
                      return absl::OkStatus();
                    })
                    .ok());
    marked_ = false;
    created_ = 0;
    verdicts_ = 0;
    absl::MutexLock lock(&mutex_);
    doomed_leases_.clear();
  }

  void Creator(Dice dice) {
    for (int i = 0; i < kSteps; ++i) {
      const bool doomed = dice() % 2 == 0;
      const bool marked = marked_;
      const auto build = Create(doomed ? kDoomed : kOther,
                                Request(absl::StrCat(i), 1 + static_cast<int>(dice() % 3)));
      if (doomed) {
        if (marked) {
          EXPECT_EQ(build.status().code(), absl::StatusCode::kNotFound);
        } else {
          EXPECT_THAT(build.status().code(),
                      AnyOf(absl::StatusCode::kOk, absl::StatusCode::kNotFound));
        }
      } else {
        EXPECT_TRUE(build.ok()) << build.status();
        ++created_;
      }
    }
  }

  void Runner(Dice dice, const std::string& name) {
    std::deque<GrantedLease> held;
    for (int i = 0; i < 2 * kSteps; ++i) {
      if (held.empty() || dice() % 2 == 0) {
        const bool marked = marked_;
        auto lease = TryGrant(name, absl::StrCat(i));
        ASSERT_TRUE(lease.ok()) << lease.status();
        if (!lease->has_value()) continue;
        if ((*lease)->key.project == kDoomed) {
          EXPECT_FALSE(marked) << "a job of a deleted project was granted";
          absl::MutexLock lock(&mutex_);
          doomed_leases_.emplace_back(name, **lease);
        }
        held.push_back(*std::move(*lease));
      } else if (dice() % 3 == 0) {
        Renew(dice, name, held);
      } else {
        Finish(name, held.front());
        held.pop_front();
      }
    }
  }

  void Renew(Dice& dice, const std::string& name, const std::deque<GrantedLease>& held) {
    std::vector<LeaseStore::Renewal> renewals;
    for (const GrantedLease& lease : held) {
      renewals.push_back({lease.key, static_cast<runner::v1::Phase>(1 + dice() % 5)});
    }
    const bool marked = marked_;
    const auto expiries = StoresFixture::Renew(name, renewals);
    ASSERT_TRUE(expiries.ok()) << expiries.status();
    for (size_t i = 0; i < renewals.size(); ++i) {
      if (renewals[i].key.project == kOther) {
        EXPECT_TRUE((*expiries)[i].has_value()) << "a lease of the other project was lost";
      } else if (marked) {
        EXPECT_FALSE((*expiries)[i].has_value());
      }
    }
  }

  void Finish(const std::string& name, const GrantedLease& lease) {
    const bool marked = marked_;
    const absl::Status live = leases_->GetLive(name, lease.key).status();
    const absl::Status ended = StoresFixture::Finish(name, lease.key, Exit(0));
    if (lease.key.project == kOther) {
      EXPECT_TRUE(live.ok()) << live;
      EXPECT_TRUE(ended.ok()) << ended;
      ++verdicts_;
      return;
    }
    for (const absl::Status& status : {live, ended}) {
      if (marked || !status.ok()) {
        EXPECT_EQ(Reason(status), "stale_fence") << status;
      }
    }
  }

  // Lets leases of the doomed project run out, and deals with what is lost.
  void Sweeper(Dice dice) {
    for (int i = 0; i < kSteps; ++i) {
      // Locked in the order in which everyone locks attempts.
      const absl::Status expired = pool_.Autocommit([](pqxx::nontransaction& tx) {
        tx.exec_params0(
            "WITH chosen AS (SELECT job_id, attempt FROM attempts WHERE job_id IN ("
            "    SELECT job_id FROM jobs WHERE project_id = $1 LIMIT 2) "
            "  ORDER BY job_id, attempt FOR UPDATE) "
            "UPDATE attempts a SET lease_expire_time = now() - interval '1 s' FROM chosen c "
            "WHERE a.job_id = c.job_id AND a.attempt = c.attempt",
            kDoomed);
        return absl::OkStatus();
      });
      ASSERT_TRUE(expired.ok()) << expired;
      const bool marked = marked_;
      const auto lost = TakeLost();
      ASSERT_TRUE(lost.ok()) << lost.status();
      if (marked) {
        EXPECT_THAT(*lost, IsEmpty());
      }
      for (const LostAttempt& attempt : *lost) {
        ASSERT_EQ(attempt.key.project, kDoomed);
        const absl::Status status = dice() % 2 == 0 ? leases_->Requeue(attempt.key, Exit(1))
                                                    : leases_->FinishLost(attempt.key, Exit(1));
        if (!status.ok()) {
          EXPECT_EQ(Reason(status), "stale_fence") << status;
        }
      }
    }
  }

  void Reporter(Dice dice) {
    for (int i = 0; i < kSteps; ++i) {
      const bool marked = marked_;
      const auto wishes = outbox_->Claim(2, kClaim);
      ASSERT_TRUE(wishes.ok()) << wishes.status();
      for (const StatusWish& wish : *wishes) {
        EXPECT_FALSE(marked && wish.project == kDoomed) << "a status would be posted";
        const absl::Status told = dice() % 2 == 0
                                      ? outbox_->Done(wish, "")
                                      : outbox_->Failed(wish, "no", absl::ZeroDuration());
        EXPECT_TRUE(told.ok()) << told;
      }
    }
  }

  void Deleter(Dice dice) {
    // Somewhere in the middle of the others' steps.
    for (uint32_t i = dice() % 12; i > 0; --i) Count("projects");
    ASSERT_TRUE(deletions_->MarkDeleted(kDoomed).ok());
    marked_ = true;
    for (int parts = 0; parts < 100; ++parts) {
      const auto nothing_left = deletions_->RemovePart(kDoomed);
      ASSERT_TRUE(nothing_left.ok()) << nothing_left.status();
      if (*nothing_left) return;
    }
    ADD_FAILURE() << "the removal does not end";
  }

  void ExpectNothingLeftAndNothingComesBack() {
    EXPECT_EQ(Count("builds WHERE project_id = 1"), 0);
    EXPECT_EQ(Count("status_outbox WHERE project_id = 1"), 0);
    EXPECT_EQ(Count("jobs WHERE build_id NOT IN (SELECT build_id FROM builds)"), 0);
    EXPECT_EQ(Count("attempts WHERE job_id NOT IN (SELECT job_id FROM jobs)"), 0);
    EXPECT_EQ(Count("projects WHERE project_id = 1 AND delete_time IS NOT NULL"), 1);

    absl::MutexLock lock(&mutex_);
    for (const auto& [name, lease] : doomed_leases_) {
      EXPECT_EQ(Reason(StoresFixture::Finish(name, lease.key, Exit(0))), "stale_fence");
      EXPECT_FALSE(
          (*StoresFixture::Renew(name, {{lease.key, runner::v1::PHASE_SCRIPT}}))[0].has_value());
    }
    EXPECT_EQ(Create(kDoomed, Request("late")).status().code(), absl::StatusCode::kNotFound);
    EXPECT_EQ(Count("builds WHERE project_id = 1"), 0);
  }

  void ExpectTheOtherProjectUntouched() {
    const std::vector<v1::Build> builds = builds_->List(kOther, {}, 0, 100)->builds;
    ASSERT_EQ(static_cast<int>(builds.size()), created_);
    int successes = 0;
    for (size_t i = 0; i < builds.size(); ++i) {
      EXPECT_EQ(builds[i].number(), static_cast<int64_t>(builds.size() - i));
      for (const v1::Job& job : builds[i].jobs()) {
        if (job.state() == v1::STATE_SUCCESS) ++successes;
        EXPECT_LE(job.attempt(), 1) << "nobody's lease ran out";
      }
    }
    EXPECT_EQ(successes, verdicts_);
    EXPECT_EQ(Count("attempts WHERE state = 2"), Count("jobs WHERE state = 2"));
  }

  // MarkDeleted has returned somewhere.
  std::atomic<bool> marked_{false};
  // Builds of the other project, and its jobs that were finished.
  std::atomic<int> created_{0};
  std::atomic<int> verdicts_{0};
  absl::Mutex mutex_;
  // With the session that was granted them.
  std::vector<std::pair<std::string, GrantedLease>> doomed_leases_ ABSL_GUARDED_BY(mutex_);
};

TEST_F(DeletionScheduleTest, WhateverGoesOnNothingIsLeftAndNobodyElseNotices) {
  int grants = 0;
  for (uint32_t seed = 1; seed <= kSeeds && !HasFailure(); ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Reset();
    OpenSession("one", "s1");
    OpenSession("two", "s2");
    const auto dice = [seed](uint32_t actor) {
      std::seed_seq sequence{seed, actor};
      return Dice(sequence);
    };
    std::vector<std::thread> actors;
    actors.emplace_back([&] { Creator(dice(1)); });
    actors.emplace_back([&] { Runner(dice(2), "s1"); });
    actors.emplace_back([&] { Runner(dice(3), "s2"); });
    actors.emplace_back([&] { Sweeper(dice(4)); });
    actors.emplace_back([&] { Reporter(dice(5)); });
    // Two replicas are asked.
    actors.emplace_back([&] { Deleter(dice(6)); });
    actors.emplace_back([&] { Deleter(dice(7)); });
    for (std::thread& actor : actors) actor.join();
    ExpectNothingLeftAndNothingComesBack();
    ExpectTheOtherProjectUntouched();
    absl::MutexLock lock(&mutex_);
    grants += static_cast<int>(doomed_leases_.size());
  }
  EXPECT_GT(grants, 0) << "the deletion always came first: nothing was tried";
}

}  // namespace
}  // namespace kozmic::build
