// The removal of a project's logs, in every store. K13

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/status/annotate.h"
#include "services/logstream/store/log_store_backends.h"

namespace kozmic {
namespace {

// The steps it took.
int Remove(LogStore& store, int64_t project) {
  for (int steps = 1; steps <= 1000; ++steps) {
    const auto nothing_left = store.RemoveProject(project);
    EXPECT_TRUE(nothing_left.ok()) << nothing_left.status();
    if (nothing_left.value_or(true)) return steps;
  }
  ADD_FAILURE() << "the removal does not end";
  return 0;
}

class LogRemovalTest : public ::testing::TestWithParam<LogStoreKind> {
 protected:
  LogStore& store() { return backend_->store(); }
  void ExpectTakesNothing(const std::string& name) {
    EXPECT_TRUE(store().Get(name)->removed);
    EXPECT_EQ(Reason(store().Append(name, 0, "a", {}).status()), "log_removed");
    EXPECT_EQ(Reason(store().Append(name, 3, "d", {}).status()), "log_removed");
    EXPECT_EQ(Reason(AppendOver(store(), name, LogBatch(0, "abcd", {}))), "log_removed");
    EXPECT_EQ(Reason(store().Seal(name, {.size = 0}).status()), "log_removed");
    EXPECT_EQ(Reason(store().Seal(name, {}).status()), "log_removed");
    EXPECT_EQ(*store().Read(name, 0, 10), "");
  }

  const std::unique_ptr<LogBackend> backend_ = GetParam().make();
};

TEST_P(LogRemovalTest, TheLogsOfOneProjectGoAndNoOthers) {
  const std::vector<std::string> of_project = {"logs/1-1-1-1", "logs/1-1-2-1", "logs/1-23-1-1"};
  const std::vector<std::string> of_others = {"logs/12-1-1-1", "logs/11-1-1-1", "logs/2-1-1-1",
                                              "logs/21-1-1-1"};
  for (const auto* names : {&of_project, &of_others}) {
    for (const std::string& name : *names) ASSERT_TRUE(store().Append(name, 0, "abc", {})->done);
  }
  ASSERT_TRUE(store().Seal("logs/1-1-2-1", {.size = 3}).ok());
  Remove(store(), 1);
  for (const std::string& name : of_project) ExpectTakesNothing(name);
  for (const std::string& name : of_others) {
    EXPECT_EQ(*store().Read(name, 0, 10), "abc") << name;
    EXPECT_FALSE(store().Get(name)->removed);
    EXPECT_TRUE(store().Append(name, 3, "d", {})->done);
    EXPECT_TRUE(store().Seal(name, {.size = 4}).ok());
  }
}

TEST_P(LogRemovalTest, FromTheFirstStepOnTheyAreGone) {
  std::vector<std::string> names;
  for (int i = 0; i < 150; ++i) {
    names.push_back(absl::StrCat("logs/1-", i, "-1-1"));
    ASSERT_TRUE(store().Append(names.back(), 0, "abc", {})->done);
  }
  EXPECT_FALSE(*store().RemoveProject(1));
  const auto infos = store().GetMany(names);
  ASSERT_EQ(infos->size(), names.size());
  for (const LogInfo& info : *infos) {
    EXPECT_TRUE(info.removed);
    EXPECT_EQ(info.size, 0);
    EXPECT_EQ(Reason(store().Append(info.name, 3, "d", {}).status()), "log_removed");
  }
}

TEST_P(LogRemovalTest, NoLogComesToBeAfterwardsAlsoWhereThereWasNone) {
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Remove(store(), 1), 1);
    ExpectTakesNothing("logs/1-1-1-1");
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, LogRemovalTest, LogStoreKinds(), LogStoreKindName);

class PostgresLogRemovalTest : public ::testing::Test {
 protected:
  int64_t Count(const std::string& table) {
    int64_t count = -1;
    EXPECT_TRUE(backend_.pool
                    .Autocommit([&](pqxx::nontransaction& tx) {
                      count = tx.exec1("SELECT count(*) FROM " + table)[0].as<int64_t>();
                      return absl::OkStatus();
                    })
                    .ok());
    return count;
  }

  PostgresLogBackend backend_;
};

TEST_F(PostgresLogRemovalTest, AStepIsBoundedByLogsAndByChunks) {
  ASSERT_TRUE(backend_.pool
                  .Autocommit([](pqxx::nontransaction& tx) {
                    tx.exec0(
                        "INSERT INTO logs (name, size) SELECT 'logs/1-' || n || '-1-1', 1 "
                        "FROM generate_series(1, 250) n");
                    tx.exec0("INSERT INTO logs (name, size) VALUES ('logs/2-1-1-1', 2500)");
                    tx.exec0(
                        "INSERT INTO chunks (log_id, start_offset, raw_size, data) "
                        "SELECT id, n, 1, 'x' FROM logs, generate_series(0, size - 1) n");
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_FALSE(*backend_.store().RemoveProject(1));
  EXPECT_EQ(Count("logs WHERE name LIKE 'logs/1-%'"), 150);
  EXPECT_EQ(Remove(backend_.store(), 1), 3);
  EXPECT_FALSE(*backend_.store().RemoveProject(2));
  EXPECT_EQ(Count("chunks"), 1500);
  EXPECT_EQ(Remove(backend_.store(), 2), 3);
  EXPECT_EQ(Count("chunks"), 0);
  EXPECT_EQ(Count("logs"), 0);
}

// I11: what is removed while it is written is removed whole, and nothing of it comes back.
TEST_F(PostgresLogRemovalTest, WhoeverWritesMeanwhileIsStoppedAndLeavesNothing) {
  for (int project = 1; project <= 30; ++project) {
    std::atomic<int> writing{0};
    std::vector<std::thread> actors;
    for (int job = 1; job <= 3; ++job) {
      actors.emplace_back([&, job] {
        // Logs one after the other, some begun by an append, some by a seal.
        for (int attempt = 1;; ++attempt) {
          const std::string name = absl::StrCat("logs/", project, "-1-", job, "-", attempt);
          absl::Status status = attempt % 3 == 0
                                    ? backend_.store().Seal(name, {}).status()
                                    : AppendOver(backend_.store(), name, LogBatch(0, "first", {}));
          if (status.ok() && attempt % 3 != 0) {
            status = AppendOver(backend_.store(), name, LogBatch(5, "second", {}));
          }
          ++writing;
          if (status.ok()) continue;
          // Its beginning may be removed between the two.
          EXPECT_EQ(Reason(status), "log_removed") << status;
          return;
        }
      });
    }
    while (writing < 3 + project % 5) std::this_thread::yield();
    // Two replicas are asked.
    actors.emplace_back([&] { Remove(backend_.store(), project); });
    Remove(backend_.store(), project);
    for (std::thread& actor : actors) actor.join();
    EXPECT_EQ(Count("logs"), 0);
    EXPECT_EQ(Count("chunks"), 0);
  }
}

}  // namespace
}  // namespace kozmic
