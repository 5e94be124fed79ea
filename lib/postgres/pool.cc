#include "lib/postgres/pool.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/base/log.h"
#include "lib/metrics/metrics.h"
#include "lib/status/annotate.h"

namespace kozmic {
namespace {

constexpr int kMostTries = 5;

// Of all pools of this process together.
struct Metrics {
  prometheus::Gauge& used = GaugeNamed("kozmic_database_connections_used",
                                       "Connections to PostgreSQL that something is done with.")
                                .Add({});
  prometheus::Gauge& size = GaugeNamed("kozmic_database_connections_limit",
                                       "Connections to PostgreSQL that there may be at once.")
                                .Add({});
  prometheus::Histogram& wait = SecondsFamily("kozmic_database_wait_seconds",
                                              "How long transactions waited for a connection.")
                                    .With({});
  prometheus::Counter& lost =
      CounterNamed("kozmic_database_failures_total", "Times that the database could not be had.")
          .Add({});
};

Metrics& TheMetrics() {
  static auto& metrics = *new Metrics();
  return metrics;
}

// The name between the quotes of: … violates unique constraint "name".
std::string ConstraintName(absl::string_view message) {
  const size_t mark = message.find("constraint \"");
  if (mark == absl::string_view::npos) return "";
  const size_t begin = message.find('"', mark) + 1;
  return std::string(message.substr(begin, message.find('"', begin) - begin));
}

absl::Status FromSqlError(const pqxx::sql_error& error) {
  const std::string& state = error.sqlstate();
  const absl::string_view what = error.what();
  if (state == "40001" || state == "40P01") return absl::AbortedError(what);
  if (state == "57014") return absl::DeadlineExceededError(what);
  // Connection exceptions, server shutting down or starting, disk full, too many connections, a
  // server that another has taken the place of.
  if (absl::StartsWith(state, "08") || absl::StartsWith(state, "57P") ||
      absl::StartsWith(state, "53") || state == "25006") {
    return absl::UnavailableError(what);
  }
  if (state == "23505" || dynamic_cast<const pqxx::unique_violation*>(&error) != nullptr) {
    return WithDetail(absl::AlreadyExistsError(what), "constraint", ConstraintName(what));
  }
  if (absl::StartsWith(state, "23")) {
    return WithDetail(absl::FailedPreconditionError(what), "constraint", ConstraintName(what));
  }
  return absl::InternalError(absl::StrCat(what, " (SQLSTATE ", state, ")"));
}

}  // namespace

// A connection for the time of one transaction. It goes back to the pool only when it is known to
// be sound: libpqxx reconnects a broken one silently, in the middle of what its user believes.
class PostgresPool::Lease {
 public:
  Lease(PostgresPool& pool, std::unique_ptr<pqxx::connection> connection)
      : pool_(pool), connection_(std::move(connection)) {
    TheMetrics().used.Increment();
  }
  ~Lease() {
    TheMetrics().used.Decrement();
    pool_.Release(std::move(connection_));
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  pqxx::connection& connection() { return *connection_; }
  void Discard() { connection_.reset(); }

 private:
  PostgresPool& pool_;
  std::unique_ptr<pqxx::connection> connection_;
};

PostgresPool::PostgresPool(Options options) : options_(std::move(options)) {
  TheMetrics().size.Increment(static_cast<double>(options_.size));
}

PostgresPool::~PostgresPool() { TheMetrics().size.Decrement(static_cast<double>(options_.size)); }

absl::StatusOr<std::unique_ptr<pqxx::connection>> PostgresPool::Acquire(bool* fresh) {
  {
    const auto available = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return !idle_.empty() || open_ < options_.size;
    };
    absl::MutexLock lock(&mutex_);
    if (!mutex_.AwaitWithTimeout(absl::Condition(&available), options_.acquire_timeout)) {
      return absl::UnavailableError("all database connections are in use");
    }
    if (!idle_.empty()) {
      std::unique_ptr<pqxx::connection> connection = std::move(idle_.back());
      idle_.pop_back();
      *fresh = false;
      return connection;
    }
    ++open_;
  }
  *fresh = true;
  absl::Status status;
  try {
    auto connection = std::make_unique<pqxx::connection>(options_.url);
    pqxx::nontransaction setup(*connection);
    setup.exec0(absl::StrCat("SET statement_timeout = ",
                             absl::ToInt64Milliseconds(options_.statement_timeout)));
    // A process that hangs between two statements must not hold rows for long.
    setup.exec0("SET idle_in_transaction_session_timeout = 15000");
    setup.exec0("SET client_min_messages = warning");
    if (options_.plans_by_index) {
      for (const char* other : {"seqscan", "bitmapscan", "hashjoin", "mergejoin"}) {
        setup.exec0(absl::StrCat("SET enable_", other, " = off"));
      }
      // It goes by estimated costs too, in which what is off counts as extremely dear.
      setup.exec0("SET jit = off");
      // By indexes alone there is nothing for a plan to learn from its parameters.
      setup.exec0("SET plan_cache_mode = force_generic_plan");
    }
    setup.commit();
    return connection;
  } catch (const std::exception& error) {
    status = absl::UnavailableError(absl::StrCat("cannot reach the database: ", error.what()));
  }
  Release(nullptr);
  return status;
}

void PostgresPool::Release(std::unique_ptr<pqxx::connection> connection) {
  absl::MutexLock lock(&mutex_);
  if (connection != nullptr) {
    idle_.push_back(std::move(connection));
  } else {
    --open_;
  }
}

void PostgresPool::DropIdle() {
  std::vector<std::unique_ptr<pqxx::connection>> dropped;
  absl::MutexLock lock(&mutex_);
  open_ -= idle_.size();
  dropped.swap(idle_);
}

template <typename Transaction>
absl::Status PostgresPool::Run(const std::function<absl::Status(Transaction&)>& body) {
  absl::Status status;
  for (int attempt = 1; attempt <= kMostTries; ++attempt) {
    bool fresh = false;
    const absl::Time begin = absl::Now();
    absl::StatusOr<std::unique_ptr<pqxx::connection>> connection = Acquire(&fresh);
    Observe(TheMetrics().wait, absl::Now() - begin);
    if (!connection.ok()) {
      TheMetrics().lost.Increment();
      return connection.status();
    }
    Lease lease(*this, *std::move(connection));
    bool committing = false;
    try {
      Transaction transaction(lease.connection());
      status = body(transaction);
      if (!status.ok()) {
        transaction.abort();
        return status;
      }
      committing = true;
      transaction.commit();
      return absl::OkStatus();
    } catch (const pqxx::in_doubt_error& error) {
      lease.Discard();
      return WithReason(absl::UnavailableError(error.what()), "in_doubt");
    } catch (const pqxx::broken_connection& error) {
      lease.Discard();
      status = absl::UnavailableError(absl::StrCat("database connection lost: ", error.what()));
      if (committing) return WithReason(status, "in_doubt");
      if (fresh) return status;
      DropIdle();
    } catch (const pqxx::sql_error& error) {
      status = FromSqlError(error);
      if (absl::IsUnavailable(status)) {
        lease.Discard();
        if (committing) return WithReason(status, "in_doubt");
        if (fresh) return status;
        DropIdle();
      } else if (!absl::IsAborted(status)) {
        return status;
      }
    } catch (const std::exception& error) {
      lease.Discard();
      return absl::InternalError(error.what());
    }
  }
  return status;
}

absl::Status PostgresPool::Transact(const std::function<absl::Status(pqxx::work&)>& body) {
  return Run<pqxx::work>(body);
}

absl::Status PostgresPool::Autocommit(
    const std::function<absl::Status(pqxx::nontransaction&)>& body) {
  return Run<pqxx::nontransaction>(body);
}

pqxx::binarystring ToBytea(absl::string_view bytes) {
  return pqxx::binarystring(bytes.data(), bytes.size());
}

std::string FromBytea(const pqxx::field& field) {
  const pqxx::binarystring bytes(field);
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

absl::Time TimeFromMicros(const pqxx::field& field) {
  if (field.is_null()) return absl::InfinitePast();
  return absl::FromUnixMicros(field.as<int64_t>());
}

}  // namespace kozmic
