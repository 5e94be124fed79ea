#include "gateway/testing/fake_projects.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/testing/fake_caller.h"
#include "lib/rpc/grpc_status.h"
#include "lib/rpc/result_status.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"

namespace kozmic::gateway {
namespace {

using project::v1::Permission;
using project::v1::PERMISSION_CONFIGURE;
using project::v1::PERMISSION_DELETE;
using project::v1::PERMISSION_VIEW;

// "projects/7/hooks/1" → 7.
int64_t ProjectOf(const std::string& name) {
  const std::string rest = name.substr(std::min(name.size(), name.find('/') + 1));
  int64_t id = 0;
  return absl::SimpleAtoi(rest.substr(0, rest.find('/')), &id) ? id : 0;
}

absl::Status FieldError(absl::string_view field) {
  return WithDetail(absl::InvalidArgumentError(absl::StrCat(field, ": not like this")), "field",
                    field);
}

absl::Status Describe(const project::v1::Project& project, project::v1::DeployKey* key) {
  if (!project.private_()) return absl::NotFoundError("a public repository needs no key");
  key->set_name(absl::StrCat(project.name(), "/deployKey"));
  key->set_type("ssh-ed25519");
  key->set_public_key("ssh-ed25519 AAAA");
  key->set_state(project::v1::DeployKey::STATE_MISSING);
  return absl::OkStatus();
}

}  // namespace

FakeProjects::FakeProjects() {
  AddProject(1, project::v1::ROLE_MANAGER);
  AddProject(2, project::v1::ROLE_OWNER);
  AddProject(3, project::v1::ROLE_MEMBER);
  SetRole("users/8", 1, project::v1::ROLE_MEMBER);
}

void FakeProjects::AddProject(int64_t id, project::v1::Role role_of_users_7) {
  absl::MutexLock lock(&mutex);
  Kept& kept = kept_[id];
  kept.project.set_name(absl::StrCat("projects/", id));
  kept.project.set_repository(absl::StrCat("octo/repo-", id));
  kept.project.set_url(absl::StrCat("https://github.example/octo/repo-", id));
  kept.project.set_default_branch("main");
  kept.project.set_private_(id == 2);
  kept.roles["users/7"] = role_of_users_7;
}

void FakeProjects::SetRole(const std::string& user, int64_t project, project::v1::Role role) {
  absl::MutexLock lock(&mutex);
  kept_[project].roles[user] = role;
}

void FakeProjects::RemoveMember(const std::string& user, int64_t project) {
  absl::MutexLock lock(&mutex);
  kept_[project].roles.erase(user);
}

void FakeProjects::Fail(const absl::Status& status) {
  absl::MutexLock lock(&mutex);
  failure_ = status;
}

void FakeProjects::SetRepositories(const project::v1::ListRepositoriesResponse& repositories) {
  absl::MutexLock lock(&mutex);
  repositories_ = repositories;
}

void FakeProjects::SetSyncTime(absl::Duration time) {
  absl::MutexLock lock(&mutex);
  sync_time_ = time;
}

std::vector<std::string> FakeProjects::Calls(const std::string& rpc) {
  std::vector<std::string> found;
  absl::MutexLock lock(&mutex);
  for (const auto& [name, call] : calls_) {
    if (name == rpc) found.push_back(call);
  }
  return found;
}

absl::Status FakeProjects::Note(const char* rpc, const grpc::ServerContext& context,
                                const google::protobuf::Message& request) {
  calls_.emplace_back(rpc, absl::StrCat(BearerOf(context), " ", request.ShortDebugString()));
  return failure_;
}

grpc::Status FakeProjects::On(const char* rpc, grpc::ServerContext& context,
                              const google::protobuf::Message& request, const std::string& name,
                              Permission permission, const Work& work) {
  const auto allowed = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(Note(rpc, context, request));
    const auto user = UserOf(BearerOf(context));
    if (!user) return absl::UnauthenticatedError("who?");
    const auto found = kept_.find(ProjectOf(name));
    if (found == kept_.end() || found->second.roles.count(*user) == 0) {
      return absl::NotFoundError("no such project");
    }
    // Roles and permissions are numbered alike.
    if (static_cast<int>(found->second.roles[*user]) < static_cast<int>(permission)) {
      return absl::PermissionDeniedError("Ask a manager of this project.");
    }
    return work(found->second);
  };
  absl::MutexLock lock(&mutex);
  return ToGrpc(allowed(), context);
}

