#ifndef KOZMIC_SERVICES_PROJECT_SERVICE_FIXTURE_H_
#define KOZMIC_SERVICES_PROJECT_SERVICE_FIXTURE_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "kozmic/auth/v1/auth.grpc.pb.h"
#include "kozmic/build/v1/build.grpc.pb.h"
#include "kozmic/project/v1/project.grpc.pb.h"
#include "lib/base/clock.h"
#include "lib/rpc/client.h"
#include "lib/rpc/server.h"
#include "lib/rpc/service_token.h"
#include "lib/testing/postgres.h"
#include "services/auth/client/remote_authenticator.h"
#include "services/project/project_service.h"
#include "services/project/service_parts.h"

namespace kozmic::project {

inline constexpr char kServiceKey[] = "a service key that is long enough to be one";
inline constexpr char kSecretKey[] = "a secret key that is long enough to be one!";
inline constexpr absl::Duration kDeadline = absl::Seconds(30);

// Plays AuthService: the session token "session-<n>" is users/<n>'s, whose GitHub token is given.
class FakeAuthService final : public auth::v1::AuthService::CallbackService {
 public:
  explicit FakeAuthService(const UnaryRunner& unary) : unary_(unary) {}

  // Someone who has signed in. A user without a GitHub token must sign in again.
  void AddUser(int64_t user, int64_t github_id, const std::string& login,
               const std::string& email = "");
  void SetGithubToken(int64_t user, const std::string& token);
  // Whose token was reported as refused since they got it.
  bool IsRefused(int64_t user) const;

  grpc::ServerUnaryReactor* Authenticate(grpc::CallbackServerContext* context,
                                         const auth::v1::AuthenticateRequest* request,
                                         auth::v1::AuthenticateResponse* response) override;
  grpc::ServerUnaryReactor* GetGithubToken(grpc::CallbackServerContext* context,
                                           const auth::v1::GetGithubTokenRequest* request,
                                           auth::v1::GetGithubTokenResponse* response) override;
  grpc::ServerUnaryReactor* ReportGithubTokenRefused(
      grpc::CallbackServerContext* context,
      const auth::v1::ReportGithubTokenRefusedRequest* request,
      auth::v1::ReportGithubTokenRefusedResponse* response) override;
  grpc::ServerUnaryReactor* BatchGetUsers(grpc::CallbackServerContext* context,
                                          const auth::v1::BatchGetUsersRequest* request,
                                          auth::v1::BatchGetUsersResponse* response) override;

 private:
  const UnaryRunner& unary_;
  mutable absl::Mutex mutex_;
  std::map<std::string, std::string> tokens_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> refused_ ABSL_GUARDED_BY(mutex_);
  std::vector<auth::v1::User> users_ ABSL_GUARDED_BY(mutex_);
};

// Plays BuildService: remembers what was asked of it. Builds are numbered by their request ids.
class FakeBuildService final : public build::v1::BuildService::CallbackService {
 public:
  explicit FakeBuildService(const UnaryRunner& unary) : unary_(unary) {}

  // How it answers from now on; OK at first.
  void Answer(const absl::Status& status);
  std::vector<build::v1::CreateBuildRequest> Requests() const;
  // Returns once it was asked so often; false when that takes too long.
  bool WaitForRequests(size_t count) const;
  // The projects whose builds were to be removed, each time they were.
  std::vector<std::string> Removals() const;

  grpc::ServerUnaryReactor* BatchCreateBuilds(
      grpc::CallbackServerContext* context, const build::v1::BatchCreateBuildsRequest* request,
      build::v1::BatchCreateBuildsResponse* response) override;
  // Has removed everything at the second call.
  grpc::ServerUnaryReactor* DeleteProject(grpc::CallbackServerContext* context,
                                          const build::v1::DeleteProjectRequest* request,
                                          build::v1::DeleteProjectResponse* response) override;

