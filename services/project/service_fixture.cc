#include "services/project/service_fixture.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "lib/crypto/digest.h"
#include "lib/rpc/authorize.h"
#include "lib/rpc/result_status.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"

namespace kozmic::project {

namespace {

Config ConfigOf(const ServiceFixture::Github& github) {
  Config config;
  config.service_key = kServiceKey;
  config.secret_keys.current = kSecretKey;
  config.public_url = github.public_url;
  config.github_web_url = github.web_url;
  config.github_api_url = github.api_url;
  config.github_ssh_url = github.ssh_url;
  return config;
}

}  // namespace

void FakeAuthService::AddUser(int64_t user, int64_t github_id, const std::string& login,
                              const std::string& email) {
  absl::MutexLock lock(&mutex_);
  auth::v1::User& added = users_.emplace_back();
  added.set_name(absl::StrCat("users/", user));
  added.set_github_id(github_id);
  added.set_login(login);
  added.set_notification_email(email);
}

void FakeAuthService::SetGithubToken(int64_t user, const std::string& token) {
  absl::MutexLock lock(&mutex_);
  tokens_[absl::StrCat("users/", user)] = token;
  refused_.erase(absl::StrCat("users/", user));
}

bool FakeAuthService::IsRefused(int64_t user) const {
  absl::MutexLock lock(&mutex_);
  return refused_.count(absl::StrCat("users/", user)) > 0;
}

grpc::ServerUnaryReactor* FakeAuthService::ReportGithubTokenRefused(
    grpc::CallbackServerContext* context, const auth::v1::ReportGithubTokenRefusedRequest* request,
    auth::v1::ReportGithubTokenRefusedResponse*) {
  return unary_.Run(context, "ReportGithubTokenRefused",
                    [=, this](const Caller& caller) -> absl::Status {
                      KOZMIC_RETURN_IF_ERROR(RequireService(caller, {"project"}));
                      absl::MutexLock lock(&mutex_);
                      if (tokens_[request->name()] == request->token()) {
                        refused_.insert(request->name());
                      }
                      return absl::OkStatus();
                    });
}

grpc::ServerUnaryReactor* FakeAuthService::BatchGetUsers(
    grpc::CallbackServerContext* context, const auth::v1::BatchGetUsersRequest* request,
    auth::v1::BatchGetUsersResponse* response) {
  return unary_.Run(context, "BatchGetUsers", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireService(caller, {"project"}));
    absl::MutexLock lock(&mutex_);
    const std::set<std::string> names(request->names().begin(), request->names().end());
    const std::set<int64_t> ids(request->github_ids().begin(), request->github_ids().end());
    for (const auth::v1::User& user : users_) {
      if (names.count(user.name()) > 0 || ids.count(user.github_id()) > 0) {
        *response->add_users() = user;
      }
    }
    return absl::OkStatus();
  });
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
    if (token == tokens_.end() || refused_.count(request->name()) > 0) {
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

grpc::ServerUnaryReactor* FakeBuildService::BatchCreateBuilds(
    grpc::CallbackServerContext* context, const build::v1::BatchCreateBuildsRequest* request,
    build::v1::BatchCreateBuildsResponse* response) {
  return unary_.Run(context, "BatchCreateBuilds", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireService(caller, {"project"}));
    absl::MutexLock lock(&mutex_);
    for (const build::v1::CreateBuildRequest& one : request->requests()) {
      requests_.push_back(one);
      const int64_t number =
          numbers_.try_emplace(one.request_id(), numbers_.size() + 1).first->second;
      auto* const result = response->add_results();
      if (answer_.ok()) result->set_number(number);
      result->set_code(static_cast<int>(answer_.code()));
      result->set_message(std::string(answer_.message()));
    }
    return IsRetryable(answer_) ? answer_ : absl::OkStatus();
  });
}

std::vector<std::string> FakeBuildService::Removals() const {
  absl::MutexLock lock(&mutex_);
  return removals_;
}

grpc::ServerUnaryReactor* FakeBuildService::DeleteProject(
    grpc::CallbackServerContext* context, const build::v1::DeleteProjectRequest* request,
    build::v1::DeleteProjectResponse* response) {
  return unary_.Run(context, "DeleteProject", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireService(caller, {"project"}));
    absl::MutexLock lock(&mutex_);
    response->set_done(std::count(removals_.begin(), removals_.end(), request->name()) > 0);
    removals_.push_back(request->name());
    return absl::OkStatus();
  });
}

