#include "services/project/clients/remote_user_directory.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/rpc/client.h"
#include "lib/rpc/resource_name.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"

namespace kozmic::project {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(3);

}  // namespace

RemoteUserDirectory::RemoteUserDirectory(std::shared_ptr<grpc::Channel> auth_service,
                                         std::string service_token)
    : stub_(auth::v1::AuthService::NewStub(std::move(auth_service))),
      service_token_(std::move(service_token)) {}

absl::StatusOr<std::vector<KnownUser>> RemoteUserDirectory::ByUserId(
    const std::vector<int64_t>& ids) {
  auth::v1::BatchGetUsersRequest request;
  for (const int64_t id : ids) request.add_names(absl::StrCat("users/", id));
  return Ask(request);
}

absl::StatusOr<std::vector<KnownUser>> RemoteUserDirectory::ByGithubId(
    const std::vector<int64_t>& ids) {
  auth::v1::BatchGetUsersRequest request;
  for (const int64_t id : ids) request.add_github_ids(id);
  return Ask(request);
}

absl::StatusOr<std::vector<KnownUser>> RemoteUserDirectory::Ask(
    const auth::v1::BatchGetUsersRequest& request) {
  if (request.names().empty() && request.github_ids().empty()) return std::vector<KnownUser>();
  const auto answer =
      Call(*stub_, &auth::v1::AuthService::Stub::BatchGetUsers, request, service_token_, kTimeout);
  if (!answer.ok()) return Annotate(answer.status(), "ask who has signed in");
  std::vector<KnownUser> users;
  for (const auth::v1::User& user : answer->users()) {
    KnownUser known{.github_id = user.github_id(),
                    .login = user.login(),
                    .display_name = user.display_name(),
                    .avatar_url = user.avatar_url(),
                    .notification_email = user.notification_email()};
    KOZMIC_RETURN_IF_ERROR(ParseName("users/{user}", user.name(), {&known.user_id}));
    users.push_back(std::move(known));
  }
  return users;
}

}  // namespace kozmic::project
