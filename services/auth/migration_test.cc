// That migrations/auth carry on with what earlier versions left behind.

#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lib/crypto/digest.h"
#include "lib/testing/postgres.h"
#include "services/auth/postgres_access_token_store.h"
#include "services/auth/postgres_auth_store.h"
#include "services/auth/postgres_github_token_store.h"

namespace kozmic::auth {
namespace {

const absl::Time kSignIn = absl::FromUnixSeconds(1700000000);

class MigrationTest : public ::testing::Test {
 protected:
  MigrationTest() { Execute("DROP SCHEMA auth CASCADE; CREATE SCHEMA auth;"); }

  void Execute(const std::string& sql) {
    const absl::Status status = pool_.Transact([&](pqxx::work& tx) {
      tx.exec(sql);
      return absl::OkStatus();
    });
    ASSERT_TRUE(status.ok()) << status;
  }

  void Apply(const std::string& migration) {
    std::ifstream file("migrations/auth/" + migration);
    ASSERT_TRUE(file) << migration;
    std::stringstream text;
    text << file.rdbuf();
    Execute(text.str());
  }

  PostgresPool pool_{{.url = SharedTestPostgres().CreateDatabase("auth"), .size = 2}};
};

TEST_F(MigrationTest, SessionsOfTheFirstVersionGoOnAndAreListed) {
  Apply("0001_users.sql");
  Execute(
      "INSERT INTO users (github_id, login, display_name, avatar_url, github_token, create_time,"
      " sign_in_time) VALUES (5, 'ann', 'Ann', 'a', 'sealed', now(), now());"
      "INSERT INTO sessions SELECT sha256(token::bytea), user_id, to_timestamp(1700000000),"
      " to_timestamp(1702592000) FROM users, (VALUES ('one'), ('two')) AS t (token)");
  Apply("0002_sessions_and_access_tokens.sql");

  PostgresAuthStore store(pool_);
  const auto ann = store.FindSession(Sha256("one"), kSignIn);
  ASSERT_TRUE(ann.ok()) << ann.status();
  EXPECT_EQ(ann->profile.login, "ann");
  EXPECT_EQ(ann->notification_email, "");
  EXPECT_EQ(PostgresGithubTokenStore(pool_).Get(ann->user_id)->sealed, "sealed");
  const auto sessions = store.ListSessions(ann->user_id, kSignIn);
  ASSERT_TRUE(sessions.ok()) << sessions.status();
  ASSERT_EQ(sessions->size(), 2u);
  EXPECT_NE((*sessions)[0].session_id, (*sessions)[1].session_id);
  EXPECT_EQ((*sessions)[0].last_use_time, kSignIn);
  EXPECT_EQ((*sessions)[0].user_agent, "");
  EXPECT_TRUE(store.RevokeSession(ann->user_id, (*sessions)[0].session_id).ok());
  EXPECT_EQ(store.ListSessions(ann->user_id, kSignIn)->size(), 1u);
  EXPECT_EQ(PostgresAccessTokenStore(pool_).List(ann->user_id)->size(), 0u);
}

// Between a migration and the restart of the service the old one still signs users in.
TEST_F(MigrationTest, TheFirstVersionSignsInAfterTheSecondMigration) {
  Apply("0001_users.sql");
  Apply("0002_sessions_and_access_tokens.sql");
  Execute(
      "INSERT INTO users (github_id, login, display_name, avatar_url, github_token, create_time,"
      " sign_in_time) VALUES (5, 'ann', 'Ann', 'a', 'sealed', now(), now());"
      "INSERT INTO sessions SELECT sha256('one'), user_id, now(), now() + interval '1 h' FROM "
      "users");
  EXPECT_TRUE(PostgresAuthStore(pool_).FindSession(Sha256("one"), absl::Now()).ok());
}

}  // namespace
}  // namespace kozmic::auth
