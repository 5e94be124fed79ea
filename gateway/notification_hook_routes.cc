#include "gateway/notification_hook_routes.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/answer.h"
#include "gateway/ask.h"
#include "gateway/body_reader.h"
#include "gateway/json_text.h"
#include "gateway/resource.h"
#include "gateway/route_options.h"
#include "gateway/translate_settings.h"

namespace kozmic::gateway {
namespace {

using BuildStub = build::v1::BuildService::Stub;

}  // namespace

void NotificationHookRoutes::AddTo(http::HardenedServer& server) const {
  using http::Exchange;
  const std::string all = "/api/v1/projects/{project}/notification_hooks";
  server.Route("GET", all, [this](Exchange& exchange) { List(exchange); });
  server.Route("POST", all, JsonBody(), [this](Exchange& exchange) { Create(exchange); });
  server.Route("DELETE", absl::StrCat(all, "/{hook}"), NoBody(),
               [this](Exchange& exchange) { Delete(exchange); });
}

void NotificationHookRoutes::List(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto name = ProjectName(exchange);
  if (!name) return ReplyNotFound(exchange);
  build::v1::ListNotificationHooksRequest request;
  request.set_parent(*name);
  const auto answer =
      Ask(exchange, *backends_.build, &BuildStub::ListNotificationHooks, request, session->token);
  if (!answer) return;
  Reply(exchange, 200, JsonObject({{"hooks", JsonArrayOf(answer->hooks(), [](const auto& one) {
                                      return ToJson(one);
                                    })}}));
}

void NotificationHookRoutes::Create(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto name = ProjectName(exchange);
  if (!name) return ReplyNotFound(exchange);
  build::v1::CreateNotificationHookRequest request;
  request.set_parent(*name);
  BodyReader body(exchange.request.body);
  body.Text("url", request.mutable_url());
  body.Text("secret", request.mutable_secret());
  if (const absl::Status read = body.Finish(); !read.ok()) return ReplyStatus(exchange, read);
  const auto hook = Ask(exchange, *backends_.build, &BuildStub::CreateNotificationHook, request,
                        session->token, kChange);
  if (hook) Reply(exchange, 201, ToJson(*hook));
}

void NotificationHookRoutes::Delete(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto name = NotificationHookName(exchange);
  if (!name) return ReplyNotFound(exchange);
  build::v1::DeleteNotificationHookRequest request;
  request.set_name(*name);
  if (Ask(exchange, *backends_.build, &BuildStub::DeleteNotificationHook, request, session->token,
          kChange)) {
    exchange.response.status = 204;
  }
}

}  // namespace kozmic::gateway
