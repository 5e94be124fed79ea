// Personal access tokens by AuthService's rpcs.

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/status/annotate.h"
#include "services/auth/service_fixture.h"

namespace kozmic::auth {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class AccessTokenServiceTest : public ServiceFixture {
 protected:
  absl::StatusOr<v1::CreateAccessTokenResponse> Create(const std::string& user,
                                                       const std::string& name, int lifetime_days,
                                                       const std::string& bearer) {
    v1::CreateAccessTokenRequest request;
    request.set_parent(user);
    request.set_display_name(name);
    request.set_lifetime_days(lifetime_days);
    return Ask(&Stub::CreateAccessToken, request, bearer);
  }

  absl::StatusOr<v1::ListAccessTokensResponse> List(const std::string& user,
                                                    const std::string& bearer) {
    v1::ListAccessTokensRequest request;
    request.set_parent(user);
    return Ask(&Stub::ListAccessTokens, request, bearer);
  }

  absl::Status Delete(const std::string& name, const std::string& bearer) {
    v1::DeleteAccessTokenRequest request;
    request.set_name(name);
    return Ask(&Stub::DeleteAccessToken, request, bearer).status();
  }
};

TEST_F(AccessTokenServiceTest, ATokenIsItsUsersCredentialAndSaysThatItIsOne) {
  const auto session = SignIn();
  const auto made = Create(session.user().name(), " deploy ", 0, session.session_token());
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_THAT(made->token(), MatchesRegex("kzp_[A-Za-z0-9_-]{43}"));
  EXPECT_THAT(made->access_token().name(),
              MatchesRegex(session.user().name() + "/accessTokens/[1-9][0-9]*"));
  EXPECT_EQ(made->access_token().display_name(), "deploy");
  EXPECT_EQ(made->access_token().create_time().seconds(), 1700000000);
  EXPECT_FALSE(made->access_token().has_expire_time());
  EXPECT_FALSE(made->access_token().has_last_use_time());

  const auto who = Authenticate(made->token());
  ASSERT_TRUE(who.ok()) << who.status();
  EXPECT_EQ(who->user().name(), session.user().name());
  EXPECT_TRUE(who->is_access_token());
  EXPECT_EQ(who->cache_seconds(), 30);

  v1::GetUserRequest request;
  request.set_name(session.user().name());
  EXPECT_TRUE(Ask(&Stub::GetUser, request, made->token()).ok());
}

TEST_F(AccessTokenServiceTest, TokensAreListedNewestFirstWithTheirUse) {
  const auto session = SignIn();
  const auto old = MakeToken(session, "old", 1);
  clock_.Advance(absl::Hours(24) - absl::Seconds(1));
  EXPECT_TRUE(Authenticate(old.token()).ok());
  clock_.Advance(absl::Seconds(1));
  MakeToken(session, "new");
  EXPECT_EQ(Authenticate(old.token()).status().code(), absl::StatusCode::kUnauthenticated);

  const auto listed = List(session.user().name(), session.session_token());
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->access_tokens_size(), 2);
  EXPECT_EQ(listed->access_tokens(0).display_name(), "new");
  EXPECT_EQ(listed->access_tokens(1).display_name(), "old") << "expired ones are listed too";
  EXPECT_EQ(listed->access_tokens(1).last_use_time().seconds(), 1700000000 + 24 * 3600 - 1);
  EXPECT_EQ(listed->access_tokens(1).expire_time().seconds(), 1700000000 + 24 * 3600);
  EXPECT_THAT(listed->DebugString(), ::testing::Not(HasSubstr(old.token())));
}