project::v1::Project FakeProjects::Shown(const Kept& kept, const std::string& user) {
  project::v1::Project project = kept.project;
  project.set_role(kept.roles.find(user)->second);
  return project;
}

grpc::Status FakeProjects::SyncRepositories(grpc::ServerContext* context,
                                            const project::v1::SyncRepositoriesRequest* request,
                                            project::v1::RepositorySync* response) {
  absl::Duration time;
  {
    absl::MutexLock lock(&mutex);
    const absl::Status noted = Note("SyncRepositories", *context, *request);
    if (!noted.ok()) return ToGrpc(noted, *context);
    time = sync_time_;
  }
  const absl::Time end = absl::Now() + time;
  while (absl::Now() < end && !context->IsCancelled()) absl::SleepFor(absl::Milliseconds(10));
  response->set_state(project::v1::RepositorySync::STATE_RUNNING);
  response->set_pages_done(1);
  return grpc::Status::OK;
}

grpc::Status FakeProjects::GetRepositorySync(grpc::ServerContext* context,
                                             const project::v1::GetRepositorySyncRequest* request,
                                             project::v1::RepositorySync* response) {
  absl::MutexLock lock(&mutex);
  *response = repositories_.sync();
  return ToGrpc(Note("GetRepositorySync", *context, *request), *context);
}

grpc::Status FakeProjects::ListRepositories(grpc::ServerContext* context,
                                            const project::v1::ListRepositoriesRequest* request,
                                            project::v1::ListRepositoriesResponse* response) {
  absl::MutexLock lock(&mutex);
  *response = repositories_;
  return ToGrpc(Note("ListRepositories", *context, *request), *context);
}

grpc::Status FakeProjects::CreateProject(grpc::ServerContext* context,
                                         const project::v1::CreateProjectRequest* request,
                                         project::v1::Project* response) {
  absl::MutexLock lock(&mutex);
  const absl::Status noted = Note("CreateProject", *context, *request);
  if (!noted.ok()) return ToGrpc(noted, *context);
  response->set_name("projects/4");
  response->set_repository(request->repository());
  response->set_role(project::v1::ROLE_OWNER);
  return grpc::Status::OK;
}

grpc::Status FakeProjects::GetProject(grpc::ServerContext* context,
                                      const project::v1::GetProjectRequest* request,
                                      project::v1::Project* response) {
  return On("GetProject", *context, *request, request->name(), PERMISSION_VIEW, [&](Kept& kept) {
    mutex.AssertHeld();
    *response = Shown(kept, *UserOf(BearerOf(*context)));
    return absl::OkStatus();
  });
}

grpc::Status FakeProjects::ListProjects(grpc::ServerContext* context,
                                        const project::v1::ListProjectsRequest* request,
                                        project::v1::ListProjectsResponse* response) {
  absl::MutexLock lock(&mutex);
  const absl::Status noted = Note("ListProjects", *context, *request);
  if (!noted.ok()) return ToGrpc(noted, *context);
  const auto user = UserOf(BearerOf(*context));
  int64_t after = 0;
  if (!request->page_token().empty() && !absl::SimpleAtoi(request->page_token(), &after)) {
    return ToGrpc(absl::InvalidArgumentError("page_token"), *context);
  }
  for (auto at = kept_.upper_bound(after); at != kept_.end(); ++at) {
    if (!user || at->second.roles.count(*user) == 0) continue;
    if (response->projects_size() == request->page_size()) {
      response->set_next_page_token(
          absl::StrCat(ProjectOf(response->projects(response->projects_size() - 1).name())));
      break;
    }
    *response->add_projects() = Shown(at->second, *user);
  }
  return grpc::Status::OK;
}

grpc::Status FakeProjects::DeleteProject(grpc::ServerContext* context,
                                         const project::v1::DeleteProjectRequest* request,
                                         project::v1::DeleteProjectResponse*) {
  return On("DeleteProject", *context, *request, request->name(), PERMISSION_DELETE,
            [&](Kept& kept) {
              if (request->repository() == kept.project.repository()) return absl::OkStatus();
              return FieldError("repository");
            });
}

grpc::Status FakeProjects::ListMembers(grpc::ServerContext* context,
                                       const project::v1::ListMembersRequest* request,
                                       project::v1::ListMembersResponse* response) {
  return On("ListMembers", *context, *request, request->parent(), PERMISSION_VIEW, [&](Kept& kept) {
    for (const auto& [user, role] : kept.roles) {
      project::v1::Member* member = response->add_members();
      member->set_user(user);
      member->set_login("ada");
      member->set_role(role);
    }
    response->set_sync_error("GitHub did not answer.");
    return absl::OkStatus();
  });
}