 private:
  const UnaryRunner& unary_;
  mutable absl::Mutex mutex_;
  absl::Status answer_ ABSL_GUARDED_BY(mutex_);
  std::vector<build::v1::CreateBuildRequest> requests_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, int64_t> numbers_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> removals_ ABSL_GUARDED_BY(mutex_);
};

// The project service as main.cc puts it together, on a real PostgreSQL, between a played
// AuthService and BuildService, before a GitHub of the test's choice.
class ServiceFixture {
 public:
  struct Github {
    std::string web_url;
    std::string api_url;
    // Where it delivers webhooks to.
    std::string public_url;
    std::string ssh_url = "ssh://git@github.example";
  };

  explicit ServiceFixture(const Github& github,
                          const ServiceParts::Options& options = QuickOptions());

  // Waits of a second or less where the product has minutes.
  static ServiceParts::Options QuickOptions();

  template <typename Request, typename Response>
  absl::StatusOr<Response> Ask(grpc::Status (v1::ProjectService::Stub::*method)(
                                   grpc::ClientContext*, const Request&, Response*),
                               const Request& request, const std::string& bearer) {
    return Call(*stub_, method, request, bearer, kDeadline);
  }

  // As the gateway hands one on.
  absl::StatusOr<v1::AcceptWebhooksResponse::Disposition> Accept(
      const v1::Webhook& webhook, const std::string& bearer = Token("gateway"));

  static std::string Session(int64_t user) { return absl::StrCat("session-", user); }
  static std::string Token(const std::string& service) {
    return ServiceToken(kServiceKey, service);
  }

  // A project with its owner, past GitHub.
  int64_t AddProject(int64_t repository_id, int64_t owner);
  // A hook that GitHub knows under `github_hook_id`, past GitHub.
  int64_t AddHook(int64_t project, int64_t github_hook_id, const std::string& secret,
                  const HookFields& fields);
  int64_t AddHook(int64_t project, int64_t github_hook_id, const std::string& secret) {
    return AddHook(project, github_hook_id, secret, SomeFields());
  }
  static HookFields SomeFields(const std::string& title = "Tests");
  // As a user sends one.
  static v1::Hook SomeHook(const std::string& title = "Tests");
  void AddMember(int64_t project, int64_t user, Role role);

  // "1 waits, 2 built…": state and outcome of each delivery, oldest first.
  struct Outcome {
    int state;
    std::string outcome;
  };
  std::vector<Outcome> Deliveries();
  // The state of the newest delivery once it is settled.
  int WaitForSettled(size_t deliveries);
  // Of a table, with an optional condition.
  int64_t CountRows(const std::string& table_and_condition);
  // Until a condition holds; false when that takes too long.
  static bool WaitFor(const std::function<bool()>& condition);

  SystemRandom random_;
  SystemClock clock_;
  PostgresPool pool_{{.url = SharedTestPostgres().CreateDatabase("project"), .size = 16}};

  ServiceTokenAuthenticator services_{kServiceKey, nullptr};
  Executor other_executor_{4, 64};
  UnaryRunner other_unary_{other_executor_, services_};
  FakeAuthService auth_{other_unary_};
  FakeBuildService build_{other_unary_};
  std::unique_ptr<RpcServer> others_ = *RpcServer::Start("127.0.0.1:0", {&auth_, &build_});

 private:
  const std::shared_ptr<grpc::Channel> channel_ = MakeChannel(others_->address());

 public:
  ServiceParts parts_;

 private:
  auth::RemoteAuthenticator users_{channel_, Token("project"), clock_};
  ServiceTokenAuthenticator authenticator_{kServiceKey, &users_};
  Executor executor_{8, 64};
  UnaryRunner unary_{executor_, authenticator_};
  ProjectService service_;
  std::unique_ptr<RpcServer> server_;
  std::unique_ptr<v1::ProjectService::Stub> stub_;
};

// As GitHub signs.
std::string Sign(const std::string& secret, const std::string& body);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_SERVICE_FIXTURE_H_