ServiceFixture::ServiceFixture(const Github& github, const ServiceParts::Options& options)
    : parts_(ConfigOf(github), options, pool_, channel_, channel_, Token("project"), clock_,
             random_),
      service_(parts_.Face(), {.webhooks = unary_,
                               .database = unary_,
                               .github = unary_,
                               .checkouts = unary_,
                               .waiting = unary_}),
      server_(*RpcServer::Start("127.0.0.1:0", {&service_})),
      stub_(v1::ProjectService::NewStub(MakeChannel(server_->address()))) {
  parts_.Start();
}

absl::StatusOr<v1::AcceptWebhooksResponse::Disposition> ServiceFixture::Accept(
    const v1::Webhook& webhook, const std::string& bearer) {
  v1::AcceptWebhooksRequest request;
  *request.add_webhooks() = webhook;
  KOZMIC_ASSIGN_OR_RETURN(const v1::AcceptWebhooksResponse answer,
                          Ask(&v1::ProjectService::Stub::AcceptWebhooks, request, bearer));
  if (answer.results_size() != 1) return absl::InternalError("not one result");
  KOZMIC_RETURN_IF_ERROR(ResultStatus(answer.results(0)));
  return answer.results(0).disposition();
}

ServiceParts::Options ServiceFixture::QuickOptions() {
  ServiceParts::Options options;
  options.member_sync.first_retry = options.user_sync.first_retry = options.remover.first_retry =
      absl::Milliseconds(20);
  options.member_sync.longest_retry = options.remover.longest_retry = absl::Milliseconds(100);
  options.remover.linger = absl::Milliseconds(50);
  options.workers.idle = absl::Milliseconds(20);
  return options;
}

int64_t ServiceFixture::AddProject(int64_t repository_id, int64_t owner) {
  const auto added = parts_.projects.AddProject({.repository_id = repository_id,
                                                 .repository = "octo/hello",
                                                 .url = "http://g/octo/hello",
                                                 .default_branch = "main"},
                                                owner);
  EXPECT_TRUE(added.ok()) << added.status();
  // Nobody is to ask GitHub about it by themselves.
  EXPECT_TRUE(parts_.projects
                  .FinishProject(added->project_id,
                                 {{.user_id = owner, .role = Role::kOwner, .may_admin = true}},
                                 absl::Hours(24))
                  .ok());
  return added->project_id;
}

v1::Hook ServiceFixture::SomeHook(const std::string& title) {
  v1::Hook hook;
  hook.set_title(title);
  hook.set_image("debian:12");
  hook.set_script("#!/bin/sh\nmake\n");
  hook.add_events(v1::Hook::EVENT_PUSH);
  return hook;
}

HookFields ServiceFixture::SomeFields(const std::string& title) {
  return {.title = title, .image = "debian:12", .script = "make\n"};
}

int64_t ServiceFixture::AddHook(int64_t project, int64_t github_hook_id, const std::string& secret,
                                const HookFields& fields) {
  const int64_t hook = *parts_.hook_store.NextHookId();
  EXPECT_TRUE(parts_.hook_store
                  .AddHook({.hook_id = hook, .project_id = project, .fields = fields},
                           parts_.hook_box.Seal(secret, SecretPlace(hook)), {}, false)
                  .ok());
  EXPECT_TRUE(parts_.hook_store.ActivateHook(hook, github_hook_id).ok());
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

int64_t ServiceFixture::CountRows(const std::string& table_and_condition) {
  int64_t count = -1;
  EXPECT_TRUE(pool_
                  .Autocommit([&](pqxx::nontransaction& tx) {
                    count =
                        tx.exec1("SELECT count(*) FROM " + table_and_condition)[0].as<int64_t>();
                    return absl::OkStatus();
                  })
                  .ok());
  return count;
}

bool ServiceFixture::WaitFor(const std::function<bool()>& condition) {
  const absl::Time deadline = absl::Now() + kDeadline;
  while (absl::Now() < deadline) {
    if (condition()) return true;
    absl::SleepFor(absl::Milliseconds(2));
  }
  return false;
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
  int state = 0;
  WaitFor([&] {
    const auto outcomes = Deliveries();
    const bool settled = outcomes.size() >= deliveries &&
                         std::none_of(outcomes.begin(), outcomes.end(),
                                      [](const Outcome& o) { return o.state == 1; });
    if (settled) state = outcomes.back().state;
    return settled;
  });
  return state;
}

std::string Sign(const std::string& secret, const std::string& body) {
  return absl::StrCat("sha256=", absl::BytesToHexString(HmacSha256(secret, body)));
}

}  // namespace kozmic::project
