#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/rpc/authorize.h"
#include "lib/status/macros.h"
#include "services/project/names.h"
#include "services/project/project_service.h"
#include "services/project/translate.h"

namespace kozmic::project {
namespace {

// How long a role that was taken away may still be taken for held.
constexpr int kCacheSeconds = 30;
constexpr int kDefaultPage = 100;
constexpr int kLargestPage = 1000;
constexpr int kMostRecipients = 500;

// Whose permission is asked for.
absl::StatusOr<int64_t> AskedUser(const Caller& caller, const std::string& user) {
  if (caller.kind == Caller::Kind::kService) return UserId(user);
  if (!user.empty()) return absl::PermissionDeniedError("user: only services may set it");
  return CallingUser(caller);
}

}  // namespace

grpc::ServerUnaryReactor* ProjectService::CreateProject(grpc::CallbackServerContext* context,
                                                        const v1::CreateProjectRequest* request,
                                                        v1::Project* response) {
  return runners_.github.Run(
      context, "CreateProject", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(const int64_t user_id, CallingUser(caller));
        KOZMIC_ASSIGN_OR_RETURN(const MemberProject project,
                                parts_.projects.Create(user_id, request->repository()));
        Translate(project, response);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::GetProject(grpc::CallbackServerContext* context,
                                                     const v1::GetProjectRequest* request,
                                                     v1::Project* response) {
  return runners_.database.Run(
      context, "GetProject", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(const Allowed allowed,
                                Allow(caller, kProjectPattern, request->name(), Permission::kView));
        Translate(allowed.member, response);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::ListProjects(grpc::CallbackServerContext* context,
                                                       const v1::ListProjectsRequest* request,
                                                       v1::ListProjectsResponse* response) {
  return runners_.database.Run(
      context, "ListProjects", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(const int64_t user_id, CallingUser(caller));
        if (request->page_size() < 0) {
          return absl::InvalidArgumentError("page_size: must not be negative");
        }
        int64_t after = 0;
        if (!request->page_token().empty() && !absl::SimpleAtoi(request->page_token(), &after)) {
          return absl::InvalidArgumentError("page_token: not one of ours");
        }
        const int size =
            request->page_size() == 0 ? kDefaultPage : std::min(request->page_size(), kLargestPage);
        // One more than asked for tells whether there is another page.
        KOZMIC_ASSIGN_OR_RETURN(auto page,
                                parts_.project_store.ListProjectsOf(user_id, after, size + 1));
        if (page.size() > static_cast<size_t>(size)) {
          page.pop_back();
          response->set_next_page_token(absl::StrCat(page.back().project.project_id));
        }
        for (const MemberProject& project : page) Translate(project, response->add_projects());
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::DeleteProject(grpc::CallbackServerContext* context,
                                                        const v1::DeleteProjectRequest* request,
                                                        v1::DeleteProjectResponse*) {
  return runners_.database.Run(
      context, "DeleteProject", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(const Allowed allowed, Allow(caller, kProjectPattern,
                                                             request->name(), Permission::kDelete));
        return parts_.projects.Delete(allowed.project(), request->repository());
      });
}

absl::StatusOr<std::vector<ProjectService::MemberUser>> ProjectService::Members(
    int64_t project_id) const {
  KOZMIC_ASSIGN_OR_RETURN(const std::vector<Membership> memberships,
                          parts_.access_store.ListMembers(project_id));
  std::map<int64_t, Role> roles;
  std::vector<int64_t> ids;
  for (const Membership& member : memberships) {
    roles[member.user_id] = member.role;
    ids.push_back(member.user_id);
  }
  KOZMIC_ASSIGN_OR_RETURN(std::vector<KnownUser> users, parts_.users.ByUserId(ids));
  std::vector<MemberUser> members;
  for (KnownUser& user : users) {
    members.push_back({.role = roles[user.user_id], .user = std::move(user)});
  }
  std::sort(members.begin(), members.end(), [](const MemberUser& a, const MemberUser& b) {
    return a.role != b.role
               ? a.role > b.role
               : absl::AsciiStrToLower(a.user.login) < absl::AsciiStrToLower(b.user.login);
  });
  return members;
}

absl::Status ProjectService::FillMembers(const ProjectRecord& project,
                                         v1::ListMembersResponse* response) const {
  KOZMIC_ASSIGN_OR_RETURN(const auto members, Members(project.project_id));
  for (const MemberUser& member : members) {
    Translate(member.user, member.role, response->add_members());
  }
  TranslateSync(project, response);
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* ProjectService::ListMembers(grpc::CallbackServerContext* context,
                                                      const v1::ListMembersRequest* request,
                                                      v1::ListMembersResponse* response) {
  return runners_.database.Run(
      context, "ListMembers", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(const Allowed allowed, Allow(caller, kProjectPattern,
                                                             request->parent(), Permission::kView));
        return FillMembers(allowed.project(), response);
      });
}

grpc::ServerUnaryReactor* ProjectService::ListRecipients(grpc::CallbackServerContext* context,
                                                         const v1::ListRecipientsRequest* request,
                                                         v1::ListRecipientsResponse* response) {
  return runners_.database.Run(
      context, "ListRecipients", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_RETURN_IF_ERROR(RequireService(caller, {"build"}));
        KOZMIC_ASSIGN_OR_RETURN(const int64_t project_id, ProjectId(request->parent()));
        KOZMIC_RETURN_IF_ERROR(parts_.project_store.GetProject(project_id).status());
        KOZMIC_ASSIGN_OR_RETURN(const std::vector<MemberUser> members, Members(project_id));
        std::set<std::string> told;
        for (const MemberUser& member : members) {
          const std::string& email = member.user.notification_email;
          if (response->recipients_size() == kMostRecipients) break;
          // One message to each address, however many share it.
          if (email.empty() || !told.insert(absl::AsciiStrToLower(email)).second) continue;
          auto* recipient = response->add_recipients();
          recipient->set_display_name(member.user.display_name);
          recipient->set_email(email);
        }
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::SyncMembers(grpc::CallbackServerContext* context,
                                                      const v1::SyncMembersRequest* request,
                                                      v1::ListMembersResponse* response) {
  return runners_.github.Run(
      context, "SyncMembers", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(
            const Allowed allowed,
            Allow(caller, kProjectPattern, request->parent(), Permission::kConfigure));
        KOZMIC_RETURN_IF_ERROR(
            parts_.members.SyncNow(allowed.project().project_id, allowed.user_id));
        // Who asked may be a member no longer.
        KOZMIC_ASSIGN_OR_RETURN(const Allowed still,
                                Allow(caller, allowed.project().project_id, Permission::kView));
        return FillMembers(still.project(), response);
      });
}

grpc::ServerUnaryReactor* ProjectService::CheckPermission(grpc::CallbackServerContext* context,
                                                          const v1::CheckPermissionRequest* request,
                                                          v1::CheckPermissionResponse* response) {
  return runners_.database.Run(
      context, "CheckPermission", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(const int64_t user_id, AskedUser(caller, request->user()));
        KOZMIC_ASSIGN_OR_RETURN(const int64_t project_id, ProjectId(request->project()));
        KOZMIC_ASSIGN_OR_RETURN(const Permission permission,
                                TranslatePermission(request->permission()));
        KOZMIC_ASSIGN_OR_RETURN(const MemberProject project,
                                MemberProjectOf(user_id, project_id, permission));
        response->set_role(static_cast<v1::Role>(project.role));
        response->set_cache_seconds(kCacheSeconds);
        return absl::OkStatus();
      });
}

}  // namespace kozmic::project
