#include "gateway/member_routes.h"

#include "gateway/answer.h"
#include "gateway/ask.h"
#include "gateway/resource.h"
#include "gateway/route_options.h"
#include "gateway/translate_project.h"

namespace kozmic::gateway {
namespace {

using ProjectStub = project::v1::ProjectService::Stub;

}  // namespace

void MemberRoutes::AddTo(http::HardenedServer& server) const {
  using http::Exchange;
  server.Route("GET", "/api/v1/projects/{project}/members",
               [this](Exchange& exchange) { List(exchange); });
  server.Route("POST", "/api/v1/projects/{project}/members/sync", NoBody(),
               [this](Exchange& exchange) { Sync(exchange); });
}

void MemberRoutes::List(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto name = ProjectName(exchange);
  if (!name) return ReplyNotFound(exchange);
  project::v1::ListMembersRequest request;
  request.set_parent(*name);
  const auto members =
      Ask(exchange, *backends_.project, &ProjectStub::ListMembers, request, session->token);
  if (members) Reply(exchange, 200, ToJson(*members));
}

void MemberRoutes::Sync(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto name = ProjectName(exchange);
  if (!name) return ReplyNotFound(exchange);
  project::v1::SyncMembersRequest request;
  request.set_parent(*name);
  const auto members = Ask(exchange, *backends_.project, &ProjectStub::SyncMembers, request,
                           session->token, kChangeAtGithub);
  if (members) Reply(exchange, 200, ToJson(*members));
}

}  // namespace kozmic::gateway
