// What every AccessTokenStore must keep, on a real PostgreSQL.

#include "services/auth/access_token_store.h"

#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lib/crypto/digest.h"
#include "lib/testing/postgres.h"
#include "services/auth/postgres_access_token_store.h"
#include "services/auth/postgres_auth_store.h"

namespace kozmic::auth {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1700000000);

class AccessTokenStoreTest : public ::testing::Test {
 protected:
  int64_t SignIn(int64_t github_id) {
    const NewSession session = {.token_sha256 = Sha256(absl::StrCat("session ", github_id)),
                                .create_time = kNow,
                                .expire_time = kNow + absl::Hours(1)};
    return users_.SignIn({.github_id = github_id}, "sealed", session, "")->user_id;
  }

  static NewAccessToken Token(const std::string& token, absl::Time now = kNow) {
    return {.token_sha256 = Sha256(token), .name = "my " + token, .create_time = now};
  }

  absl::StatusCode Find(const std::string& token, absl::Time now = kNow) {
    return store_.FindUser(Sha256(token), now).status().code();
  }

  PostgresPool pool_{{.url = SharedTestPostgres().CreateDatabase("auth"), .size = 4}};
  PostgresAuthStore users_{pool_};
  PostgresAccessTokenStore store_{pool_};
  const int64_t ann_ = SignIn(5);
  const int64_t bob_ = SignIn(6);
};

TEST_F(AccessTokenStoreTest, ATokenIsFoundAsItsUsers) {
  const auto created = store_.Create(ann_, Token("t"));
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_GT(created->access_token_id, 0);
  EXPECT_EQ(created->name, "my t");
  EXPECT_EQ(created->create_time, kNow);
  EXPECT_EQ(created->last_use_time, std::nullopt);
  EXPECT_EQ(created->expire_time, std::nullopt);
  const auto user = store_.FindUser(Sha256("t"), kNow + absl::Hours(1000000));
  ASSERT_TRUE(user.ok()) << user.status();
  EXPECT_EQ(user->user_id, ann_);
  EXPECT_EQ(user->profile.github_id, 5);
  EXPECT_EQ(Find("x"), absl::StatusCode::kNotFound);
  EXPECT_EQ(store_.Create(404, Token("u")).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(AccessTokenStoreTest, ATokenExpires) {
  NewAccessToken token = Token("t");
  token.expire_time = kNow + absl::Hours(1);
  EXPECT_EQ(store_.Create(ann_, token)->expire_time, token.expire_time);
  EXPECT_EQ(Find("t", kNow + absl::Hours(1) - absl::Seconds(1)), absl::StatusCode::kOk);
  EXPECT_EQ(Find("t", kNow + absl::Hours(1)), absl::StatusCode::kNotFound);
  EXPECT_EQ((*store_.List(ann_))[0].last_use_time, kNow + absl::Hours(1) - absl::Seconds(1))
      << "an attempt with an expired token is no use";
}

TEST_F(AccessTokenStoreTest, AUseIsNotedEveryFiveMinutes) {
  ASSERT_TRUE(store_.Create(ann_, Token("t")).ok());
  const auto noted = [&] { return *(*store_.List(ann_))[0].last_use_time - kNow; };
  Find("t", kNow + absl::Seconds(1));
  EXPECT_EQ(noted(), absl::Seconds(1));
  Find("t", kNow + absl::Seconds(300));
  EXPECT_EQ(noted(), absl::Seconds(1));
  Find("t", kNow + absl::Seconds(301));
  EXPECT_EQ(noted(), absl::Seconds(301));
}

TEST_F(AccessTokenStoreTest, OnlyTheUserListsAndDeletes) {
  ASSERT_TRUE(store_.Create(ann_, Token("a", kNow)).ok());
  ASSERT_TRUE(store_.Create(ann_, Token("b", kNow + absl::Seconds(1))).ok());
  ASSERT_TRUE(store_.Create(bob_, Token("c")).ok());
  const auto tokens = *store_.List(ann_);
  ASSERT_EQ(tokens.size(), 2u);
  EXPECT_EQ(tokens[0].name, "my b");
  EXPECT_EQ(tokens[1].name, "my a");

  const int64_t id = tokens[0].access_token_id;
  EXPECT_EQ(store_.Delete(bob_, id).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Find("b"), absl::StatusCode::kOk);
  EXPECT_TRUE(store_.Delete(ann_, id).ok());
  EXPECT_EQ(Find("b"), absl::StatusCode::kNotFound);
  EXPECT_EQ(store_.Delete(ann_, id).code(), absl::StatusCode::kNotFound);
}

TEST_F(AccessTokenStoreTest, TheCapHoldsWhenManyAreMadeAtOnce) {
  for (int i = 0; i < kMostAccessTokens - 2; ++i) {
    ASSERT_TRUE(store_.Create(ann_, Token(absl::StrCat(i))).ok());
  }
  std::vector<std::thread> threads;
  std::vector<absl::StatusCode> outcomes(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      outcomes[i] = store_.Create(ann_, Token(absl::StrCat("at once ", i))).status().code();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::count(outcomes.begin(), outcomes.end(), absl::StatusCode::kOk), 2);
  EXPECT_EQ(std::count(outcomes.begin(), outcomes.end(), absl::StatusCode::kResourceExhausted), 2);
  EXPECT_EQ(store_.List(ann_)->size(), static_cast<size_t>(kMostAccessTokens));
  EXPECT_TRUE(store_.Create(bob_, Token("bob's")).ok());
}

}  // namespace
}  // namespace kozmic::auth
