#include "gateway/hook_routes.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/answer.h"
#include "gateway/ask.h"
#include "gateway/hook_body.h"
#include "gateway/json_text.h"
#include "gateway/resource.h"
#include "gateway/route_options.h"
#include "gateway/translate_project.h"

namespace kozmic::gateway {
namespace {

using ProjectStub = project::v1::ProjectService::Stub;

}  // namespace

void HookRoutes::AddTo(http::HardenedServer& server) const {
  using http::Exchange;
  const std::string all = "/api/v1/projects/{project}/hooks";
  const std::string one = absl::StrCat(all, "/{hook}");
  server.Route("GET", all, [this](Exchange& exchange) { List(exchange); });
  server.Route("POST", all, JsonBody(kLargestHook),
               [this](Exchange& exchange) { Create(exchange); });
  server.Route("GET", one, [this](Exchange& exchange) { Get(exchange); });
  server.Route("PUT", one, JsonBody(kLargestHook),
               [this](Exchange& exchange) { Update(exchange); });
  server.Route("DELETE", one, NoBody(), [this](Exchange& exchange) { Delete(exchange); });
  server.Route("POST", absl::StrCat(all, "/restore"), NoBody(),
               [this](Exchange& exchange) { Restore(exchange); });
}

void HookRoutes::List(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto name = ProjectName(exchange);
  if (!name) return ReplyNotFound(exchange);
  project::v1::ListHooksRequest request;
  request.set_parent(*name);
  const auto answer =
      Ask(exchange, *backends_.project, &ProjectStub::ListHooks, request, session->token);
  if (!answer) return;
  Reply(exchange, 200, JsonObject({{"hooks", JsonArrayOf(answer->hooks(), [](const auto& one) {
                                      return ToJson(one);
                                    })}}));
}

void HookRoutes::Get(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto name = HookName(exchange);
  if (!name) return ReplyNotFound(exchange);
  project::v1::GetHookRequest request;
  request.set_name(*name);
  const auto hook =
      Ask(exchange, *backends_.project, &ProjectStub::GetHook, request, session->token);
  if (hook) Reply(exchange, 200, ToJson(*hook));
}

void HookRoutes::Create(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto name = ProjectName(exchange);
  if (!name) return ReplyNotFound(exchange);
  project::v1::CreateHookRequest request;
  request.set_parent(*name);
  const absl::Status read = ReadHook(exchange.request.body, request.mutable_hook());
  if (!read.ok()) return ReplyStatus(exchange, read);
  const auto hook = Ask(exchange, *backends_.project, &ProjectStub::CreateHook, request,
                        session->token, kChangeAtGithub);
  if (hook) Reply(exchange, 201, ToJson(*hook));
}

void HookRoutes::Update(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto name = HookName(exchange);
  if (!name) return ReplyNotFound(exchange);
  project::v1::UpdateHookRequest request;
  const absl::Status read = ReadHook(exchange.request.body, request.mutable_hook());
  if (!read.ok()) return ReplyStatus(exchange, read);
  request.mutable_hook()->set_name(*name);
  const auto hook =
      Ask(exchange, *backends_.project, &ProjectStub::UpdateHook, request, session->token, kChange);
  if (hook) Reply(exchange, 200, ToJson(*hook));
}

void HookRoutes::Delete(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto name = HookName(exchange);
  if (!name) return ReplyNotFound(exchange);
  project::v1::DeleteHookRequest request;
  request.set_name(*name);
  if (Ask(exchange, *backends_.project, &ProjectStub::DeleteHook, request, session->token,
          kChangeAtGithub)) {
    exchange.response.status = 204;
  }
}

void HookRoutes::Restore(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto name = ProjectName(exchange);
  if (!name) return ReplyNotFound(exchange);
  project::v1::RestoreHooksRequest request;
  request.set_parent(*name);
  const auto answer = Ask(exchange, *backends_.project, &ProjectStub::RestoreHooks, request,
                          session->token, kChangeAtGithub);
  if (!answer) return;
  Reply(exchange, 200, JsonObject({{"hooks", JsonArrayOf(answer->results(), [](const auto& one) {
                                      return ToJson(one);
                                    })}}));
}

}  // namespace kozmic::gateway
