// What every ReconcileStore must keep, on a real PostgreSQL.

#include "services/project/webhooks/reconcile_store.h"

#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lib/testing/postgres.h"
#include "services/project/access/postgres_access_store.h"
#include "services/project/hooks/postgres_hook_store.h"
#include "services/project/projects/postgres_project_store.h"
#include "services/project/webhooks/postgres_delivery_store.h"
#include "services/project/webhooks/postgres_reconcile_store.h"

namespace kozmic::project {
namespace {

constexpr absl::Duration kClaim = absl::Hours(1);

class ReconcileStoreTest : public ::testing::Test {
 protected:
  ReconcileStoreTest() {
    PostgresProjectStore projects(pool_);
    project_ = projects.AddProject({.repository_id = 9}, 1)->project_id;
    EXPECT_TRUE(projects.FinishProject(project_, {}, absl::Hours(1)).ok());
  }

  int64_t AddHook(int64_t github_hook_id) {
    const int64_t hook = *hooks_.NextHookId();
    EXPECT_TRUE(
        hooks_.AddHook({.hook_id = hook, .project_id = project_}, "sealed", {}, false).ok());
    if (github_hook_id != 0) {
      EXPECT_TRUE(hooks_.ActivateHook(hook, github_hook_id).ok());
    }
    return hook;
  }
  // 0: none.
  int64_t Claim() {
    const auto claim = store_.ClaimHook(kClaim);
    EXPECT_TRUE(claim.ok()) << claim.status();
    return claim.ok() && claim->has_value() ? (*claim)->hook_id : 0;
  }

  PostgresPool pool_{{.url = SharedTestPostgres().CreateDatabase("project"), .size = 8}};
  PostgresHookStore hooks_{pool_};
  PostgresReconcileStore store_{pool_};
  int64_t project_ = 0;
};

TEST_F(ReconcileStoreTest, I3EachHookIsLookedAtByOneAtATime) {
  std::set<int64_t> hooks;
  for (int i = 1; i <= 12; ++i) hooks.insert(AddHook(i));
  EXPECT_EQ(Claim(), 0) << "nothing is missed of a new hook";
  ASSERT_TRUE(store_.WantAll().ok());
  absl::Mutex mutex;
  std::multiset<int64_t> claimed;
  std::vector<std::thread> replicas;
  for (int i = 0; i < 4; ++i) {
    replicas.emplace_back([&] {
      PostgresReconcileStore store(pool_);
      for (;;) {
        const auto claim = store.ClaimHook(kClaim);
        ASSERT_TRUE(claim.ok()) << claim.status();
        // Another's claim under way is passed over, so this may end early.
        if (!claim->has_value()) return;
        absl::MutexLock lock(&mutex);
        claimed.insert((*claim)->hook_id);
      }
    });
  }
  for (std::thread& replica : replicas) replica.join();
  for (int64_t rest = Claim(); rest != 0; rest = Claim()) claimed.insert(rest);
  EXPECT_EQ(claimed, std::multiset<int64_t>(hooks.begin(), hooks.end()));
}

TEST_F(ReconcileStoreTest, KeepsWhatIsKnown) {
  const int64_t hook = AddHook(77);
  ASSERT_TRUE(store_.WantAll().ok());
  auto claim = store_.ClaimHook(absl::ZeroDuration());
  ASSERT_TRUE(claim.ok() && claim->has_value());
  EXPECT_EQ((*claim)->hook_id, hook);
  EXPECT_EQ((*claim)->project_id, project_);
  EXPECT_EQ((*claim)->github_hook_id, 77);
  EXPECT_EQ((*claim)->state.settled, 0);
  EXPECT_EQ((*claim)->failures, 0);
  // Who claimed it has vanished.
  EXPECT_EQ(Claim(), hook);
  EXPECT_EQ(Claim(), 0);

  ASSERT_TRUE(store_.FailClaim(hook, absl::ZeroDuration()).ok());
  ASSERT_TRUE(store_.FailClaim(hook, absl::ZeroDuration()).ok());
  claim = store_.ClaimHook(kClaim);
  ASSERT_TRUE(claim.ok() && claim->has_value());
  EXPECT_EQ((*claim)->failures, 2);
  const ReconcileState state = {.settled = INT64_MAX, .etag = "\"x\"", .asked_after = 7};
  ASSERT_TRUE(store_.FinishClaim(hook, state, absl::ZeroDuration()).ok());
  claim = store_.ClaimHook(kClaim);
  ASSERT_TRUE(claim.ok() && claim->has_value());
  EXPECT_EQ((*claim)->state.settled, INT64_MAX);
  EXPECT_EQ((*claim)->state.etag, "\"x\"");
  EXPECT_EQ((*claim)->state.asked_after, 7);
  EXPECT_EQ((*claim)->failures, 0);
  ASSERT_TRUE(store_.FinishClaim(hook, state, absl::Hours(1)).ok());
  EXPECT_EQ(Claim(), 0);
}

TEST_F(ReconcileStoreTest, OnlyHooksThatAreAtGithubAreLookedAt) {
  AddHook(0);
  EXPECT_TRUE(hooks_.RemoveHook(AddHook(78), nullptr).ok());
  ASSERT_TRUE(store_.WantAll().ok());
  EXPECT_EQ(Claim(), 0);
  AddHook(79);
  ASSERT_TRUE(store_.WantAll().ok());
  ASSERT_TRUE(PostgresAccessStore(pool_).MarkGone(project_).ok());
  EXPECT_EQ(Claim(), 0);
}

TEST_F(ReconcileStoreTest, KnowsWhatIsInTheInbox) {
  const int64_t hook = AddHook(77);
  const int64_t other = AddHook(78);
  PostgresDeliveryStore deliveries(pool_);
  for (const std::string guid : {"a", "b"}) {
    EXPECT_TRUE(*deliveries.AddDelivery(
        {.hook_id = guid == "a" ? hook : other, .guid = guid, .event = "push", .body = guid}));
  }
  EXPECT_EQ(*store_.KnownGuids(hook, {"a", "b", "c"}), std::set<std::string>{"a"});
  EXPECT_TRUE(store_.KnownGuids(hook, {})->empty());
}

}  // namespace
}  // namespace kozmic::project
