#include "services/build/notify/postgres_notification_hook_store.h"

#include "absl/strings/str_cat.h"
#include "lib/history/settings_history.h"
#include "lib/outgoing/receiver.h"
#include "lib/status/macros.h"

namespace kozmic::build {
namespace {

constexpr char kColumns[] =
    "h.notification_hook_id, h.project_id, h.url, h.secret, "
    "(extract(epoch FROM h.create_time) * 1000000)::bigint, "
    "(extract(epoch FROM h.last_time) * 1000000)::bigint, h.last_result, ";
constexpr char kWaiting[] =
    "(SELECT count(*) FROM messages m "
    "  WHERE m.notification_hook_id = h.notification_hook_id AND m.end_time IS NULL) ";

NotificationHookRecord ReadHook(const pqxx::row& row) {
  return {.id = row[0].as<int64_t>(),
          .project = row[1].as<int64_t>(),
          .url = row[2].c_str(),
          .sealed_secret = row[3].c_str(),
          .create_time = TimeFromMicros(row[4]),
          .last_time = TimeFromMicros(row[5]),
          .last_result = row[6].c_str(),
          .waiting = row[7].as<int>()};
}

void AddHookChange(pqxx::transaction_base& tx, const Author& by, int64_t project, int64_t hook,
                   absl::string_view url, Change::Action action) {
  AddChange(tx, project, by,
            {.subject = absl::StrCat("notificationHooks/", hook),
             .title = ReceiverOf(url),
             .action = action});
}

class PostgresNotificationHookStore final : public NotificationHookStore {
 public:
  explicit PostgresNotificationHookStore(PostgresPool& pool) : pool_(pool) {}

  absl::StatusOr<NotificationHookRecord> Create(const NotificationHookRecord& hook, int most,
                                                const Author& by) override {
    NotificationHookRecord kept;
    KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) -> absl::Status {
      // The project's row orders those who create hooks at once, and may not be there yet. Who
      // marks the project as deleted waits for this, or is seen.
      if (tx.exec_params("INSERT INTO projects AS old (project_id) VALUES ($1) "
                         "ON CONFLICT (project_id) DO UPDATE SET revision = old.revision "
                         "WHERE old.delete_time IS NULL RETURNING project_id",
                         hook.project)
              .empty()) {
        return absl::NotFoundError("no such project");
      }
      const pqxx::result same =
          tx.exec_params(absl::StrCat("UPDATE notification_hooks h SET secret = $3 "
                                      "WHERE project_id = $1 AND url = $2 RETURNING ",
                                      kColumns, kWaiting),
                         hook.project, hook.url, hook.sealed_secret);
      if (!same.empty()) {
        kept = ReadHook(same[0]);
        AddHookChange(tx, by, kept.project, kept.id, kept.url, Change::Action::kChanged);
        return absl::OkStatus();
      }
      const pqxx::result made = tx.exec_params(
          absl::StrCat("INSERT INTO notification_hooks AS h (project_id, url, secret) "
                       "SELECT $1, $2, $3 WHERE "
                       "(SELECT count(*) FROM notification_hooks "
                       "  WHERE project_id = $1) < $4 RETURNING ",
                       kColumns, "0"),
          hook.project, hook.url, hook.sealed_secret, most);
      if (made.empty()) {
        return absl::FailedPreconditionError(
            absl::StrCat("a project has at most ", most, " notification hooks"));
      }
      kept = ReadHook(made[0]);
      AddHookChange(tx, by, kept.project, kept.id, kept.url, Change::Action::kAdded);
      return absl::OkStatus();
    }));
    return kept;
  }

  absl::StatusOr<std::vector<NotificationHookRecord>> List(int64_t project) override {
    return Select(absl::StrCat("SELECT ", kColumns, kWaiting,
                               "FROM notification_hooks h "
                               "JOIN projects p ON p.project_id = h.project_id "
                               "WHERE h.project_id = $1 AND p.delete_time IS NULL "
                               "ORDER BY h.notification_hook_id"),
                  project);
  }

  absl::Status Delete(int64_t project, int64_t hook, const Author& by) override {
    return pool_.Transact([&](pqxx::work& tx) -> absl::Status {
      // Who makes messages for it holds it, so they are all seen after this.
      const pqxx::result gone = tx.exec_params(
          "DELETE FROM notification_hooks "
          "WHERE project_id = $1 AND notification_hook_id = $2 RETURNING url",
          project, hook);
      if (gone.empty()) return absl::NotFoundError("no such notification hook");
      AddHookChange(tx, by, project, hook, gone[0][0].c_str(), Change::Action::kRemoved);
      tx.exec_params0("DELETE FROM messages WHERE project_id = $1 AND notification_hook_id = $2",
                      project, hook);
      return absl::OkStatus();
    });
  }

  absl::StatusOr<std::vector<NotificationHookRecord>> ListAll(int64_t after_id,
                                                              int limit) override {
    return Select(absl::StrCat("SELECT ", kColumns,
                               "0 FROM notification_hooks h WHERE h.notification_hook_id > $1 "
                               "ORDER BY h.notification_hook_id LIMIT $2"),
                  after_id, limit);
  }

  absl::StatusOr<bool> ReplaceSecret(int64_t hook, const std::string& from,
                                     const std::string& to) override {
    bool replaced = false;
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
      replaced = tx.exec_params(
                       "UPDATE notification_hooks SET secret = $3 "
                       "WHERE notification_hook_id = $1 AND secret = $2",
                       hook, from, to)
                     .affected_rows() > 0;
      return absl::OkStatus();
    }));
    return replaced;
  }

 private:
  template <typename... Parameters>
  absl::StatusOr<std::vector<NotificationHookRecord>> Select(const std::string& query,
                                                             const Parameters&... parameters) {
    std::vector<NotificationHookRecord> hooks;
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
      for (const auto& row : tx.exec_params(query, parameters...)) hooks.push_back(ReadHook(row));
      return absl::OkStatus();
    }));
    return hooks;
  }

  PostgresPool& pool_;
};

}  // namespace

std::unique_ptr<NotificationHookStore> NewPostgresNotificationHookStore(PostgresPool& pool) {
  return std::make_unique<PostgresNotificationHookStore>(pool);
}

}  // namespace kozmic::build
