#include "services/auth/resealer.h"

#include <functional>
#include <optional>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lib/crypto/digest.h"
#include "lib/testing/postgres.h"
#include "services/auth/github_tokens.h"
#include "services/auth/postgres_auth_store.h"
#include "services/auth/postgres_github_token_store.h"

namespace kozmic::auth {
namespace {

constexpr char kOld[] = "the secret key that was replaced, long enough";
constexpr char kNew[] = "the secret key that has replaced it, long too";
constexpr char kLost[] = "a secret key that nobody remembers, also long";
const absl::Time kNow = absl::FromUnixSeconds(1700000000);

// The store of another process, as seen through this one's: something happens around its changes.
class DisturbedStore final : public GithubTokenStore {
 public:
  explicit DisturbedStore(GithubTokenStore& store) : store_(store) {}

  absl::StatusOr<GithubTokenRecord> Get(int64_t user_id) override { return store_.Get(user_id); }
  absl::StatusOr<std::vector<GithubTokenRecord>> List(int64_t after_user_id, int limit) override {
    return store_.List(after_user_id, limit);
  }
  absl::StatusOr<int> Replace(const std::vector<Change>& changes) override {
    if (before) before();
    const auto replaced = store_.Replace(changes);
    return lost ? absl::UnavailableError("the connection is lost") : replaced;
  }
  absl::StatusOr<bool> Remove(int64_t user_id, const std::string& sealed) override {
    return store_.Remove(user_id, sealed);
  }

  std::function<void()> before;
  bool lost = false;

 private:
  GithubTokenStore& store_;
};

class ResealerTest : public ::testing::Test {
 protected:
  // Users 1 to `count` of GitHub sign in with tokens that `box` seals; returns their user ids.
  std::vector<int64_t> SignIn(int count, const SealedBox& box) {
    std::vector<int64_t> users;
    for (int i = 1; i <= count; ++i) users.push_back(SignInOne(i, TokenOf(i), box));
    return users;
  }

  int64_t SignInOne(int64_t github_id, const std::string& token, const SealedBox& box) {
    const NewSession session = {.token_sha256 = Sha256(random_.Bytes(32)),
                                .create_time = kNow,
                                .expire_time = kNow + absl::Hours(1)};
    return users_
        .SignIn({.github_id = github_id}, GithubTokens(store_, box).Seal(github_id, token), session,
                "")
        ->user_id;
  }

  static std::string TokenOf(int64_t github_id) { return absl::StrCat("gho_", github_id); }

  // How many of the users' tokens the new key alone opens.
  int OpenWithNewKeyAlone(const std::vector<int64_t>& users) {
    int open = 0;
    for (size_t i = 0; i < users.size(); ++i) {
      const auto token = GithubTokens(store_, new_box_).Get(users[i]);
      if (!token.ok()) continue;
      EXPECT_EQ(*token, TokenOf(static_cast<int64_t>(i) + 1));
      ++open;
    }
    return open;
  }

  SystemRandom random_;
  PostgresPool pool_{{.url = SharedTestPostgres().CreateDatabase("auth"), .size = 4}};
  PostgresAuthStore users_{pool_};
  PostgresGithubTokenStore store_{pool_};
  const SealedBox old_box_{kOld, "github_token", random_};
  const SealedBox new_box_{kNew, "github_token", random_};
  const SealedBox rotating_box_{SecretKeys{.current = kNew, .previous = {kOld}}, "github_token",
                                random_};
};

TEST_F(ResealerTest, WhatTheOldKeySealedOpensWithTheNewOneAlone) {
  const std::vector<int64_t> users = SignIn(5, old_box_);
  EXPECT_EQ(OpenWithNewKeyAlone(users), 0);
  const auto outcome = Resealer(store_, rotating_box_, 2).Run();
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->resealed, 5);
  EXPECT_EQ(outcome->unopened, 0);
  EXPECT_EQ(OpenWithNewKeyAlone(users), 5);
  EXPECT_EQ(Resealer(store_, rotating_box_).Run()->resealed, 0) << "there is nothing left to do";
}

TEST_F(ResealerTest, WhatNoKeyOpensStaysAndIsCounted) {
  const int64_t lost = SignInOne(1, "gho_1", SealedBox(kLost, "github_token", random_));
  const std::string sealed = store_.Get(lost)->sealed;
  const int64_t refused = SignInOne(2, "gho_2", old_box_);
  ASSERT_TRUE(GithubTokens(store_, old_box_).Refuse(refused, "gho_2").ok());
  SignInOne(3, "gho_3", old_box_);
  const auto outcome = Resealer(store_, rotating_box_).Run();
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->resealed, 1);
  EXPECT_EQ(outcome->unopened, 1);
  EXPECT_EQ(store_.Get(lost)->sealed, sealed);
}

TEST_F(ResealerTest, ACrashInTheMiddleLosesNothing) {
  const std::vector<int64_t> users = SignIn(5, old_box_);
  DisturbedStore disturbed(store_);
  int batches = 0;
  disturbed.before = [&] { disturbed.lost = ++batches == 2; };
  const absl::Status status = Resealer(disturbed, rotating_box_, 2).Run().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(OpenWithNewKeyAlone(users), 4);
  for (size_t i = 0; i < users.size(); ++i) {
    EXPECT_EQ(*GithubTokens(store_, rotating_box_).Get(users[i]), absl::StrCat("gho_", i + 1));
  }
  EXPECT_EQ(Resealer(store_, rotating_box_, 2).Run()->resealed, 1);
  EXPECT_EQ(OpenWithNewKeyAlone(users), 5);
}

TEST_F(ResealerTest, ASignInMeanwhileWins) {
  const std::vector<int64_t> users = SignIn(1, old_box_);
  DisturbedStore disturbed(store_);
  // Of a process that does not know the new key yet.
  disturbed.before = [&] { SignInOne(1, "gho_newer", old_box_); };
  EXPECT_EQ(Resealer(disturbed, rotating_box_).Run()->resealed, 0);
  EXPECT_EQ(*GithubTokens(store_, rotating_box_).Get(users[0]), "gho_newer");
}

TEST_F(ResealerTest, TwoAtOnceShareTheWork) {
  const std::vector<int64_t> users = SignIn(40, old_box_);
  int resealed[2] = {};
  {
    std::thread other([&] { resealed[0] = Resealer(store_, rotating_box_, 3).Run()->resealed; });
    resealed[1] = Resealer(store_, rotating_box_, 3).Run()->resealed;
    other.join();
  }
  EXPECT_EQ(resealed[0] + resealed[1], 40);
  EXPECT_EQ(OpenWithNewKeyAlone(users), 40);
}

TEST_F(ResealerTest, ARefusalMeanwhileIsNotUndone) {
  const std::vector<int64_t> users = SignIn(1, old_box_);
  DisturbedStore disturbed(store_);
  disturbed.before = [&] {
    ASSERT_TRUE(GithubTokens(store_, old_box_).Refuse(users[0], "gho_1").ok());
  };
  EXPECT_EQ(Resealer(disturbed, rotating_box_).Run()->resealed, 0);
  EXPECT_EQ(store_.Get(users[0]).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace kozmic::auth
