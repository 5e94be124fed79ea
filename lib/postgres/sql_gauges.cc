#include "lib/postgres/sql_gauges.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/base/log.h"

namespace kozmic {
namespace {

// Enough for every decision, and few enough to be counted in milliseconds.
constexpr int kMostCounted = 10000;

}  // namespace

std::string SqlCountOf(absl::string_view from) {
  return absl::StrCat("(SELECT count(*) FROM (SELECT 1 FROM ", from, " LIMIT ", kMostCounted,
                      ") AS counted)");
}

std::unique_ptr<LookedUpGauges> NewSqlGauges(PostgresPool& pool, std::vector<SqlGauge> gauges) {
  const std::string sql = absl::StrCat(
      "SELECT ", absl::StrJoin(gauges, ", ",
                               [](std::string* out, const SqlGauge& gauge) { *out += gauge.sql; }));
  return std::make_unique<LookedUpGauges>([&pool, sql, gauges = std::move(gauges)] {
    std::vector<LookedUpGauges::Value> values;
    const absl::Status status = pool.Autocommit([&](pqxx::nontransaction& tx) {
      const pqxx::row row = tx.exec1(sql);
      values.clear();
      for (size_t i = 0; i < gauges.size(); ++i) {
        values.push_back({.name = gauges[i].name,
                          .help = gauges[i].help,
                          .value = row[static_cast<pqxx::row::size_type>(i)].as<double>()});
      }
      return absl::OkStatus();
    });
    if (!status.ok()) Log(Severity::kWarning, "metrics are incomplete", {{"error", status}});
    return values;
  });
}

}  // namespace kozmic