TEST_F(AccessTokenServiceTest, ADeletedTokenIsNoCredential) {
  const auto session = SignIn();
  const auto made = MakeToken(session);
  EXPECT_TRUE(Delete(made.access_token().name(), session.session_token()).ok());
  const absl::Status status = Authenticate(made.token()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_THAT(std::string(status.message()), HasSubstr("access token"));
  EXPECT_EQ(Delete(made.access_token().name(), session.session_token()).code(),
            absl::StatusCode::kNotFound);
}

TEST_F(AccessTokenServiceTest, ATokenOutlivesTheSessionThatMadeIt) {
  const auto session = SignIn();
  const auto made = MakeToken(session);
  v1::DeleteSessionRequest request;
  request.set_session_token(session.session_token());
  ASSERT_TRUE(Ask(&Stub::DeleteSession, request, Service("gateway")).ok());
  EXPECT_TRUE(Authenticate(made.token()).ok());
  // Nor does a browser that shows it as its session end it.
  v1::CompleteLoginRequest login;
  login.set_state(Begin().state());
  login.set_code("good");
  login.set_previous_session_token(made.token());
  ASSERT_TRUE(Complete(login).ok());
  EXPECT_TRUE(Authenticate(made.token()).ok());
}

// I17
TEST_F(AccessTokenServiceTest, AnotherUsersTokensAreNotFound) {
  const auto ann = SignIn(5);
  const auto bob = SignIn(6);
  const auto made = MakeToken(ann);
  const std::string& bearer = bob.session_token();
  EXPECT_EQ(List(ann.user().name(), bearer).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Create(ann.user().name(), "x", 0, bearer).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Delete(made.access_token().name(), bearer).code(), absl::StatusCode::kNotFound);
  const std::string smuggled =
      bob.user().name() + made.access_token().name().substr(ann.user().name().size());
  EXPECT_EQ(Delete(smuggled, bearer).code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(Authenticate(made.token()).ok());
}

TEST_F(AccessTokenServiceTest, AnAccessTokenMakesListsAndDeletesNone) {
  const auto session = SignIn();
  const auto made = MakeToken(session);
  for (const absl::Status& status :
       {Create(session.user().name(), "more", 0, made.token()).status(),
        List(session.user().name(), made.token()).status(),
        Delete(made.access_token().name(), made.token())}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
    EXPECT_EQ(Reason(status), "session_needed");
  }
  EXPECT_EQ(Create(session.user().name(), "more", 0, Service("gateway")).status().code(),
            absl::StatusCode::kPermissionDenied);
}

TEST_F(AccessTokenServiceTest, UnacceptableFieldsAreNamed) {
  const auto session = SignIn();
  const std::string& user = session.user().name();
  const std::string& bearer = session.session_token();
  for (const std::string& name : {std::string(), std::string(" \n"), std::string("a\nb"),
                                  std::string("a\0b", 3), std::string(101, 'x')}) {
    const absl::Status status = Create(user, name, 0, bearer).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_EQ(Detail(status, "field"), "display_name") << name;
  }
  for (const int days : {-1, 3651}) {
    const absl::Status status = Create(user, "x", days, bearer).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << days;
    EXPECT_EQ(Detail(status, "field"), "lifetime_days") << days;
  }
  EXPECT_EQ(List(user, bearer)->access_tokens_size(), 0);
  EXPECT_TRUE(Create(user, "x", 3650, bearer).ok());
}

TEST_F(AccessTokenServiceTest, AUserHasAtMostAHundredTokens) {
  const auto session = SignIn();
  std::string last;
  for (int i = 0; i < 100; ++i) last = MakeToken(session).access_token().name();
  const auto one_more = [&] {
    return Create(session.user().name(), "x", 0, session.session_token()).status();
  };
  EXPECT_EQ(one_more().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Reason(one_more()), "too_many_tokens");
  ASSERT_TRUE(Delete(last, session.session_token()).ok());
  EXPECT_TRUE(one_more().ok());
}

TEST_F(AccessTokenServiceTest, WhatOnlyLooksLikeATokenIsNone) {
  EXPECT_EQ(Authenticate("kzp_" + std::string(43, 'A')).status().code(),
            absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(Authenticate("kzp_").status().code(), absl::StatusCode::kUnauthenticated);
}

}  // namespace
}  // namespace kozmic::auth
