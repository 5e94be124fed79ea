#ifndef KOZMIC_LIB_POSTGRES_SQL_GAUGES_H_
#define KOZMIC_LIB_POSTGRES_SQL_GAUGES_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "lib/metrics/metrics.h"
#include "lib/postgres/pool.h"

namespace kozmic {

// A gauge whose value is in the database: an SQL expression that can follow SELECT, and takes
// milliseconds however much there is.
struct SqlGauge {
  std::string name;
  std::string help;
  std::string sql;
};

// How many rows there are of `from` ("jobs WHERE …"), as far as they are counted: to 10,000.
std::string SqlCountOf(absl::string_view from);

// Looked up together; none of them while the database is away. Every replica tells the same, so
// take the largest of them, not their sum. `pool` must outlive it.
std::unique_ptr<LookedUpGauges> NewSqlGauges(PostgresPool& pool, std::vector<SqlGauge> gauges);

}  // namespace kozmic

#endif  // KOZMIC_LIB_POSTGRES_SQL_GAUGES_H_
