#include "services/project/service_fixture.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "lib/crypto/digest.h"
#include "lib/rpc/authorize.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"

namespace kozmic::project {

void FakeAuthService::SetGithubToken(int64_t user, const std::string& token) {
  absl::MutexLock lock(&mutex_);
  tokens_[absl::StrCat("users/", user)] = token;
}

grpc::ServerUnaryReactor* FakeAuthService::Authenticate(
    grpc::CallbackServerContext* context, const auth::v1::AuthenticateRequest* request,
    auth::v1::AuthenticateResponse* response) {
  return unary_.Run(context, "Authenticate", [=](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireService(caller, {"project"}));
    const std::string& credential = request->credential();
    if (credential.substr(0, 8) != "session-") return absl::UnauthenticatedError("no session");
    response->mutable_user()->set_name("users/" + credential.substr(8));
    response->set_cache_seconds(30);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* FakeAuthService::GetGithubToken(
    grpc::CallbackServerContext* context, const auth::v1::GetGithubTokenRequest* request,
    auth::v1::GetGithubTokenResponse* response) {
  return unary_.Run(context, "GetGithubToken", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireService(caller, {"project"}));
    absl::MutexLock lock(&mutex_);
    const auto token = tokens_.find(request->name());
    if (token == tokens_.end()) {
      return WithReason(absl::FailedPreconditionError("sign in again"), "sign_in_needed");
    }
    response->set_token(token->second);
    return absl::OkStatus();
  });
}

void FakeBuildService::Answer(const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  answer_ = status;
}

std::vector<build::v1::CreateBuildRequest> FakeBuildService::Requests() const {
  absl::MutexLock lock(&mutex_);
  return requests_;
}

bool FakeBuildService::WaitForRequests(size_t count) const {
  const auto reached = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return requests_.size() >= count;
  };
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&reached), kDeadline);
}

grpc::ServerUnaryReactor* FakeBuildService::CreateBuild(
    grpc::CallbackServerContext* context, const build::v1::CreateBuildRequest* request,
    build::v1::Build*) {
  return unary_.Run(context, "CreateBuild", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireService(caller, {"project"}));
    absl::MutexLock lock(&mutex_);
    requests_.push_back(*request);
    return answer_;
  });
}

ServiceFixture::ServiceFixture(const Github& github)
    : github_({.base_url = github.api_url}, clock_),
      inbox_(deliveries_, secret_box_,
             [this] {
               absl::MutexLock lock(&dispatcher_mutex_);
               if (dispatcher_ != nullptr) dispatcher_->Wake();
             }),
      domain_({.store = projects_,
               .tokens = tokens_,
               .github = github_,
               .secret_box = secret_box_,
               .random = random_,
               .public_url = github.public_url,
               .github_web_url = github.web_url}),
      service_(domain_, inbox_, {.webhooks = unary_, .database = unary_, .github = unary_}),
      server_(*RpcServer::Start("127.0.0.1:0", {&service_})),
      stub_(v1::ProjectService::NewStub(MakeChannel(server_->address()))) {
  StartDispatcher();
}

void ServiceFixture::StartDispatcher(const Dispatcher::Options& options) {
  absl::MutexLock lock(&dispatcher_mutex_);
  dispatcher_ = std::make_unique<Dispatcher>(deliveries_, projects_, builds_, random_, options);
}

int64_t ServiceFixture::AddProject(int64_t repository_id, int64_t owner) {
  return projects_
      .CreateProject({.repository_id = repository_id,
                      .repository = "octo/hello",
                      .url = "http://g/octo/hello",
                      .owner_user_id = owner})
      ->project_id;
}

int64_t ServiceFixture::AddHook(int64_t project, int64_t github_hook_id, const std::string& secret,
                                const std::string& title) {
  const int64_t hook = *projects_.NextHookId();
  EXPECT_TRUE(projects_
                  .AddHook({.hook_id = hook,
                            .project_id = project,
                            .title = title,
                            .image = "debian:12",
                            .script = "make\n"},
                           secret_box_.Seal(secret, SecretPlace(hook)))
                  .ok());
  EXPECT_TRUE(projects_.ActivateHook(hook, github_hook_id).ok());
  return hook;
}

void ServiceFixture::AddMember(int64_t project, int64_t user, Role role) {
  EXPECT_TRUE(pool_
                  .Autocommit([&](pqxx::nontransaction& tx) {
                    tx.exec_params0(
                        "INSERT INTO members (project_id, user_id, role) VALUES ($1, $2, $3)",
                        project, user, static_cast<int>(role));
                    return absl::OkStatus();
                  })
                  .ok());
}

std::vector<ServiceFixture::Outcome> ServiceFixture::Deliveries() {
  std::vector<Outcome> outcomes;
  EXPECT_TRUE(pool_
                  .Autocommit([&](pqxx::nontransaction& tx) {
                    for (const auto& row :
                         tx.exec("SELECT state, outcome FROM deliveries ORDER BY delivery_id")) {
                      outcomes.push_back({row[0].as<int>(), row[1].as<std::string>()});
                    }
                    return absl::OkStatus();
                  })
                  .ok());
  return outcomes;
}

int ServiceFixture::WaitForSettled(size_t deliveries) {
  const absl::Time deadline = absl::Now() + kDeadline;
  while (absl::Now() < deadline) {
    const auto outcomes = Deliveries();
    if (outcomes.size() >= deliveries &&
        std::none_of(outcomes.begin(), outcomes.end(),
                     [](const Outcome& o) { return o.state == 1; })) {
      return outcomes.back().state;
    }
    absl::SleepFor(absl::Milliseconds(2));
  }
  return 0;
}

std::string Sign(const std::string& secret, const std::string& body) {
  return absl::StrCat("sha256=", absl::BytesToHexString(HmacSha256(secret, body)));
}

}  // namespace kozmic::project
