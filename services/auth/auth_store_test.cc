// What every AuthStore must keep, on a real PostgreSQL.

#include "services/auth/auth_store.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/crypto/digest.h"
#include "lib/testing/postgres.h"
#include "services/auth/postgres_auth_store.h"

namespace kozmic::auth {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const absl::Time kNow = absl::FromUnixSeconds(1700000000);
const Profile kAnn = {.github_id = 5, .login = "ann", .display_name = "Ann", .avatar_url = "a"};
const Profile kBob = {.github_id = 6, .login = "bob", .display_name = "Bob", .avatar_url = "b"};

class AuthStoreTest : public ::testing::Test {
 protected:
  NewSession Session(const std::string& token, absl::Time now = kNow) {
    return {.token_sha256 = Sha256(token),
            .user_agent = "of " + token,
            .create_time = now,
            .expire_time = now + absl::Hours(1)};
  }

  int64_t SignIn(const Profile& profile, const std::string& token, absl::Time now = kNow,
                 const std::string& ended = "") {
    return store_.SignIn(profile, "sealed", Session(token, now), Sha256(ended))->user_id;
  }

  absl::StatusCode Find(const std::string& token, absl::Time now = kNow) {
    return store_.FindSession(Sha256(token), now).status().code();
  }

  std::vector<std::string> UserAgents(int64_t user_id, absl::Time now = kNow) {
    std::vector<std::string> names;
    const auto sessions = store_.ListSessions(user_id, now);
    for (const SessionRecord& session : *sessions) names.push_back(session.user_agent);
    return names;
  }

