#include "lib/history/settings_history.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "lib/base/json.h"
#include "lib/status/macros.h"

namespace kozmic {
namespace {

// Before the fields.
constexpr char kColumns[] =
    "change_id, project_id, (extract(epoch FROM change_time) * 1000000)::bigint, user_id, login,"
    " by_access_token, subject, title, action, ";

// What is kept of a change's fields: whole, and for lists.
struct FieldsTexts {
  std::string whole;
  std::string listed;
};

FieldsTexts TextsOf(const std::vector<FieldChange>& fields) {
  nlohmann::json whole = nlohmann::json::array();
  nlohmann::json listed = nlohmann::json::array();
  for (const FieldChange& one : fields) {
    const bool omitted =
        DumpJson(one.before).size() + DumpJson(one.after).size() > kLongestListedValues;
    whole.push_back({one.field, one.before, one.after, false});
    if (omitted) {
      listed.push_back({one.field, nullptr, nullptr, true});
    } else {
      listed.push_back(whole.back());
    }
  }
  return {.whole = DumpJson(whole), .listed = DumpJson(listed)};
}

// What is not as TextsOf writes it reads as no fields.
std::vector<FieldChange> ReadFields(const char* text) {
  std::vector<FieldChange> fields;
  const nlohmann::json list = nlohmann::json::parse(text, nullptr, false);
  if (!list.is_array()) return fields;
  for (const nlohmann::json& one : list) {
    if (!one.is_array() || one.size() != 4 || !one[0].is_string() || !one[3].is_boolean()) continue;
    fields.push_back({.field = one[0].get<std::string>(),
                      .before = one[1],
                      .after = one[2],
                      .omitted = one[3].get<bool>()});
  }
  return fields;
}

ChangeRecord ReadChange(const pqxx::row& row) {
  return {.number = row[0].as<int64_t>(),
          .project_id = row[1].as<int64_t>(),
          .time = TimeFromMicros(row[2]),
          .author = {.user_id = row[3].as<int64_t>(),
                     .login = row[4].c_str(),
                     .by_access_token = row[5].as<bool>()},
          .change = {.subject = row[6].c_str(),
                     .title = row[7].c_str(),
                     .action = static_cast<Change::Action>(row[8].as<int>()),
                     .fields = ReadFields(row[9].c_str())}};
}

}  // namespace

void AddChange(pqxx::transaction_base& tx, int64_t project_id, const Author& author,
               const Change& change, const HistoryLimits& limits) {
  const FieldsTexts fields = TextsOf(change.fields);
  tx.exec_params0(
      "INSERT INTO settings_changes (project_id, user_id, login, by_access_token, subject, title,"
      " action, fields, listed, bytes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
      project_id, author.user_id, author.login, author.by_access_token, change.subject,
      change.title, static_cast<int>(change.action), fields.whole, fields.listed,
      fields.whole.size());
  tx.exec_params0(
      "DELETE FROM settings_changes WHERE change_id IN (SELECT change_id FROM ("
      "  SELECT change_id, row_number() OVER newest AS place, sum(bytes) OVER newest AS total"
      "  FROM settings_changes WHERE project_id = $1"
      "  WINDOW newest AS (ORDER BY change_id DESC)) AS kept"
      " WHERE place > 1 AND (place > $2 OR total > $3))",
      project_id, limits.changes, limits.bytes);
}

absl::StatusOr<std::vector<ChangeRecord>> SettingsHistory::List(int64_t project_id, int64_t before,
                                                                int limit) const {
  std::vector<ChangeRecord> changes;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
    changes.clear();
    for (const pqxx::row& row :
         tx.exec_params(absl::StrCat("SELECT ", kColumns,
                                     "listed FROM settings_changes WHERE project_id = $1"
                                     " AND ($2 = 0 OR change_id < $2)"
                                     " ORDER BY change_id DESC LIMIT $3"),
                        project_id, before, limit)) {
      changes.push_back(ReadChange(row));
    }
    return absl::OkStatus();
  }));
  return changes;
}

absl::StatusOr<ChangeRecord> SettingsHistory::Get(int64_t project_id, int64_t number) const {
  ChangeRecord change;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    const pqxx::result rows = tx.exec_params(
        absl::StrCat("SELECT ", kColumns,
                     "fields FROM settings_changes WHERE project_id = $1 AND change_id = $2"),
        project_id, number);
    if (rows.empty()) return absl::NotFoundError("no such change of the settings");
    change = ReadChange(rows[0]);
    return absl::OkStatus();
  }));
  return change;
}

}  // namespace kozmic