grpc::Status FakeProjects::SyncMembers(grpc::ServerContext* context,
                                       const project::v1::SyncMembersRequest* request,
                                       project::v1::ListMembersResponse* response) {
  return On("SyncMembers", *context, *request, request->parent(), PERMISSION_CONFIGURE, [&](Kept&) {
    response->mutable_sync_time()->set_seconds(1700000000);
    return absl::OkStatus();
  });
}

grpc::Status FakeProjects::CreateHook(grpc::ServerContext* context,
                                      const project::v1::CreateHookRequest* request,
                                      project::v1::Hook* response) {
  return On("CreateHook", *context, *request, request->parent(), PERMISSION_CONFIGURE,
            [&](Kept& kept) {
              if (request->hook().image() == "x; id") return FieldError("image");
              *response = request->hook();
              // As the service does with blanks.
              response->set_title(std::string(absl::StripAsciiWhitespace(response->title())));
              if (response->image() == "away") return absl::UnavailableError("GitHub is away");
              for (const auto& [name, hook] : kept.hooks) {
                if (request->only_title() && hook.title() == response->title()) {
                  return absl::AlreadyExistsError("the project has a hook with this title");
                }
              }
              response->set_name(absl::StrCat(request->parent(), "/hooks/", kept.hooks.size() + 1));
              kept.hooks[response->name()] = *response;
              return absl::OkStatus();
            });
}

grpc::Status FakeProjects::ValidateHook(grpc::ServerContext* context,
                                        const project::v1::ValidateHookRequest* request,
                                        project::v1::Hook* response) {
  return On("ValidateHook", *context, *request, request->parent(), PERMISSION_CONFIGURE,
            [&](Kept&) {
              if (request->hook().image() == "x; id") return FieldError("image");
              *response = request->hook();
              response->set_title(std::string(absl::StripAsciiWhitespace(response->title())));
              return absl::OkStatus();
            });
}

grpc::Status FakeProjects::GetHook(grpc::ServerContext* context,
                                   const project::v1::GetHookRequest* request,
                                   project::v1::Hook* response) {
  return On("GetHook", *context, *request, request->name(), PERMISSION_VIEW, [&](Kept& kept) {
    const auto found = kept.hooks.find(request->name());
    if (found == kept.hooks.end()) return absl::NotFoundError("no such hook");
    *response = found->second;
    return absl::OkStatus();
  });
}

grpc::Status FakeProjects::ListHooks(grpc::ServerContext* context,
                                     const project::v1::ListHooksRequest* request,
                                     project::v1::ListHooksResponse* response) {
  return On("ListHooks", *context, *request, request->parent(), PERMISSION_VIEW, [&](Kept& kept) {
    for (const auto& [name, hook] : kept.hooks) *response->add_hooks() = hook;
    return absl::OkStatus();
  });
}

grpc::Status FakeProjects::UpdateHook(grpc::ServerContext* context,
                                      const project::v1::UpdateHookRequest* request,
                                      project::v1::Hook* response) {
  return On("UpdateHook", *context, *request, request->hook().name(), PERMISSION_CONFIGURE,
            [&](Kept& kept) {
              const auto found = kept.hooks.find(request->hook().name());
              if (found == kept.hooks.end()) return absl::NotFoundError("no such hook");
              *response = found->second = request->hook();
              return absl::OkStatus();
            });
}

grpc::Status FakeProjects::DeleteHook(grpc::ServerContext* context,
                                      const project::v1::DeleteHookRequest* request,
                                      project::v1::DeleteHookResponse*) {
  return On("DeleteHook", *context, *request, request->name(), PERMISSION_CONFIGURE,
            [&](Kept& kept) {
              if (kept.hooks.erase(request->name()) == 1) return absl::OkStatus();
              return absl::NotFoundError("no such hook");
            });
}

