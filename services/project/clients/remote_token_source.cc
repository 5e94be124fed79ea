#include "services/project/clients/remote_token_source.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
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

void RemoteTokenSource::ReportRefused(int64_t user_id, const std::string& token) {
  auth::v1::ReportGithubTokenRefusedRequest request;
  request.set_name(absl::StrCat("users/", user_id));
  request.set_token(token);
  const auto answer = Call(*stub_, &auth::v1::AuthService::Stub::ReportGithubTokenRefused, request,
                           service_token_, kTimeout);
  Log(answer.ok() ? Severity::kInfo : Severity::kWarning, "GitHub refuses a user's token",
      {{"user", user_id}, {"reported", answer.status()}});
}

}  // namespace kozmic::project
