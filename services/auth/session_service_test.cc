// A user's sessions by AuthService's rpcs.

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/status/annotate.h"
#include "services/auth/service_fixture.h"

namespace kozmic::auth {
namespace {

using ::testing::ElementsAre;

class SessionServiceTest : public ServiceFixture {
 protected:
  absl::StatusOr<v1::ListSessionsResponse> List(const std::string& user,
                                                const std::string& bearer) {
    v1::ListSessionsRequest request;
    request.set_parent(user);
    return Ask(&Stub::ListSessions, request, bearer);
  }

  std::vector<std::string> UserAgents(const v1::CompleteLoginResponse& session) {
    std::vector<std::string> names;
    const auto listed = *List(session.user().name(), session.session_token());
    for (const v1::Session& one : listed.sessions()) names.push_back(one.user_agent());
    return names;
  }

  absl::Status Revoke(const std::string& name, const std::string& bearer) {
    v1::RevokeSessionRequest request;
    request.set_name(name);
    return Ask(&Stub::RevokeSession, request, bearer).status();
  }

  absl::Status RevokeOthers(const std::string& user, const std::string& bearer) {
    v1::RevokeOtherSessionsRequest request;
    request.set_parent(user);
    return Ask(&Stub::RevokeOtherSessions, request, bearer).status();
  }
};

TEST_F(SessionServiceTest, WhoIsNamedInTheConfigurationIsAnAdministrator) {
  EXPECT_FALSE(Authenticate(SignIn(5).session_token())->is_admin());
  FakeGithub::Answer root;
  root.id = 9;
  root.login = "root";
  github_.Set(root);
  const auto session = Complete(Begin().state());
  ASSERT_TRUE(session.ok()) << session.status();
  EXPECT_TRUE(Authenticate(session->session_token())->is_admin());
  EXPECT_TRUE(Authenticate(MakeToken(*session).token())->is_admin());
}

TEST_F(SessionServiceTest, AUserSeesTheirSessionsTheOneUsedLastFirst) {
  const auto phone = SignIn(5, "Phone");
  clock_.Advance(absl::Minutes(1));
  const auto laptop = SignIn(5, "Laptop");
  SignIn(6, "Stranger");

  const auto listed = List(laptop.user().name(), laptop.session_token());
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->sessions_size(), 2);
  EXPECT_EQ(listed->sessions(0).user_agent(), "Laptop");
  EXPECT_TRUE(listed->sessions(0).current());
  EXPECT_EQ(listed->sessions(0).create_time().seconds(), 1700000060);
  EXPECT_EQ(listed->sessions(0).expire_time().seconds(), 1700000060 + 30 * 24 * 3600);
  EXPECT_EQ(listed->sessions(1).user_agent(), "Phone");
  EXPECT_FALSE(listed->sessions(1).current());

  clock_.Advance(absl::Minutes(5));
  ASSERT_TRUE(Authenticate(phone.session_token()).ok());
  EXPECT_TRUE(List(phone.user().name(), phone.session_token())->sessions(0).current());
  EXPECT_THAT(UserAgents(phone), ElementsAre("Phone", "Laptop"));
}

TEST_F(SessionServiceTest, LastUseIsExactToFiveMinutes) {
  const auto session = SignIn();
  const auto last_use = [&] {
    return List(session.user().name(), session.session_token())
               ->sessions(0)
               .last_use_time()
               .seconds() -
           1700000000;
  };
  clock_.Advance(absl::Minutes(5) - absl::Seconds(1));
  EXPECT_EQ(last_use(), 0);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(last_use(), 300);
}

TEST_F(SessionServiceTest, AUserAgentIsCutAndCleanedNeverRefused) {
  const auto session = SignIn(5, std::string("a\0b\n", 4) + std::string(250, 'x') + "äöü");
  EXPECT_THAT(UserAgents(session), ElementsAre("a b " + std::string(250, 'x') + "ä"));
}

TEST_F(SessionServiceTest, AUserEndsOneOfTheirSessions) {
  const auto phone = SignIn(5, "Phone");
  const auto laptop = SignIn(5, "Laptop");
  const std::string name = List(phone.user().name(), phone.session_token())->sessions(1).name();
  EXPECT_TRUE(Revoke(name, laptop.session_token()).ok());
  EXPECT_EQ(Authenticate(phone.session_token()).status().code(),
            absl::StatusCode::kUnauthenticated);
  EXPECT_THAT(UserAgents(laptop), ElementsAre("Laptop"));
  EXPECT_EQ(Revoke(name, laptop.session_token()).code(), absl::StatusCode::kNotFound);
}

TEST_F(SessionServiceTest, AUserEndsAllTheirOtherSessions) {
  const auto phone = SignIn(5, "Phone");
  const auto laptop = SignIn(5, "Laptop");
  const auto stranger = SignIn(6);
  EXPECT_TRUE(RevokeOthers(laptop.user().name(), laptop.session_token()).ok());
  EXPECT_EQ(Authenticate(phone.session_token()).status().code(),
            absl::StatusCode::kUnauthenticated);
  EXPECT_TRUE(Authenticate(laptop.session_token()).ok());
  EXPECT_TRUE(Authenticate(stranger.session_token()).ok());
}

// I17: names in a request give access to nothing.
TEST_F(SessionServiceTest, AnotherUsersSessionsAreNotFound) {
  const auto ann = SignIn(5);
  const auto bob = SignIn(6);
  const std::string name = List(ann.user().name(), ann.session_token())->sessions(0).name();
  const std::string& bearer = bob.session_token();
  EXPECT_EQ(List(ann.user().name(), bearer).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Revoke(name, bearer).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(RevokeOthers(ann.user().name(), bearer).code(), absl::StatusCode::kNotFound);
  // Ann's session under Bob's own name.
  const std::string smuggled = bob.user().name() + name.substr(ann.user().name().size());
  EXPECT_EQ(Revoke(smuggled, bearer).code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(Authenticate(ann.session_token()).ok());
}

TEST_F(SessionServiceTest, NeitherAnAccessTokenNorAServiceManagesSessions) {
  const auto session = SignIn();
  const std::string& user = session.user().name();
  const std::string name = List(user, session.session_token())->sessions(0).name();
  const std::string token = MakeToken(session).token();
  for (const absl::Status& status :
       {List(user, token).status(), Revoke(name, token), RevokeOthers(user, token)}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
    EXPECT_EQ(Reason(status), "session_needed");
  }
  for (const absl::Status& status :
       {List(user, Service("gateway")).status(), Revoke(name, Service("gateway")),
        RevokeOthers(user, Service("gateway"))}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  }
  EXPECT_EQ(List(user, "").status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_TRUE(Authenticate(session.session_token()).ok());
}

TEST_F(SessionServiceTest, MalformedNamesAreRefused) {
  const std::string bearer = SignIn().session_token();
  EXPECT_EQ(List("users/me", bearer).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Revoke("users/1/sessions/-1", bearer).code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace kozmic::auth
