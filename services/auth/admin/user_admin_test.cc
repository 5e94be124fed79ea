// Users for administrators: AdminService over gRPC, on a real database.

#include "gtest/gtest.h"
#include "lib/status/annotate.h"
#include "services/auth/admin/user_admin_service.h"
#include "services/auth/service_fixture.h"

namespace kozmic::auth {
namespace {

using AdminStub = v1::AdminService::Stub;

class UserAdminTest : public ServiceFixture {
 protected:
  // Signs in as "Root", who administers.
  std::string AdminSession() {
    github_.Set({.id = 1, .login = "root"});
    v1::CompleteLoginRequest request;
    request.set_state(Begin().state());
    request.set_code("good");
    return Complete(request)->session_token();
  }

  absl::StatusOr<v1::ListUsersResponse> List(const std::string& bearer, int page_size = 0,
                                             const std::string& page_token = "") {
    v1::ListUsersRequest request;
    request.set_page_size(page_size);
    request.set_page_token(page_token);
    return Call(*admin_stub_, &AdminStub::ListUsers, request, bearer, absl::Seconds(10));
  }

  absl::StatusOr<v1::SignOutUserResponse> SignOut(const std::string& name,
                                                  const std::string& bearer) {
    v1::SignOutUserRequest request;
    request.set_name(name);
    return Call(*admin_stub_, &AdminStub::SignOutUser, request, bearer, absl::Seconds(10));
  }

  const std::unique_ptr<UserAdminStore> admin_store_ = NewPostgresUserAdminStore(pool_);
  UserAdminService admin_service_{unary_, *admin_store_, admins_, clock_};
  const std::unique_ptr<RpcServer> admin_server_ =
      *RpcServer::Start("127.0.0.1:0", {&admin_service_});
  const std::unique_ptr<AdminStub> admin_stub_ =
      v1::AdminService::NewStub(MakeChannel(admin_server_->address()));
};

TEST_F(UserAdminTest, IsForAdministratorsOnly) {
  const auto member = SignIn(5);
  EXPECT_EQ(Reason(List(member.session_token()).status()), "admin_needed");
  EXPECT_EQ(Reason(SignOut("users/1", member.session_token()).status()), "admin_needed");
  EXPECT_TRUE(absl::IsUnauthenticated(List("").status()));
}

TEST_F(UserAdminTest, UsersAreListedInPagesWithWhatActsForThem) {
  const std::string admin = AdminSession();
  const auto member = SignIn(5);
  SignIn(5);
  MakeToken(member);
  const auto first = List(admin, 1);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_EQ(first->users_size(), 1);
  EXPECT_EQ(first->users(0).login(), "root");
  EXPECT_TRUE(first->users(0).is_admin());
  const auto second = List(admin, 1, first->next_page_token());
  ASSERT_TRUE(second.ok()) << second.status();
  ASSERT_EQ(second->users_size(), 1);
  EXPECT_EQ(second->users(0).login(), "user5");
  EXPECT_FALSE(second->users(0).is_admin());
  EXPECT_EQ(second->users(0).sessions(), 2);
  EXPECT_EQ(second->users(0).access_tokens(), 1);
  EXPECT_TRUE(second->users(0).has_github_token());
  EXPECT_EQ(second->users(0).sign_in_time().seconds(), 1700000000);
  EXPECT_TRUE(second->next_page_token().empty());
  EXPECT_TRUE(absl::IsInvalidArgument(List(admin, 501).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(List(admin, 0, "users/x").status()));
}

TEST_F(UserAdminTest, WhoIsSignedOutHasNoAccessLeft) {
  const std::string admin = AdminSession();
  const auto member = SignIn(5);
  const auto token = MakeToken(member);
  const auto out = SignOut(member.user().name(), admin);
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_EQ(out->sessions(), 1);
  EXPECT_EQ(out->access_tokens(), 1);
  EXPECT_TRUE(absl::IsUnauthenticated(Authenticate(member.session_token()).status()));
  EXPECT_TRUE(absl::IsUnauthenticated(Authenticate(token.token()).status()));
  EXPECT_FALSE(List(admin)->users(1).has_github_token());
  EXPECT_TRUE(absl::IsNotFound(SignOut("users/99", admin).status()));
  // They may come again.
  EXPECT_TRUE(Authenticate(SignIn(5).session_token()).ok());
}

TEST_F(UserAdminTest, AnAccessTokenDoesNotTakeAccess) {
  const std::string admin = AdminSession();
  v1::CreateAccessTokenRequest request;
  request.set_parent("users/1");
  request.set_display_name("script");
  const auto token = Ask(&Stub::CreateAccessToken, request, admin);
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_TRUE(List(token->token()).ok());
  EXPECT_EQ(Reason(SignOut("users/1", token->token()).status()), "session_needed");
}

}  // namespace
}  // namespace kozmic::auth
