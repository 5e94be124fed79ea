#ifndef KOZMIC_LIB_POSTGRES_POOL_H_
#define KOZMIC_LIB_POSTGRES_POOL_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "pqxx/pqxx"

namespace kozmic {

// A bounded pool of PostgreSQL connections. Thread-safe. Connects when a connection is first
// needed, so a process starts before its database does.
//
// Exceptions of libpqxx end here: they become statuses. UNAVAILABLE: no connection, or it broke
// (when it broke during the commit, the detail "reason" is "in_doubt": the transaction may or may
// not have happened); ABORTED: serialization failure or deadlock; ALREADY_EXISTS: a unique
// constraint (detail "constraint" is its name, when the server told it); DEADLINE_EXCEEDED: a
// statement's time limit; FAILED_PRECONDITION: another constraint; INTERNAL: anything else.
class PostgresPool {
 public:
  struct Options {
    std::string url;
    size_t size = 8;
    // How long a caller waits for a free connection.
    absl::Duration acquire_timeout = absl::Seconds(5);
    // After so long the server ends a statement.
    absl::Duration statement_timeout = absl::Seconds(10);
    // Every statement finds its rows by indexes, one look-up per row, whatever the server believes
    // of its tables' sizes. For services whose statements concern few rows of large tables: the
    // plan of a prepared statement would otherwise be that of the small table that it once was.
    bool plans_by_index = false;
  };

  explicit PostgresPool(Options options);
  ~PostgresPool();
  PostgresPool(const PostgresPool&) = delete;
  PostgresPool& operator=(const PostgresPool&) = delete;

  // Runs `body` in a transaction and commits when it returns OK; rolls back otherwise. `body` is
  // run again, up to 5 times, when the transaction is ABORTED, or when a connection from the pool
  // turns out to be dead before the commit: it must have no effect outside the transaction.
  absl::Status Transact(const std::function<absl::Status(pqxx::work&)>& body);

  // For single statements: each commits by itself, which spares two round trips.
  absl::Status Autocommit(const std::function<absl::Status(pqxx::nontransaction&)>& body);

 private:
  class Lease;

  absl::StatusOr<std::unique_ptr<pqxx::connection>> Acquire(bool* fresh);
  void Release(std::unique_ptr<pqxx::connection> connection);
  // One that was idle has died, perhaps with the server long ago: then so have the others.
  void DropIdle();
  template <typename Transaction>
  absl::Status Run(const std::function<absl::Status(Transaction&)>& body);

  const Options options_;
  absl::Mutex mutex_;
  std::vector<std::unique_ptr<pqxx::connection>> idle_ ABSL_GUARDED_BY(mutex_);
  size_t open_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Bytes as a bytea parameter of exec_params, and a bytea column's bytes.
pqxx::binarystring ToBytea(absl::string_view bytes);
std::string FromBytea(const pqxx::field& field);

// A timestamptz column selected as `(extract(epoch from x) * 1000000)::bigint`; InfinitePast for
// NULL.
absl::Time TimeFromMicros(const pqxx::field& field);

}  // namespace kozmic

#endif  // KOZMIC_LIB_POSTGRES_POOL_H_