grpc::Status FakeProjects::RestoreHooks(grpc::ServerContext* context,
                                        const project::v1::RestoreHooksRequest* request,
                                        project::v1::RestoreHooksResponse* response) {
  using Response = project::v1::RestoreHooksResponse;
  return On(
      "RestoreHooks", *context, *request, request->parent(), PERMISSION_CONFIGURE, [&](Kept&) {
        int id = 0;
        for (const auto outcome :
             {Response::OUTCOME_UNTOUCHED, Response::OUTCOME_RECREATED, Response::OUTCOME_EDITED}) {
          Response::Result* result = response->add_results();
          result->set_hook(absl::StrCat(request->parent(), "/hooks/", ++id));
          result->set_title("tests");
          result->set_outcome(outcome);
        }
        return absl::OkStatus();
      });
}

grpc::Status FakeProjects::SetSecret(grpc::ServerContext* context,
                                     const project::v1::SetSecretRequest* request,
                                     project::v1::Secret* response) {
  return On("SetSecret", *context, *request, request->name(), PERMISSION_CONFIGURE,
            [&](Kept& kept) {
              if (request->value().empty()) return FieldError("value");
              response->set_name(request->name());
              response->set_masked(request->value().size() >= 4);
              kept.secrets[request->name()] = *response;
              return absl::OkStatus();
            });
}

grpc::Status FakeProjects::ListSecrets(grpc::ServerContext* context,
                                       const project::v1::ListSecretsRequest* request,
                                       project::v1::ListSecretsResponse* response) {
  return On("ListSecrets", *context, *request, request->parent(), PERMISSION_CONFIGURE,
            [&](Kept& kept) {
              for (const auto& [name, secret] : kept.secrets) *response->add_secrets() = secret;
              return absl::OkStatus();
            });
}

grpc::Status FakeProjects::DeleteSecret(grpc::ServerContext* context,
                                        const project::v1::DeleteSecretRequest* request,
                                        project::v1::DeleteSecretResponse*) {
  return On("DeleteSecret", *context, *request, request->name(), PERMISSION_CONFIGURE,
            [&](Kept& kept) {
              if (kept.secrets.erase(request->name()) == 1) return absl::OkStatus();
              return absl::NotFoundError("no such secret");
            });
}

grpc::Status FakeProjects::SetRegistryCredential(
    grpc::ServerContext* context, const project::v1::SetRegistryCredentialRequest* request,
    project::v1::RegistryCredential* response) {
  return On("SetRegistryCredential", *context, *request, request->name(), PERMISSION_CONFIGURE,
            [&](Kept& kept) {
              if (request->password().empty()) return FieldError("password");
              response->set_name(request->name());
              response->set_username(request->username());
              kept.registries[request->name()] = *response;
              return absl::OkStatus();
            });
}

grpc::Status FakeProjects::ListRegistryCredentials(
    grpc::ServerContext* context, const project::v1::ListRegistryCredentialsRequest* request,
    project::v1::ListRegistryCredentialsResponse* response) {
  return On("ListRegistryCredentials", *context, *request, request->parent(), PERMISSION_CONFIGURE,
            [&](Kept& kept) {
              for (const auto& [name, credential] : kept.registries) {
                *response->add_credentials() = credential;
              }
              return absl::OkStatus();
            });
}

grpc::Status FakeProjects::DeleteRegistryCredential(
    grpc::ServerContext* context, const project::v1::DeleteRegistryCredentialRequest* request,
    project::v1::DeleteRegistryCredentialResponse*) {
  return On("DeleteRegistryCredential", *context, *request, request->name(), PERMISSION_CONFIGURE,
            [&](Kept& kept) {
              if (kept.registries.erase(request->name()) == 1) return absl::OkStatus();
              return absl::NotFoundError("no such registry");
            });
}

grpc::Status FakeProjects::GetDeployKey(grpc::ServerContext* context,
                                        const project::v1::GetDeployKeyRequest* request,
                                        project::v1::DeployKey* response) {
  return On("GetDeployKey", *context, *request, request->name(), PERMISSION_CONFIGURE,
            [&](Kept& kept) { return Describe(kept.project, response); });
}

grpc::Status FakeProjects::RestoreDeployKey(grpc::ServerContext* context,
                                            const project::v1::RestoreDeployKeyRequest* request,
                                            project::v1::DeployKey* response) {
  return On("RestoreDeployKey", *context, *request, request->name(), PERMISSION_CONFIGURE,
            [&](Kept& kept) {
              const absl::Status described = Describe(kept.project, response);
              response->set_state(project::v1::DeployKey::STATE_PRESENT);
              return described;
            });
}

