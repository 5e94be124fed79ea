#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/impl/client_unary_call.h"
#include "gtest/gtest.h"
#include "kozmic/auth/v1/auth.grpc.pb.h"
#include "lib/http/raw_client.h"
#include "lib/metrics/metrics.h"
#include "lib/rpc/client.h"
#include "lib/rpc/server.h"
#include "lib/rpc/service_token.h"
#include "lib/rpc/unary.h"
#include "lib/status/annotate.h"

namespace kozmic {
namespace {

using auth::v1::AuthService;
using auth::v1::GetUserRequest;
using auth::v1::User;

constexpr char kKey[] = "a service key that is long enough to be one";

// Answers GetUser with who called, or with the error that the request names.
class EchoService final : public AuthService::CallbackService {
 public:
  explicit EchoService(UnaryRunner& unary) : unary_(unary) {}

  grpc::ServerUnaryReactor* GetUser(grpc::CallbackServerContext* context,
                                    const GetUserRequest* request, User* response) override {
    return unary_.Run(context, "GetUser", [=](const Caller& caller) -> absl::Status {
      if (request->name() == "missing") {
        return WithReason(absl::NotFoundError("no such user"), "unknown_user");
      }
      if (request->name() == "broken") return absl::InternalError("table users is on fire");
      response->set_name(caller.name);
      return absl::OkStatus();
    });
  }

 private:
  UnaryRunner& unary_;
};

class RpcTest : public ::testing::Test {
 protected:
  absl::StatusOr<User> GetUser(const std::string& name, const std::string& bearer) {
    GetUserRequest request;
    request.set_name(name);
    return Call(*stub_, &AuthService::Stub::GetUser, request, bearer, absl::Seconds(5));
  }

  Executor executor_{2, 16};
  ServiceTokenAuthenticator authenticator_{kKey, nullptr};
  UnaryRunner unary_{executor_, authenticator_};
  EchoService service_{unary_};
  std::unique_ptr<RpcServer> server_ = *RpcServer::Start("127.0.0.1:0", {&service_});
  std::unique_ptr<AuthService::Stub> stub_ = AuthService::NewStub(MakeChannel(server_->address()));
};

TEST_F(RpcTest, CallerIsWhoTheTokenProves) {
  EXPECT_EQ(GetUser("x", ServiceToken(kKey, "gateway"))->name(), "gateway");
  EXPECT_EQ(GetUser("x", "")->name(), "");
}

TEST_F(RpcTest, CallsAreCountedByMethodAndStatus) {
  const auto seen = [](absl::string_view line) {
    // A call is counted when it is over, which is a moment after its answer.
    return http::Eventually([&] { return absl::StrContains(MetricsText(), line); });
  };
  const auto count_of = [](absl::string_view code) {
    return absl::StrCat("kozmic_rpc_seconds_count{code=\"", code,
                        "\",method=\"kozmic.auth.v1.AuthService/GetUser\"} ");
  };
  ASSERT_TRUE(GetUser("x", "").ok());
  EXPECT_TRUE(seen(count_of("OK"))) << MetricsText();
  EXPECT_FALSE(GetUser("missing", "").ok());
  EXPECT_TRUE(seen(count_of("NOT_FOUND"))) << MetricsText();
  EXPECT_TRUE(seen("kozmic_rpc_in_flight{method=\"kozmic.auth.v1.AuthService/GetUser\"} 0\n"));
}

TEST_F(RpcTest, NamesThatCallersMakeUpAreNotKept) {
  const auto channel = MakeChannel(server_->address());
  for (int i = 0; i < 20; ++i) {
    const std::string name = absl::StrCat("/made.Up/Name", i);
    const grpc::internal::RpcMethod method(name.c_str(), grpc::internal::RpcMethod::NORMAL_RPC);
    grpc::ClientContext context;
    PrepareCall(context, absl::Now() + absl::Seconds(5), "");
    User response;
    const grpc::Status status = grpc::internal::BlockingUnaryCall<GetUserRequest, User>(
        channel.get(), method, &context, {}, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  }
  EXPECT_FALSE(absl::StrContains(MetricsText(), "made.Up"));
}

TEST_F(RpcTest, AForgedTokenIsUnauthenticated) {
  EXPECT_EQ(GetUser("x", ServiceToken("another key", "gateway")).status().code(),
            absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(GetUser("x", "ks1.gateway").status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(GetUser("x", "some session").status().code(), absl::StatusCode::kUnauthenticated);
}

TEST_F(RpcTest, ReasonsCrossTheWire) {
  const absl::Status status = GetUser("missing", "").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(), "no such user");
  EXPECT_EQ(Reason(status), "unknown_user");
}

TEST_F(RpcTest, InternalErrorsTellNothing) {
  const absl::Status status = GetUser("broken", "").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(status.message(), "internal error");
}

TEST_F(RpcTest, AnUnimplementedMethodSaysSo) {
  EXPECT_EQ(Call(*stub_, &AuthService::Stub::DeleteSession, auth::v1::DeleteSessionRequest(), "",
                 absl::Seconds(5))
                .status()
                .code(),
            absl::StatusCode::kUnimplemented);
}

TEST_F(RpcTest, ATakenPortIsNamed) {
  const auto second = RpcServer::Start(server_->address(), {});
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.status().message().find(server_->address()), absl::string_view::npos);
}

TEST_F(RpcTest, HealthIsAnsweredAndDescribed) {
  grpc::ClientContext context;
  PrepareCall(context, absl::Now() + absl::Seconds(5), "");
  const auto health = grpc::health::v1::Health::NewStub(MakeChannel(server_->address()));
  grpc::health::v1::HealthCheckResponse response;
  ASSERT_TRUE(health->Check(&context, {}, &response).ok());
  EXPECT_EQ(response.status(), grpc::health::v1::HealthCheckResponse::SERVING);
  EXPECT_NE(google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
                "grpc.health.v1.Health"),
            nullptr);
}

TEST_F(RpcTest, AStoppedServerIsUnavailable) {
  server_->Stop(absl::Seconds(1));
  EXPECT_TRUE(IsRetryable(GetUser("x", "").status()));
}

TEST(CapabilityTokenTest, BelongsToOnePurposeAndResource) {
  const std::string token = CapabilityToken(kKey, "log-write", "logs/1");
  EXPECT_TRUE(CheckCapabilityToken(kKey, "log-write", "logs/1", token));
  EXPECT_FALSE(CheckCapabilityToken(kKey, "log-write", "logs/2", token));
  EXPECT_FALSE(CheckCapabilityToken(kKey, "log-read", "logs/1", token));
  EXPECT_FALSE(CheckCapabilityToken("other", "log-write", "logs/1", token));
  EXPECT_FALSE(CheckCapabilityToken(kKey, "log-write", "logs/1", ""));
}

}  // namespace
}  // namespace kozmic
