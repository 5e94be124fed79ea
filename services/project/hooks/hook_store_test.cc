// What every HookStore must keep, on a real PostgreSQL.

#include "services/project/hooks/hook_store.h"

#include <atomic>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/history/settings_history.h"
#include "lib/testing/postgres.h"
#include "services/project/hooks/postgres_hook_store.h"
#include "services/project/projects/postgres_project_store.h"
#include "services/project/webhooks/postgres_delivery_store.h"

namespace kozmic::project {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const HookFields kFields = {.title = "Tests",
                            .image = "debian:12",
                            .script = "make\n",
                            .install_script = "apt-get install make\n",
                            .tracked_files = {"Makefile", "a \"quoted\" name"},
                            .enabled = false,
                            .branches = {"main", "release/*"},
                            .events = kOnPush | kOnTag,
                            .labels = {"arm64", "gpu"},
                            .timeout_seconds = 60,
                            .stall_timeout_seconds = 30,
                            .max_parallel = 2,
                            .services = {{"db", "postgres:16", {{"A", "a \"b\"\n\\ü"}, {"B", ""}}},
                                         {"cache", "redis", {}}}};

class HookStoreTest : public ::testing::Test {
 protected:
  HookStoreTest() : project_(MakeProject(9)), other_(MakeProject(10)) {}

  int64_t MakeProject(int64_t repository_id) {
    PostgresProjectStore projects(pool_);
    const int64_t project = projects.AddProject({.repository_id = repository_id}, 1)->project_id;
    EXPECT_TRUE(projects.FinishProject(project, {}, absl::Hours(1)).ok());
    return project;
  }

  int64_t Add(const HookFields& fields = kFields) {
    const int64_t hook_id = *store_.NextHookId();
    const auto hook = store_.AddHook({.hook_id = hook_id, .project_id = project_, .fields = fields},
                                     "sealed", {}, false);
    EXPECT_TRUE(hook.ok()) << hook.status();
    EXPECT_EQ(hook->hook_id, hook_id);
    return hook_id;
  }

  int64_t AddMade(int64_t github_hook_id) {
    const int64_t hook = Add();
    EXPECT_TRUE(store_.ActivateHook(hook, github_hook_id).ok());
    return hook;
  }

