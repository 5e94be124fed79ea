#ifndef KOZMIC_SERVICES_BUILD_NOTIFY_NOTICES_FIXTURE_H_
#define KOZMIC_SERVICES_BUILD_NOTIFY_NOTICES_FIXTURE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lib/postgres/pool.h"
#include "lib/testing/postgres.h"
#include "services/build/notify/notices.h"
#include "services/build/notify/postgres_notice_outbox.h"

namespace kozmic::build {

// The outbox on a real database of its own, whose time is moved by hand.
class NoticesFixture : public ::testing::Test {
 protected:
  static constexpr absl::Duration kClaim = absl::Seconds(60);
  static constexpr absl::Duration kPatience = absl::Hours(24);
  static constexpr int kBatch = 100;

  void Execute(const std::string& statement) {
    const absl::Status status = pool_.Autocommit([&](pqxx::nontransaction& tx) {
      tx.exec(statement);
      return absl::OkStatus();
    });
    ASSERT_TRUE(status.ok()) << status;
  }

  std::string Value(const std::string& query) {
    std::string value;
    const absl::Status status = pool_.Autocommit([&](pqxx::nontransaction& tx) {
      value = tx.exec1(query)[0].c_str();
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    return value;
  }

  int64_t Count(absl::string_view from_and_where) {
    return std::stoll(Value(absl::StrCat("SELECT count(*) FROM ", from_and_where)));
  }

  // Builds 1 to `count` of a project that is new.
  void AddProject(int64_t project, int builds = 1) {
    Execute(absl::StrCat("INSERT INTO projects (project_id) VALUES (", project, ")"));
    Execute(absl::StrCat(
        "INSERT INTO builds (project_id, number, revision, request_id, repository, ref, commit, "
        "commit_url, message, author_name, author_login, author_avatar) SELECT ",
        project,
        ", n, n, n, 'octo/hello', 'refs/heads/main', "
        "'c0ffee0011223344556677889900aabbccddeeff', '', '', '', '', '' "
        "FROM generate_series(1, ",
        builds, ") n"));
  }

  int64_t AddHook(int64_t project, const std::string& url = "https://example.org/",
                  const std::string& sealed_secret = "sealed") {
    int64_t id = 0;
    const absl::Status status = pool_.Autocommit([&](pqxx::nontransaction& tx) {
      id = tx.exec_params1(
                 "INSERT INTO notification_hooks (project_id, url, secret) "
                 "VALUES ($1, $2, $3) RETURNING notification_hook_id",
                 project, url, sealed_secret)[0]
               .as<int64_t>();
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    return id;
  }

  static Notice Verdict(int64_t project, int64_t build, v1::State state, int generation = 1) {
    return {.project = project,
            .build_number = build,
            .generation = generation,
            .state = state,
            .job_title = "Test"};
  }

  absl::Status Record(const std::vector<Notice>& notices) {
    return pool_.Transact([&](pqxx::work& tx) {
      RecordNotices(tx, notices);
      return absl::OkStatus();
    });
  }

  // As many notices as messages were made of.
  int FanOut(bool mail = true) {
    const auto taken = outbox_->FanOut(kBatch, mail);
    EXPECT_TRUE(taken.ok()) << taken.status();
    return taken.value_or(-1);
  }

  void RecordAndFanOut(const std::vector<Notice>& notices) {
    const absl::Status recorded = Record(notices);
    ASSERT_TRUE(recorded.ok()) << recorded;
    FanOut();
  }

  std::optional<Message> Claim(Receiver receiver) {
    const auto message = outbox_->Claim(receiver, kClaim);
    EXPECT_TRUE(message.ok()) << message.status();
    return message.value_or(std::nullopt);
  }

  // All that waits was queued, and is due, so much earlier.
  void LetPass(absl::Duration time) {
    const int64_t seconds = absl::ToInt64Seconds(time);
    Execute(absl::StrCat("UPDATE messages SET queue_time = queue_time - interval '", seconds,
                         " s', next_try_time = next_try_time - interval '", seconds,
                         " s', claim_expire_time = claim_expire_time - interval '", seconds,
                         " s'"));
    Execute(absl::StrCat("UPDATE notification_hooks SET pause_time = pause_time - interval '",
                         seconds, " s'"));
  }

  const std::string url_ = SharedTestPostgres().CreateDatabase("build");
  PostgresPool pool_{{.url = url_}};
  const std::unique_ptr<NoticeOutbox> outbox_ = NewPostgresNoticeOutbox(pool_);
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_NOTIFY_NOTICES_FIXTURE_H_
