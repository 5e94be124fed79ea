#include "services/auth/client/remote_authenticator.h"

#include <atomic>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lib/base/executor.h"
#include "lib/rpc/authorize.h"
#include "lib/rpc/client.h"
#include "lib/rpc/server.h"
#include "lib/rpc/service_token.h"
#include "lib/rpc/unary.h"
#include "lib/status/macros.h"

namespace kozmic::auth {
namespace {

constexpr char kKey[] = "a service key that is long enough to be one";

// Knows the credential "good-<n>" as users/<n>, until told otherwise.
class FakeAuthService final : public v1::AuthService::CallbackService {
 public:
  explicit FakeAuthService(UnaryRunner& unary) : unary_(unary) {}

  grpc::ServerUnaryReactor* Authenticate(grpc::CallbackServerContext* context,
                                         const v1::AuthenticateRequest* request,
                                         v1::AuthenticateResponse* response) override {
    return unary_.Run(context, "Authenticate", [=, this](const Caller& caller) -> absl::Status {
      ++asked;
      KOZMIC_RETURN_IF_ERROR(RequireService(caller, {"build"}));
      if (revoked || request->credential().substr(0, 5) != "good-") {
        return absl::UnauthenticatedError("this credential was taken back");
      }
      response->mutable_user()->set_name("users/" + request->credential().substr(5));
      response->set_cache_seconds(30);
      response->set_is_access_token(access_token);
      return absl::OkStatus();
    });
  }

  std::atomic<int> asked{0};
  std::atomic<bool> revoked{false};
  std::atomic<bool> access_token{false};

 private:
  UnaryRunner& unary_;
};

class RemoteAuthenticatorTest : public ::testing::Test {
 protected:
  Executor executor_{2, 16};
  ServiceTokenAuthenticator services_{kKey, nullptr};
  UnaryRunner unary_{executor_, services_};
  FakeAuthService auth_{unary_};
  std::unique_ptr<RpcServer> server_ = *RpcServer::Start("127.0.0.1:0", {&auth_});
  FakeClock clock_{absl::FromUnixSeconds(1700000000)};
  RemoteAuthenticator authenticator_{MakeChannel(server_->address()), ServiceToken(kKey, "build"),
                                     clock_};
};

TEST_F(RemoteAuthenticatorTest, KnowsAUserAndPassesTheirCredentialOn) {
  const auto caller = authenticator_.Authenticate("good-7");
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_EQ(caller->kind, Caller::Kind::kUser);
  EXPECT_EQ(caller->name, "users/7");
  EXPECT_EQ(caller->bearer, "good-7");
  EXPECT_EQ(authenticator_.Authenticate("bad").status().code(), absl::StatusCode::kUnauthenticated);
}

TEST_F(RemoteAuthenticatorTest, TellsAnAccessTokenFromASession) {
  EXPECT_FALSE(authenticator_.Authenticate("good-7")->by_access_token);
  auth_.access_token = true;
  EXPECT_TRUE(authenticator_.Authenticate("good-8")->by_access_token);
  EXPECT_TRUE(authenticator_.Authenticate("good-8")->by_access_token) << "kept with the answer";
  EXPECT_EQ(auth_.asked, 2);
}

TEST_F(RemoteAuthenticatorTest, ForgettingAUserForgetsAllTheirCredentials) {
  ASSERT_TRUE(authenticator_.Authenticate("good-7").ok());
  ASSERT_TRUE(authenticator_.Authenticate("good-71").ok());
  auth_.revoked = true;
  authenticator_.ForgetUser("users/7");
  EXPECT_FALSE(authenticator_.Authenticate("good-7").ok());
  EXPECT_TRUE(authenticator_.Authenticate("good-71").ok()) << "another user's";
}

TEST_F(RemoteAuthenticatorTest, AsksAgainWhenTheAnswerIsNoLongerFresh) {
  ASSERT_TRUE(authenticator_.Authenticate("good-7").ok());
  auth_.revoked = true;
  // N13, I17: for so long at most does a credential outlive its end.
  clock_.Advance(absl::Seconds(29));
  EXPECT_TRUE(authenticator_.Authenticate("good-7").ok());
  EXPECT_EQ(auth_.asked, 1);
  clock_.Advance(absl::Seconds(1));
  EXPECT_FALSE(authenticator_.Authenticate("good-7").ok());
  auth_.revoked = false;
  EXPECT_TRUE(authenticator_.Authenticate("good-7").ok());
}

TEST_F(RemoteAuthenticatorTest, ARefusalIsNotKept) {
  auth_.revoked = true;
  EXPECT_EQ(authenticator_.Authenticate("good-7").status(),
            absl::UnauthenticatedError("this credential was taken back"));
  auth_.revoked = false;
  EXPECT_TRUE(authenticator_.Authenticate("good-7").ok());
}

TEST_F(RemoteAuthenticatorTest, AnAnswerServesForAMinuteWhileTheServiceIsAway) {
  ASSERT_TRUE(authenticator_.Authenticate("good-7").ok());
  server_->Stop(absl::ZeroDuration());
  clock_.Advance(absl::Seconds(59));
  EXPECT_TRUE(authenticator_.Authenticate("good-7").ok());
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(authenticator_.Authenticate("good-7").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(authenticator_.Authenticate("good-8").status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(RemoteAuthenticatorTest, ForgetsWhatItIsToldTo) {
  ASSERT_TRUE(authenticator_.Authenticate("good-7").ok());
  auth_.revoked = true;
  authenticator_.Forget("good-7");
  EXPECT_FALSE(authenticator_.Authenticate("good-7").ok());
}

TEST_F(RemoteAuthenticatorTest, KeepsTheTenThousandUsedLast) {
  ASSERT_TRUE(authenticator_.Authenticate("good-0").ok());
  ASSERT_TRUE(authenticator_.Authenticate("good-1").ok());
  ASSERT_TRUE(authenticator_.Authenticate("good-0").ok());
  for (int i = 2; i <= 10000; ++i) {
    ASSERT_TRUE(authenticator_.Authenticate(absl::StrCat("good-", i)).ok());
  }
  EXPECT_EQ(auth_.asked, 10001);
  EXPECT_TRUE(authenticator_.Authenticate("good-0").ok());
  EXPECT_EQ(auth_.asked, 10001);
  EXPECT_TRUE(authenticator_.Authenticate("good-1").ok());
  EXPECT_EQ(auth_.asked, 10002);
}

}  // namespace
}  // namespace kozmic::auth
