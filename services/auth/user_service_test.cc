// Users, and the GitHub tokens that act for them, by AuthService's rpcs.

#include <set>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/status/annotate.h"
#include "services/auth/service_fixture.h"

namespace kozmic::auth {
namespace {

using ::testing::UnorderedElementsAre;

class UserServiceTest : public ServiceFixture {
 protected:
  absl::StatusOr<v1::User> GetUser(const std::string& name, const std::string& bearer) {
    v1::GetUserRequest request;
    request.set_name(name);
    return Ask(&Stub::GetUser, request, bearer);
  }

  absl::StatusOr<v1::User> SetEmail(const std::string& name, const std::string& email,
                                    const std::string& bearer) {
    v1::UpdateUserRequest request;
    request.mutable_user()->set_name(name);
    request.mutable_user()->set_notification_email(email);
    return Ask(&Stub::UpdateUser, request, bearer);
  }

  absl::StatusOr<v1::GetGithubTokenResponse> GithubToken(const std::string& user,
                                                         const std::string& bearer) {
    v1::GetGithubTokenRequest request;
    request.set_name(user);
    return Ask(&Stub::GetGithubToken, request, bearer);
  }

  absl::Status ReportRefused(const std::string& user, const std::string& token,
                             const std::string& bearer) {
    v1::ReportGithubTokenRefusedRequest request;
    request.set_name(user);
    request.set_token(token);
    return Ask(&Stub::ReportGithubTokenRefused, request, bearer).status();
  }
};

TEST_F(UserServiceTest, AUserIsToldToThemselvesAndToServices) {
  const auto ann = SignIn(5);
  const auto bob = SignIn(6);
  EXPECT_EQ(GetUser(ann.user().name(), ann.session_token())->login(), "user5");
  EXPECT_EQ(GetUser(ann.user().name(), Service("build"))->login(), "user5");
  EXPECT_EQ(GetUser(ann.user().name(), bob.session_token()).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(GetUser("users/999", Service("build")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(GetUser(ann.user().name(), "").status().code(), absl::StatusCode::kUnauthenticated);
}

// K4
TEST_F(UserServiceTest, AUserSetsAndRemovesTheirNotificationAddress) {
  const auto ann = SignIn(5);
  const std::string& name = ann.user().name();
  EXPECT_EQ(ann.user().notification_email(), "");
  const auto set = SetEmail(name, " ann@example.com ", ann.session_token());
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(set->notification_email(), "ann@example.com");
  EXPECT_EQ(set->login(), "user5");
  EXPECT_EQ(GetUser(name, Service("build"))->notification_email(), "ann@example.com");
  EXPECT_EQ(SignIn(5).user().notification_email(), "ann@example.com") << "a sign-in keeps it";

  EXPECT_TRUE(SetEmail(name, "", ann.session_token()).ok());
  EXPECT_EQ(GetUser(name, ann.session_token())->notification_email(), "");
}

// K4
TEST_F(UserServiceTest, WhatIsNoAddressIsRefusedAndNothingChanges) {
  const auto ann = SignIn(5);
  const std::string& name = ann.user().name();
  ASSERT_TRUE(SetEmail(name, "ann@example.com", ann.session_token()).ok());
  const absl::Status status =
      SetEmail(name, "ann@example.com\r\nBcc: all@example.com", ann.session_token()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Detail(status, "field"), "notification_email");
  EXPECT_NE(status.message(), "");
  EXPECT_EQ(GetUser(name, ann.session_token())->notification_email(), "ann@example.com");
}

TEST_F(UserServiceTest, OnlyAUserBySessionChangesThemselves) {
  const auto ann = SignIn(5);
  const auto bob = SignIn(6);
  const std::string& name = ann.user().name();
  EXPECT_EQ(SetEmail(name, "b@example.com", bob.session_token()).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(SetEmail(name, "b@example.com", Service("gateway")).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Reason(SetEmail(name, "b@example.com", MakeToken(ann).token()).status()),
            "session_needed");
  EXPECT_EQ(GetUser(name, ann.session_token())->notification_email(), "");
}

TEST_F(UserServiceTest, ManyUsersAreFoundByEitherIdAndOnce) {
  const auto ann = SignIn(5);
  const auto bob = SignIn(6);
  SignIn(7);
  v1::BatchGetUsersRequest request;
  request.add_names(ann.user().name());
  request.add_names("users/999");
  request.add_github_ids(5);
  request.add_github_ids(6);
  request.add_github_ids(8);
  const auto found = Ask(&Stub::BatchGetUsers, request, Service("project"));
  ASSERT_TRUE(found.ok()) << found.status();
  std::multiset<std::string> logins;
  for (const v1::User& user : found->users()) logins.insert(user.login());
  EXPECT_THAT(logins, UnorderedElementsAre("user5", "user6"));
  EXPECT_EQ(Ask(&Stub::BatchGetUsers, v1::BatchGetUsersRequest(), Service("project"))->users_size(),
            0);

  for (const std::string& bearer : {Service("gateway"), bob.session_token()}) {
    EXPECT_EQ(Ask(&Stub::BatchGetUsers, request, bearer).status().code(),
              absl::StatusCode::kPermissionDenied);
  }
}

TEST_F(UserServiceTest, AtMostTenThousandUsersAreAskedForAtOnce) {
  v1::BatchGetUsersRequest request;
  for (int i = 1; i <= 5000; ++i) request.add_names(absl::StrCat("users/", i));
  for (int i = 1; i <= 5000; ++i) request.add_github_ids(i);
  EXPECT_TRUE(Ask(&Stub::BatchGetUsers, request, Service("project")).ok());
  request.add_github_ids(1);
  EXPECT_EQ(Ask(&Stub::BatchGetUsers, request, Service("project")).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(UserServiceTest, GithubTokensGoToProjectServiceOnly) {
  const auto session = SignIn();
  const std::string& user = session.user().name();
  EXPECT_EQ(GithubToken(user, Service("project"))->token(), "gho_secret");
  EXPECT_EQ(GithubToken(user, Service("gateway")).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(GithubToken(user, session.session_token()).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(GithubToken(user, "").status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(Reason(GithubToken("users/999", Service("project")).status()), "sign_in_needed");
}

TEST_F(UserServiceTest, ARefusedGithubTokenIsHandedOutNoMore) {
  const std::string user = SignIn(5).user().name();
  const std::string other = SignIn(6).user().name();
  EXPECT_EQ(ReportRefused(user, "gho_secret", Service("gateway")).code(),
            absl::StatusCode::kPermissionDenied);
  ASSERT_TRUE(ReportRefused(user, "gho_secret", Service("project")).ok());
  const absl::Status status = GithubToken(user, Service("project")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Reason(status), "sign_in_needed");
  EXPECT_TRUE(GithubToken(other, Service("project")).ok());
  EXPECT_TRUE(ReportRefused(user, "gho_secret", Service("project")).ok());
  EXPECT_TRUE(ReportRefused("users/999", "gho_secret", Service("project")).ok());

  SignIn(5);
  EXPECT_EQ(GithubToken(user, Service("project"))->token(), "gho_secret");
}

TEST_F(UserServiceTest, AReportOfAReplacedGithubTokenChangesNothing) {
  const std::string user = SignIn(5).user().name();
  github_.Set({.id = 5, .token = "gho_newer"});
  ASSERT_TRUE(Complete(Begin().state()).ok());
  EXPECT_TRUE(ReportRefused(user, "gho_secret", Service("project")).ok());
  EXPECT_EQ(GithubToken(user, Service("project"))->token(), "gho_newer");
}

}  // namespace
}  // namespace kozmic::auth
