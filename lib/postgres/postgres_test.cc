#include "lib/testing/postgres.h"

#include <barrier>
#include <thread>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/postgres/array.h"
#include "lib/postgres/listener.h"
#include "lib/postgres/pool.h"
#include "lib/postgres/prepared.h"
#include "lib/postgres/times.h"
#include "lib/status/annotate.h"

namespace kozmic {
namespace {

constexpr absl::Duration kDeadline = absl::Seconds(30);

class PostgresTest : public ::testing::Test {
 protected:
  PostgresTest() {
    EXPECT_TRUE(pool_
                    .Autocommit([](pqxx::nontransaction& tx) {
                      tx.exec0("CREATE TABLE numbers (n int CONSTRAINT numbers_once UNIQUE)");
                      return absl::OkStatus();
                    })
                    .ok());
  }

  absl::Status Insert(int n) {
    return pool_.Transact([n](pqxx::work& tx) {
      tx.exec_params0("INSERT INTO numbers VALUES ($1)", n);
      return absl::OkStatus();
    });
  }

  int Count() {
    int count = -1;
    EXPECT_TRUE(pool_
                    .Autocommit([&](pqxx::nontransaction& tx) {
                      count = tx.exec1("SELECT count(*) FROM numbers")[0].as<int>();
                      return absl::OkStatus();
                    })
                    .ok());
    return count;
  }