  PostgresPool pool_{{.url = SharedTestPostgres().CreateDatabase("auth"), .size = 4}};
  PostgresAuthStore store_{pool_};
};

// Bad input 26.
TEST_F(AuthStoreTest, AStateIsUsedOnce) {
  const absl::Time expire = kNow + absl::Minutes(10);
  EXPECT_TRUE(store_.UseState(Sha256("a"), expire, kNow).ok());
  EXPECT_EQ(store_.UseState(Sha256("a"), expire, kNow).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_TRUE(store_.UseState(Sha256("b"), expire, kNow).ok());
  EXPECT_EQ(store_.UseState(Sha256("a"), expire, expire - absl::Seconds(1)).code(),
            absl::StatusCode::kAlreadyExists);
}

// K2
TEST_F(AuthStoreTest, ASignInMakesAUserWithASession) {
  const auto ann = store_.SignIn(kAnn, "sealed", Session("t"), "");
  ASSERT_TRUE(ann.ok()) << ann.status();
  EXPECT_GT(ann->user_id, 0);
  EXPECT_EQ(ann->notification_email, "");
  const auto found = store_.FindSession(Sha256("t"), kNow);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->user_id, ann->user_id);
  EXPECT_EQ(found->profile, kAnn);
  EXPECT_EQ(store_.GetUser(ann->user_id)->profile, kAnn);
}

// K2; bad input 32.
TEST_F(AuthStoreTest, TheGithubIdSaysWhoSomeoneIs) {
  const int64_t ann = SignIn(kAnn, "1");
  const Profile renamed = {
      .github_id = 5, .login = "anna", .display_name = "Anna", .avatar_url = "b"};
  EXPECT_EQ(SignIn(renamed, "2"), ann);
  EXPECT_EQ(store_.GetUser(ann)->profile, renamed);

  // Someone else took the login over.
  const Profile taker = {.github_id = 6, .login = "ann", .display_name = "", .avatar_url = ""};
  EXPECT_NE(SignIn(taker, "3"), ann);
  EXPECT_EQ(store_.FindSession(Sha256("1"), kNow)->user_id, ann);
}

TEST_F(AuthStoreTest, SessionsEnd) {
  SignIn(kAnn, "t");
  EXPECT_EQ(Find("t", kNow + absl::Minutes(59)), absl::StatusCode::kOk);
  EXPECT_EQ(Find("t", kNow + absl::Hours(1)), absl::StatusCode::kNotFound);
  EXPECT_EQ(Find("x"), absl::StatusCode::kNotFound);

  EXPECT_TRUE(store_.DeleteSession(Sha256("t")).ok());
  EXPECT_TRUE(store_.DeleteSession(Sha256("t")).ok());
  EXPECT_EQ(Find("t"), absl::StatusCode::kNotFound);
}

// Bad input 30.
TEST_F(AuthStoreTest, ASignInEndsTheSessionBeforeWhoseverItIs) {
  SignIn(kBob, "bob's");
  SignIn(kAnn, "old");
  SignIn(kAnn, "new", kNow, "old");
  SignIn(kAnn, "newer", kNow, "bob's");
  EXPECT_EQ(Find("old"), absl::StatusCode::kNotFound);
  EXPECT_EQ(Find("bob's"), absl::StatusCode::kNotFound);
  EXPECT_EQ(Find("new"), absl::StatusCode::kOk);
  EXPECT_EQ(Find("newer"), absl::StatusCode::kOk);
}

TEST_F(AuthStoreTest, TheSessionUsedLastIsListedFirstAndExpiredOnesAreNot) {
  const int64_t ann = SignIn(kAnn, "a");
  SignIn(kAnn, "b", kNow + absl::Minutes(10));
  SignIn(kBob, "c");
  const auto sessions = *store_.ListSessions(ann, kNow + absl::Minutes(10));
  ASSERT_EQ(sessions.size(), 2u);
  EXPECT_EQ(sessions[0].user_agent, "of b");
  EXPECT_EQ(sessions[0].token_sha256, Sha256("b"));
  EXPECT_EQ(sessions[0].create_time, kNow + absl::Minutes(10));
  EXPECT_EQ(sessions[0].last_use_time, kNow + absl::Minutes(10));
  EXPECT_EQ(sessions[0].expire_time, kNow + absl::Minutes(70));

  EXPECT_EQ(Find("a", kNow + absl::Minutes(20)), absl::StatusCode::kOk);
  EXPECT_THAT(UserAgents(ann, kNow + absl::Minutes(20)), ElementsAre("of a", "of b"));
  EXPECT_THAT(UserAgents(ann, kNow + absl::Hours(1)), ElementsAre("of b"));
  EXPECT_THAT(UserAgents(404), IsEmpty());
}

TEST_F(AuthStoreTest, AUseIsNotedEveryFiveMinutes) {
  const int64_t ann = SignIn(kAnn, "t");
  const auto noted = [&] { return (*store_.ListSessions(ann, kNow))[0].last_use_time - kNow; };
  Find("t", kNow + absl::Seconds(299));
  EXPECT_EQ(noted(), absl::ZeroDuration());
  Find("t", kNow + absl::Seconds(300));
  EXPECT_EQ(noted(), absl::Seconds(300));
  Find("t", kNow + absl::Seconds(500));
  EXPECT_EQ(noted(), absl::Seconds(300));
}

TEST_F(AuthStoreTest, OnlyTheUserRevokesASession) {
  const int64_t ann = SignIn(kAnn, "a");
  const int64_t bob = SignIn(kBob, "b");
  const int64_t session = (*store_.ListSessions(ann, kNow))[0].session_id;
  EXPECT_EQ(store_.RevokeSession(bob, session).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Find("a"), absl::StatusCode::kOk);
  EXPECT_TRUE(store_.RevokeSession(ann, session).ok());
  EXPECT_EQ(Find("a"), absl::StatusCode::kNotFound);
  EXPECT_EQ(store_.RevokeSession(ann, session).code(), absl::StatusCode::kNotFound);
}

TEST_F(AuthStoreTest, RevokingTheOthersLeavesOneAndOtherUsers) {
  const int64_t ann = SignIn(kAnn, "a");
  SignIn(kAnn, "b");
  SignIn(kAnn, "c");
  SignIn(kBob, "bob's");
  EXPECT_TRUE(store_.RevokeOtherSessions(ann, Sha256("b")).ok());
  EXPECT_THAT(UserAgents(ann), ElementsAre("of b"));
  EXPECT_EQ(Find("bob's"), absl::StatusCode::kOk);
}

TEST_F(AuthStoreTest, BeyondAHundredSessionsThoseUsedLongestAgoEnd) {
  const int64_t bob = SignIn(kBob, "bob's");
  const int64_t ann = SignIn(kAnn, "0");
  SignIn(kAnn, "1", kNow + absl::Seconds(1));
  EXPECT_EQ(Find("0", kNow + absl::Minutes(6)), absl::StatusCode::kOk);
  for (int i = 2; i <= kMostSessions; ++i) {
    SignIn(kAnn, absl::StrCat(i), kNow + absl::Minutes(6) + absl::Seconds(i));
  }
  const absl::Time later = kNow + absl::Minutes(8);
  EXPECT_EQ(UserAgents(ann, later).size(), static_cast<size_t>(kMostSessions));
  EXPECT_EQ(Find("1", later), absl::StatusCode::kNotFound);
  EXPECT_EQ(Find("0", later), absl::StatusCode::kOk);
  EXPECT_EQ(UserAgents(bob, later).size(), 1u);
}

TEST_F(AuthStoreTest, UsersAreFoundByEitherIdAndOnce) {
  const int64_t ann = SignIn(kAnn, "a");
  SignIn(kBob, "b");
  const auto logins = [&](const std::vector<int64_t>& ids, const std::vector<int64_t>& github_ids) {
    std::vector<std::string> names;
    const auto users = store_.FindUsers(ids, github_ids);
    for (const UserRecord& user : *users) names.push_back(user.profile.login);
    return names;
  };
  EXPECT_THAT(logins({ann, ann, 404}, {5, 6, 7}), UnorderedElementsAre("ann", "bob"));
  EXPECT_THAT(logins({ann}, {}), ElementsAre("ann"));
  EXPECT_THAT(logins({}, {6}), ElementsAre("bob"));
  EXPECT_THAT(logins({}, {}), IsEmpty());
}

// K4
TEST_F(AuthStoreTest, TheNotificationAddressIsKeptBeyondSignIns) {
  const int64_t ann = SignIn(kAnn, "a");
  const auto changed = store_.SetNotificationEmail(ann, "ann@example.com");
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(changed->notification_email, "ann@example.com");
  EXPECT_EQ(changed->profile, kAnn);
  EXPECT_EQ(store_.SignIn(kAnn, "sealed", Session("b"), "")->notification_email, "ann@example.com");
  EXPECT_EQ(store_.FindSession(Sha256("a"), kNow)->notification_email, "ann@example.com");
  EXPECT_EQ(store_.SetNotificationEmail(ann, "")->notification_email, "");
}

TEST_F(AuthStoreTest, NobodyIsNotFound) {
  EXPECT_EQ(store_.GetUser(404).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(store_.SetNotificationEmail(404, "a@b.de").status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace kozmic::auth
