#include "gateway/deploy_key_routes.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/answer.h"
#include "gateway/ask.h"
#include "gateway/json_text.h"
#include "gateway/resource.h"
#include "gateway/route_options.h"
#include "gateway/translate_project.h"

namespace kozmic::gateway {
namespace {

using ProjectStub = project::v1::ProjectService::Stub;
using project::v1::DeployKey;

// What ProjectService says of the key of `project`. That there is none is an answer, as long as
// there is the project.
void ReplyKey(const Backends& backends, const std::string& project, const std::string& bearer,
              const absl::StatusOr<DeployKey>& key, http::Exchange& exchange) {
  if (key.ok()) return Reply(exchange, 200, JsonObject({{"deploy_key", ToJson(*key)}}));
  if (!absl::IsNotFound(key.status())) {
    return ReplyStatus(exchange, key.status(), kChange.invalid_argument);
  }
  project::v1::GetProjectRequest request;
  request.set_name(project);
  if (Ask(exchange, *backends.project, &ProjectStub::GetProject, request, bearer)) {
    Reply(exchange, 200, JsonObject({{"deploy_key", nullptr}}));
  }
}

template <typename Request>
Request RequestFor(const std::string& project) {
  Request request;
  request.set_name(absl::StrCat(project, "/deployKey"));
  return request;
}

}  // namespace

void DeployKeyRoutes::AddTo(http::HardenedServer& server) const {
  using http::Exchange;
  const std::string key = "/api/v1/projects/{project}/deploy_key";
  server.Route("GET", key, [this](Exchange& exchange) { Get(exchange); });
  server.Route("POST", absl::StrCat(key, "/restore"), NoBody(),
               [this](Exchange& exchange) { Restore(exchange); });
  server.Route("POST", absl::StrCat(key, "/rotate"), NoBody(),
               [this](Exchange& exchange) { Rotate(exchange); });
}

void DeployKeyRoutes::Get(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto project = ProjectName(exchange);
  if (!project) return ReplyNotFound(exchange);
  ReplyKey(
      backends_, *project, session->token,
      Call(*backends_.project, &ProjectStub::GetDeployKey,
           RequestFor<project::v1::GetDeployKeyRequest>(*project), session->token, kCallTimeout),
      exchange);
}

void DeployKeyRoutes::Restore(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto project = ProjectName(exchange);
  if (!project) return ReplyNotFound(exchange);
  ReplyKey(backends_, *project, session->token,
           Call(*backends_.project, &ProjectStub::RestoreDeployKey,
                RequestFor<project::v1::RestoreDeployKeyRequest>(*project), session->token,
                kGithubCallTimeout),
           exchange);
}

void DeployKeyRoutes::Rotate(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto project = ProjectName(exchange);
  if (!project) return ReplyNotFound(exchange);
  ReplyKey(backends_, *project, session->token,
           Call(*backends_.project, &ProjectStub::RotateDeployKey,
                RequestFor<project::v1::RotateDeployKeyRequest>(*project), session->token,
                kGithubCallTimeout),
           exchange);
}

}  // namespace kozmic::gateway
