// What every GithubTokenStore must keep, on a real PostgreSQL.

#include "services/auth/github_token_store.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lib/crypto/digest.h"
#include "lib/testing/postgres.h"
#include "services/auth/postgres_auth_store.h"
#include "services/auth/postgres_github_token_store.h"

namespace kozmic::auth {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1700000000);

class GithubTokenStoreTest : public ::testing::Test {
 protected:
  int64_t SignIn(int64_t github_id, const std::string& sealed) {
    const NewSession session = {.token_sha256 = Sha256(absl::StrCat(++sessions_)),
                                .create_time = kNow,
                                .expire_time = kNow + absl::Hours(1)};
    return users_.SignIn({.github_id = github_id}, sealed, session, "")->user_id;
  }

  std::string Sealed(int64_t user_id) {
    const auto token = store_.Get(user_id);
    return token.ok() ? token->sealed : std::string(token.status().message());
  }

  int sessions_ = 0;
  PostgresPool pool_{{.url = SharedTestPostgres().CreateDatabase("auth"), .size = 4}};
  PostgresAuthStore users_{pool_};
  PostgresGithubTokenStore store_{pool_};
};

TEST_F(GithubTokenStoreTest, ATokenIsThatOfTheLastSignIn) {
  const int64_t ann = SignIn(5, "old");
  EXPECT_EQ(SignIn(5, "new"), ann);
  const auto token = store_.Get(ann);
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(token->user_id, ann);
  EXPECT_EQ(token->github_id, 5);
  EXPECT_EQ(token->sealed, "new");
  EXPECT_EQ(store_.Get(404).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(GithubTokenStoreTest, ARemovedTokenIsGoneUntilTheNextSignIn) {
  const int64_t ann = SignIn(5, "a");
  EXPECT_FALSE(*store_.Remove(ann, "another"));
  EXPECT_EQ(Sealed(ann), "a");
  EXPECT_TRUE(*store_.Remove(ann, "a"));
  EXPECT_EQ(store_.Get(ann).status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(store_.List(0, 10)->empty());
  EXPECT_FALSE(*store_.Remove(ann, "a"));
  SignIn(5, "b");
  EXPECT_EQ(Sealed(ann), "b");
}

TEST_F(GithubTokenStoreTest, TokensAreListedByUserInPieces) {
  const int64_t ann = SignIn(5, "a");
  const int64_t bob = SignIn(6, "b");
  const int64_t eve = SignIn(7, "e");
  const auto first = *store_.List(0, 2);
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].user_id, ann);
  EXPECT_EQ(first[1].user_id, bob);
  EXPECT_EQ(first[1].sealed, "b");
  const auto second = *store_.List(bob, 2);
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].user_id, eve);
  EXPECT_TRUE(store_.List(eve, 2)->empty());
}

TEST_F(GithubTokenStoreTest, OnlyATokenThatIsStillTheNamedOneIsReplaced) {
  const int64_t ann = SignIn(5, "a");
  const int64_t bob = SignIn(6, "b");
  const auto replaced = store_.Replace({{.user_id = ann, .from = "a", .to = "a2"},
                                        {.user_id = bob, .from = "older", .to = "b2"},
                                        {.user_id = bob + 1, .from = "b", .to = "b2"}});
  ASSERT_TRUE(replaced.ok()) << replaced.status();
  EXPECT_EQ(*replaced, 1);
  EXPECT_EQ(Sealed(ann), "a2");
  EXPECT_EQ(Sealed(bob), "b");
  EXPECT_EQ(*store_.Replace({}), 0);
}

}  // namespace
}  // namespace kozmic::auth