grpc::Status FakeProjects::RotateDeployKey(grpc::ServerContext* context,
                                           const project::v1::RotateDeployKeyRequest* request,
                                           project::v1::DeployKey* response) {
  return On("RotateDeployKey", *context, *request, request->name(), PERMISSION_CONFIGURE,
            [&](Kept& kept) {
              const absl::Status described = Describe(kept.project, response);
              response->set_public_key("ssh-ed25519 BBBB");
              return described;
            });
}

grpc::Status FakeProjects::GetBadge(grpc::ServerContext* context,
                                    const project::v1::GetBadgeRequest* request,
                                    project::v1::Badge* response) {
  return On("GetBadge", *context, *request, request->name(), PERMISSION_VIEW, [&](Kept& kept) {
    response->set_url(absl::StrCat("http://ci.example.com/badges/", kept.project.repository()));
    if (kept.project.private_()) response->set_token(absl::StrCat("token-", kept.badge_token));
    response->set_default_branch("main");
    return absl::OkStatus();
  });
}

grpc::Status FakeProjects::ResetBadgeToken(grpc::ServerContext* context,
                                           const project::v1::ResetBadgeTokenRequest* request,
                                           project::v1::Badge* response) {
  return On("ResetBadgeToken", *context, *request, request->name(), PERMISSION_CONFIGURE,
            [&](Kept& kept) {
              response->set_token(absl::StrCat("token-", ++kept.badge_token));
              return absl::OkStatus();
            });
}

grpc::Status FakeProjects::ResolveBadge(grpc::ServerContext* context,
                                        const project::v1::ResolveBadgeRequest* request,
                                        project::v1::ResolveBadgeResponse* response) {
  absl::MutexLock lock(&mutex);
  absl::Status status = Note("ResolveBadge", *context, *request);
  if (status.ok() && !IsGateway(*context)) status = absl::PermissionDeniedError("not for you");
  if (!status.ok()) return ToGrpc(status, *context);
  for (const auto& [id, kept] : kept_) {
    const project::v1::Project& project = kept.project;
    if (absl::AsciiStrToLower(request->repository()) != project.repository()) continue;
    if (project.private_() && request->token() != absl::StrCat("token-", kept.badge_token)) break;
    response->set_project(project.name());
    return grpc::Status::OK;
  }
  return ToGrpc(absl::NotFoundError("no such badge"), *context);
}

grpc::Status FakeProjects::CheckPermission(grpc::ServerContext* context,
                                           const project::v1::CheckPermissionRequest* request,
                                           project::v1::CheckPermissionResponse* response) {
  return On("CheckPermission", *context, *request, request->project(), request->permission(),
            [&](Kept& kept) {
              response->set_role(kept.roles[*UserOf(BearerOf(*context))]);
              return absl::OkStatus();
            });
}

grpc::Status FakeProjects::AcceptWebhooks(grpc::ServerContext* context,
                                          const project::v1::AcceptWebhooksRequest* request,
                                          project::v1::AcceptWebhooksResponse* response) {
  absl::MutexLock lock(&mutex);
  webhook_calls.push_back(request->webhooks_size());
  const auto is_released = [this]()
                               ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) { return !webhooks_are_held; };
  mutex.Await(absl::Condition(&is_released));
  if (!webhook_call_status.ok()) return ToGrpc(webhook_call_status, *context);
  for (const project::v1::Webhook& one : request->webhooks()) {
    webhook = one;
    project::v1::AcceptWebhooksResponse::Result& result = *response->add_results();
    if (one.body() == kBadWebhook) {
      SetResultError(absl::InvalidArgumentError("bad"), result);
    } else if (webhook_status.ok()) {
      result.set_disposition(disposition);
    } else {
      SetResultError(webhook_status, result);
    }
  }
  return grpc::Status::OK;
}

grpc::Status FakeProjects::ListSettingsChanges(
    grpc::ServerContext* context, const history::v1::ListSettingsChangesRequest* request,
    history::v1::ListSettingsChangesResponse* response) {
  return On("ListSettingsChanges", *context, *request, request->parent(), PERMISSION_CONFIGURE,
            [&](Kept&) {
              history.List(*request, response);
              return absl::OkStatus();
            });
}

grpc::Status FakeProjects::GetSettingsChange(grpc::ServerContext* context,
                                             const history::v1::GetSettingsChangeRequest* request,
                                             history::v1::SettingsChange* response) {
  return On("GetSettingsChange", *context, *request, request->name(), PERMISSION_CONFIGURE,
            [&](Kept&) { return history.Get(*request, response); });
}

}  // namespace kozmic::gateway
