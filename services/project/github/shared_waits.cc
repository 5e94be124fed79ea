#include "services/project/github/shared_waits.h"

#include "lib/base/log.h"
#include "lib/postgres/prepared.h"
#include "lib/postgres/times.h"

namespace kozmic::project {
namespace {

constexpr char kChannel[] = "github_waits";

}  // namespace

SharedWaits::SharedWaits(PostgresPool& pool, github::RateGate& gate) : pool_(pool), gate_(gate) {
  gate_.OnClose([this](const std::string& digest, absl::Time opens) {
    if (const absl::Status told = Tell(digest, opens); !told.ok()) {
      Log(Severity::kWarning, "others are not told that GitHub asks to wait", {{"error", told}});
    }
  });
}

void SharedWaits::Start(const std::string& database_url) {
  listener_ = std::make_unique<PostgresListener>(
      database_url, std::vector<std::string>{kChannel},
      [this](absl::string_view, absl::string_view) {
        if (const absl::Status heard = Hear(); !heard.ok()) {
          Log(Severity::kWarning, "cannot read what GitHub asked others", {{"error", heard}});
        }
      });
}

absl::Status SharedWaits::Tell(const std::string& digest, absl::Time opens) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) {
    ExecPrepared(tx,
                 "WITH over AS (DELETE FROM github_waits WHERE open_time < now() "
                 "    AND token_sha256 <> $1), "
                 "told AS (INSERT INTO github_waits AS old (token_sha256, open_time) "
                 "  VALUES ($1, $2::timestamptz) ON CONFLICT (token_sha256) DO UPDATE "
                 "  SET open_time = greatest(old.open_time, excluded.open_time)) "
                 "SELECT pg_notify($3, '')",
                 digest, Timestamp(opens), kChannel);
    return absl::OkStatus();
  });
}

absl::Status SharedWaits::Hear() {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) {
    for (const auto& row :
         ExecPrepared(tx,
                      "SELECT token_sha256, (extract(epoch FROM open_time) * 1000000)::bigint"
                      " FROM github_waits WHERE open_time > now()")) {
      gate_.CloseUntil(row[0].c_str(), TimeFromMicros(row[1]));
    }
    return absl::OkStatus();
  });
}

}  // namespace kozmic::project