  TestPostgres server_;
  const std::string url_ = server_.CreateDatabase("build");
  PostgresPool pool_{{.url = url_, .size = 3}};
};

TEST_F(PostgresTest, APreparedStatementIsParsedOnceAndRolledBackLikeAnyOther) {
  for (int n = 0; n < 3; ++n) {
    const absl::Status status = pool_.Transact([n](pqxx::work& tx) {
      EXPECT_EQ(ExecPrepared(tx, "INSERT INTO numbers VALUES ($1)", n).affected_rows(), 1U);
      EXPECT_EQ(ExecPrepared(tx, "SELECT count(*) FROM pg_prepared_statements")[0][0].as<int>(), 2);
      return n == 1 ? absl::CancelledError("no") : absl::OkStatus();
    });
    EXPECT_EQ(status.ok(), n != 1) << status;
  }
  EXPECT_EQ(Count(), 2);
}

TEST_F(PostgresTest, PlansByIndexDoNotReadWholeTables) {
  PostgresPool pool({.url = url_, .plans_by_index = true});
  std::string plan;
  EXPECT_TRUE(pool.Autocommit([&](pqxx::nontransaction& tx) {
                    // As small as it is, the server would read all of it.
                    tx.exec0("INSERT INTO numbers VALUES (1)");
                    tx.exec0("ANALYZE numbers");
                    plan = tx.exec("EXPLAIN SELECT FROM numbers WHERE n = 1")[0][0].c_str();
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_THAT(plan, ::testing::StartsWith("Index Only Scan using numbers_once"));
}

TEST_F(PostgresTest, ListsAndTimesTravelAsOneParameterUnchanged) {
  const std::vector<std::string> texts = {"",   "a,b",  "\"quoted\"", "back\\slash",
                                          "{}", "NULL", "\n é"};
  const absl::Time time = absl::FromUnixMicros(1700000000123456);
  EXPECT_TRUE(pool_
                  .Autocommit([&](pqxx::nontransaction& tx) {
                    const auto row = tx.exec_params1(
                        "SELECT $1::text[], (SELECT sum(n) FROM unnest($2::bigint[]) n),"
                        " (SELECT count(*) FROM unnest($3::boolean[]) b WHERE b),"
                        " (extract(epoch FROM $4::timestamptz) * 1000000)::bigint,"
                        " $5::timestamptz > now(), $6::text[],"
                        " (extract(epoch FROM $7::interval) * 1000)::bigint, NULL::text[]",
                        ToArray(texts), ToArray(std::vector<int64_t>{1, -2, int64_t{1} << 40}),
                        ToArray(std::vector<bool>{true, false, true}), Timestamp(time),
                        Timestamp(absl::InfiniteFuture()), ToArray(std::vector<std::string>()),
                        Interval(absl::Milliseconds(1500)));
                    EXPECT_EQ(TextsFromArray(row[0]), texts);
                    EXPECT_EQ(row[1].as<int64_t>(), (int64_t{1} << 40) - 1);
                    EXPECT_EQ(row[2].as<int>(), 2);
                    EXPECT_EQ(TimeFromMicros(row[3]), time);
                    EXPECT_TRUE(row[4].as<bool>());
                    EXPECT_TRUE(TextsFromArray(row[5]).empty());
                    EXPECT_EQ(row[6].as<int64_t>(), 1500);
                    EXPECT_TRUE(TextsFromArray(row[7]).empty());
                    return absl::OkStatus();
                  })
                  .ok());
}

TEST_F(PostgresTest, CommitsWhatReturnsOkAndRollsBackTheRest) {
  EXPECT_TRUE(Insert(1).ok());
  EXPECT_EQ(pool_
                .Transact([](pqxx::work& tx) {
                  tx.exec0("INSERT INTO numbers VALUES (2)");
                  return absl::CancelledError("changed my mind");
                })
                .code(),
            absl::StatusCode::kCancelled);
  EXPECT_EQ(Count(), 1);
}

TEST_F(PostgresTest, AUniqueViolationNamesItsConstraint) {
  EXPECT_TRUE(Insert(1).ok());
  const absl::Status status = Insert(1);
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Detail(status, "constraint"), "numbers_once");
}

TEST_F(PostgresTest, ConcurrentWorkIsBoundedByThePoolAndAllDone) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 12; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) EXPECT_TRUE(Insert(t * 100 + i).ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Count(), 240);
}

TEST_F(PostgresTest, SurvivesACrashOfTheServer) {
  EXPECT_TRUE(Insert(1).ok());
  server_.Crash();
  EXPECT_EQ(Insert(2).code(), absl::StatusCode::kUnavailable);
  server_.Start();
  EXPECT_TRUE(Insert(3).ok());
  EXPECT_EQ(Count(), 2);
}

// A call tried five connections, and all of a larger pool's were dead.
TEST_F(PostgresTest, ACrashKillsAllConnectionsOfALargePoolAndTheNextCallSucceeds) {
  constexpr int kSize = 12;
  PostgresPool pool({.url = url_, .size = kSize});
  std::barrier all_connected(kSize);
  std::vector<std::thread> threads;
  for (int t = 0; t < kSize; ++t) {
    threads.emplace_back([&] {
      EXPECT_TRUE(pool.Autocommit([&](pqxx::nontransaction& tx) {
                        tx.exec1("SELECT 1");
                        all_connected.arrive_and_wait();
                        return absl::OkStatus();
                      })
                      .ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
  server_.Crash();
  server_.Start();
  const absl::Status status = pool.Autocommit([](pqxx::nontransaction& tx) {
    tx.exec1("SELECT 1");
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(PostgresTest, AServerThatTakesNoWritesAnyMoreIsLeft) {
  const auto set_read_only = [&](const std::string& value) {
    const absl::Status status = pool_.Autocommit([&](pqxx::nontransaction& tx) {
      const std::string database = tx.exec1("SELECT current_database()")[0].c_str();
      tx.exec0("ALTER DATABASE " + database + " SET default_transaction_read_only = " + value);
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
  };
  EXPECT_TRUE(Insert(1).ok());
  set_read_only("on");
  PostgresPool pool({.url = url_, .size = 1});
  const auto insert = [](pqxx::work& tx) {
    tx.exec0("INSERT INTO numbers VALUES (2)");
    return absl::OkStatus();
  };
  EXPECT_EQ(pool.Transact(insert).code(), absl::StatusCode::kUnavailable);
  set_read_only("off");
  EXPECT_TRUE(pool.Transact(insert).ok()) << "a new connection";
}

TEST_F(PostgresTest, BytesSurviveUnchanged) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  std::string back;
  EXPECT_TRUE(pool_
                  .Autocommit([&](pqxx::nontransaction& tx) {
                    back = FromBytea(tx.exec_params1("SELECT $1::bytea", ToBytea(bytes))[0]);
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(back, bytes);
}

TEST_F(PostgresTest, ListenerHearsNotificationsAlsoAfterACrash) {
  absl::Mutex mutex;
  std::vector<std::string> heard;
  PostgresListener listener(url_, {"news"}, [&](absl::string_view, absl::string_view payload) {
    absl::MutexLock lock(&mutex);
    heard.emplace_back(payload);
  });
  const auto wait_for = [&](const std::string& payload) {
    const auto arrived = [&] { return std::count(heard.begin(), heard.end(), payload) > 0; };
    absl::MutexLock lock(&mutex);
    const bool ok = mutex.AwaitWithTimeout(absl::Condition(&arrived), kDeadline);
    heard.clear();
    return ok;
  };
  const auto notify = [&](const std::string& payload) {
    return pool_.Autocommit([&](pqxx::nontransaction& tx) {
      tx.exec0("NOTIFY news, '" + payload + "'");
      return absl::OkStatus();
    });
  };
  EXPECT_TRUE(wait_for("")) << "the first connection";
  EXPECT_TRUE(notify("one").ok());
  EXPECT_TRUE(wait_for("one"));
  server_.Crash();
  server_.Start();
  EXPECT_TRUE(wait_for("")) << "the reconnection";
  EXPECT_TRUE(notify("two").ok());
  EXPECT_TRUE(wait_for("two"));
}

}  // namespace
}  // namespace kozmic
