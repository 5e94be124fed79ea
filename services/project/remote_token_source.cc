#include "services/project/remote_token_source.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/rpc/client.h"
#include "lib/status/annotate.h"

namespace kozmic::project {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(3);

}  // namespace

RemoteTokenSource::RemoteTokenSource(std::shared_ptr<grpc::Channel> auth_service,
                                     std::string service_token)
    : stub_(auth::v1::AuthService::NewStub(std::move(auth_service))),
      service_token_(std::move(service_token)) {}

absl::StatusOr<std::string> RemoteTokenSource::GithubToken(int64_t user_id) {
  auth::v1::GetGithubTokenRequest request;
  request.set_name(absl::StrCat("users/", user_id));
  const auto answer =
      Call(*stub_, &auth::v1::AuthService::Stub::GetGithubToken, request, service_token_, kTimeout);
  if (!answer.ok()) return Annotate(answer.status(), "get the user's GitHub token");
  return answer->token();
}

}  // namespace kozmic::project