  PostgresPool pool_{{.url = SharedTestPostgres().CreateDatabase("project"), .size = 4}};
  PostgresHookStore store_{pool_};
  const int64_t project_;
  const int64_t other_;
};

TEST_F(HookStoreTest, KeepsAllOfAHook) {
  const int64_t hook = AddMade(77);
  const auto kept = store_.GetHook(project_, hook);
  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_EQ(kept->fields, kFields);
  EXPECT_EQ(kept->github_hook_id, 77);
  EXPECT_GT(kept->create_time, absl::Now() - absl::Minutes(5));
  EXPECT_EQ(*store_.GetSealedSecret(hook), "sealed");
}

TEST_F(HookStoreTest, AHookCountsOnceGithubHasIt) {
  const int64_t first = Add();
  const int64_t second = Add();
  EXPECT_TRUE(store_.ListHooks(project_)->empty());
  EXPECT_EQ(store_.ListAllHooks(project_)->size(), 2u);
  EXPECT_EQ(store_.GetHook(project_, first).status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(store_.ActivateHook(second, 78).ok());
  EXPECT_TRUE(store_.ActivateHook(first, 77).ok());
  const auto hooks = *store_.ListHooks(project_);
  ASSERT_EQ(hooks.size(), 2u);
  EXPECT_EQ(hooks[0].hook_id, first);
  EXPECT_EQ(store_.ActivateHook(404, 77).code(), absl::StatusCode::kNotFound);
}

TEST_F(HookStoreTest, AHookThatNeverCountedIsTakenBack) {
  const int64_t unmade = Add();
  const int64_t made = AddMade(77);
  EXPECT_FALSE(store_.NextUnmadeHook(0, absl::Hours(1))->has_value());
  EXPECT_EQ((*store_.NextUnmadeHook(0, absl::ZeroDuration()))->hook_id, unmade);
  EXPECT_FALSE(store_.NextUnmadeHook(unmade, absl::ZeroDuration())->has_value());
  EXPECT_TRUE(store_.TakeHookBack(made).ok());
  EXPECT_TRUE(store_.TakeHookBack(unmade).ok());
  EXPECT_TRUE(store_.TakeHookBack(unmade).ok());
  EXPECT_EQ(store_.ListAllHooks(project_)->size(), 1u);
}

TEST_F(HookStoreTest, IsChangedByItsProjectOnly) {
  const int64_t hook = AddMade(77);
  HookFields changed = kFields;
  changed.title = "Better";
  changed.enabled = true;
  changed.tracked_files.clear();
  EXPECT_EQ(store_.SetFields(other_, hook, changed, {}).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(store_.GetHook(other_, hook).status().code(), absl::StatusCode::kNotFound);
  const auto set = store_.SetFields(project_, hook, changed, {});
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(set->fields, changed);
  EXPECT_EQ(store_.GetHook(project_, hook)->fields, changed);
  EXPECT_GE(set->update_time, set->create_time);
}

// P51
TEST_F(HookStoreTest, TheHistoryTellsWhoChangedWhat) {
  const SettingsHistory history(pool_);
  const Author ada = {.user_id = 7, .login = "ada"};
  const int64_t hook = *store_.NextHookId();
  ASSERT_TRUE(store_
                  .AddHook({.hook_id = hook, .project_id = project_, .fields = kFields}, "sealed",
                           ada, false)
                  .ok());
  EXPECT_THAT(*history.List(project_, 0, 10), IsEmpty()) << "it is not there yet";
  // GitHub's ping may come before its answer.
  PostgresDeliveryStore deliveries(pool_);
  ASSERT_TRUE(deliveries.FinishHook(hook, 77).ok());
  ASSERT_TRUE(deliveries.FinishHook(hook, 78).ok());
  EXPECT_EQ(store_.GetHook(project_, hook)->github_hook_id, 77);
  ASSERT_TRUE(store_.ActivateHook(hook, 77).ok());
  ASSERT_TRUE(store_.SetFields(project_, hook, kFields, ada).ok());
  EXPECT_THAT(*history.List(project_, 0, 10), SizeIs(1)) << "nothing was changed";
  HookFields changed = kFields;
  changed.title = "Better";
  changed.events = kOnPush;
  ASSERT_TRUE(store_.SetFields(project_, hook, changed, {.user_id = 8, .login = "bob"}).ok());
  ASSERT_TRUE(store_.RemoveHook(hook, &ada).ok());
  ASSERT_TRUE(store_.RemoveHook(hook, &ada).ok());

  const auto list = *history.List(project_, 0, 10);
  ASSERT_THAT(list, SizeIs(3));
  for (const ChangeRecord& one : list) {
    EXPECT_EQ(one.change.subject, absl::StrCat("hooks/", hook));
  }
  EXPECT_EQ(list[2].change.action, Change::Action::kAdded);
  EXPECT_EQ(list[2].change.fields, FieldChanges({}, ValuesOf(kFields)));
  EXPECT_EQ(list[2].author.login, "ada");
  EXPECT_EQ(list[1].change.action, Change::Action::kChanged);
  EXPECT_EQ(list[1].author.user_id, 8);
  EXPECT_EQ(list[1].change.title, "Better");
  EXPECT_THAT(list[1].change.fields, ElementsAre(FieldChange{"title", "Tests", "Better"},
                                                 FieldChange{"events", {"push", "tag"}, {"push"}}));
  EXPECT_EQ(list[0].change.action, Change::Action::kRemoved);
  EXPECT_EQ(list[0].change.fields, FieldChanges(ValuesOf(changed), {}));
}

// Two who apply the same file at once.
TEST_F(HookStoreTest, ATitleThatMustBeTheOnlyOneIs) {
  const auto add = [&](int64_t project, bool only_title) {
    return store_
        .AddHook({.hook_id = *store_.NextHookId(), .project_id = project, .fields = kFields},
                 "sealed", {}, only_title)
        .status();
  };
  std::atomic<int> added = 0, refused = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const absl::Status status = add(project_, true);
      if (status.ok()) ++added;
      if (absl::IsAlreadyExists(status)) ++refused;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(added, 1);
  EXPECT_EQ(refused, 3);
  EXPECT_TRUE(add(other_, true).ok());
  EXPECT_TRUE(add(project_, false).ok()) << "who does not ask for it may have two";
  const int64_t first = store_.ListAllHooks(project_)->front().hook_id;
  const auto all = *store_.ListAllHooks(project_);
  for (const HookRecord& hook : all) {
    ASSERT_TRUE(store_.ActivateHook(hook.hook_id, 70 + hook.hook_id - first).ok());
    ASSERT_TRUE(store_.RemoveHook(hook.hook_id, nullptr).ok());
  }
  EXPECT_TRUE(add(project_, true).ok());
}

TEST_F(HookStoreTest, ARemovedHookIsGoneButForItsDeliveries) {
  // K24
  const int64_t hook = AddMade(77);
  ASSERT_TRUE(pool_
                  .Autocommit([&](pqxx::nontransaction& tx) {
                    tx.exec_params0(
                        "INSERT INTO deliveries (hook_id, guid, event, body, body_sha256, state,"
                        " outcome) VALUES ($1, 'g', 'push', '', '', 2, '')",
                        hook);
                    return absl::OkStatus();
                  })
                  .ok());
  ASSERT_TRUE(store_.RemoveHook(hook, nullptr).ok());
  ASSERT_TRUE(store_.RemoveHook(hook, nullptr).ok());
  EXPECT_TRUE(store_.ListAllHooks(project_)->empty());
  EXPECT_EQ(store_.GetHook(project_, hook).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(store_.GetSealedSecret(hook).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(store_.ActivateHook(hook, 78).code(), absl::StatusCode::kNotFound);
  int deliveries = 0;
  ASSERT_TRUE(pool_
                  .Autocommit([&](pqxx::nontransaction& tx) {
                    deliveries = tx.exec1("SELECT count(*) FROM deliveries")[0].as<int>();
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(deliveries, 1);
}

TEST_F(HookStoreTest, AHookNeedsItsProject) {
  EXPECT_EQ(store_.AddHook({.hook_id = 1, .project_id = 404}, "sealed", {}, false).status().code(),
            absl::StatusCode::kNotFound);
  ASSERT_TRUE(PostgresProjectStore(pool_).BeginRemoval(project_).ok());
  EXPECT_EQ(
      store_.AddHook({.hook_id = 1, .project_id = project_}, "sealed", {}, false).status().code(),
      absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace kozmic::project
