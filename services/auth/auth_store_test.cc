// What every AuthStore must keep, on a real PostgreSQL.

#include "services/auth/auth_store.h"

#include "gtest/gtest.h"
#include "lib/crypto/digest.h"
#include "lib/postgres/pool.h"
#include "lib/testing/postgres.h"
#include "services/auth/postgres_auth_store.h"

namespace kozmic::auth {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1700000000);
const Profile kAnn = {.github_id = 5, .login = "ann", .display_name = "Ann", .avatar_url = "a"};

class AuthStoreTest : public ::testing::Test {
 protected:
  NewSession Session(const std::string& token, absl::Time now = kNow) {
    return {.token_sha256 = Sha256(token), .create_time = now, .expire_time = now + absl::Hours(1)};
  }

  PostgresPool pool_{{.url = SharedTestPostgres().CreateDatabase("auth"), .size = 4}};
  PostgresAuthStore store_{pool_};
};

TEST_F(AuthStoreTest, AStateIsUsedOnce) {
  const absl::Time expire = kNow + absl::Minutes(10);
  EXPECT_TRUE(store_.UseState(Sha256("a"), expire, kNow).ok());
  EXPECT_EQ(store_.UseState(Sha256("a"), expire, kNow).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_TRUE(store_.UseState(Sha256("b"), expire, kNow).ok());
  EXPECT_EQ(store_.UseState(Sha256("a"), expire, expire - absl::Seconds(1)).code(),
            absl::StatusCode::kAlreadyExists);
}

TEST_F(AuthStoreTest, ASignInMakesAUserWithASession) {
  const auto ann = store_.SignIn(kAnn, "sealed", Session("t"));
  ASSERT_TRUE(ann.ok()) << ann.status();
  EXPECT_GT(ann->user_id, 0);
  const auto found = store_.FindSession(Sha256("t"), kNow);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->user_id, ann->user_id);
  EXPECT_EQ(found->profile, kAnn);
  EXPECT_EQ(store_.GetUser(ann->user_id)->profile, kAnn);
  EXPECT_EQ(store_.GetGithubToken(ann->user_id)->sealed, "sealed");
  EXPECT_EQ(store_.GetGithubToken(ann->user_id)->github_id, 5);
}

TEST_F(AuthStoreTest, TheGithubIdSaysWhoSomeoneIs) {
  const int64_t ann = store_.SignIn(kAnn, "old", Session("1"))->user_id;
  const Profile renamed = {
      .github_id = 5, .login = "anna", .display_name = "Anna", .avatar_url = "b"};
  EXPECT_EQ(store_.SignIn(renamed, "new", Session("2"))->user_id, ann);
  EXPECT_EQ(store_.GetUser(ann)->profile, renamed);
  EXPECT_EQ(store_.GetGithubToken(ann)->sealed, "new");

  // Someone else took the login over.
  const Profile taker = {.github_id = 6, .login = "ann", .display_name = "", .avatar_url = ""};
  EXPECT_NE(store_.SignIn(taker, "t", Session("3"))->user_id, ann);
  EXPECT_EQ(store_.FindSession(Sha256("1"), kNow)->user_id, ann);
}

TEST_F(AuthStoreTest, SessionsEnd) {
  ASSERT_TRUE(store_.SignIn(kAnn, "s", Session("t")).ok());
  EXPECT_TRUE(store_.FindSession(Sha256("t"), kNow + absl::Minutes(59)).ok());
  EXPECT_EQ(store_.FindSession(Sha256("t"), kNow + absl::Hours(1)).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(store_.FindSession(Sha256("x"), kNow).status().code(), absl::StatusCode::kNotFound);

  EXPECT_TRUE(store_.DeleteSession(Sha256("t")).ok());
  EXPECT_TRUE(store_.DeleteSession(Sha256("t")).ok());
  EXPECT_EQ(store_.FindSession(Sha256("t"), kNow).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(AuthStoreTest, NobodyIsNotFound) {
  EXPECT_EQ(store_.GetUser(404).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(store_.GetGithubToken(404).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace kozmic::auth
