#include "gateway/project_settings_routes.h"

#include <string>

#include "gateway/answer.h"
#include "gateway/ask.h"
#include "gateway/resource.h"
#include "gateway/route_options.h"
#include "gateway/settings_body.h"
#include "gateway/translate_settings.h"

namespace kozmic::gateway {
namespace {

using BuildStub = build::v1::BuildService::Stub;

}  // namespace

void ProjectSettingsRoutes::AddTo(http::HardenedServer& server) const {
  using http::Exchange;
  const std::string settings = "/api/v1/projects/{project}/settings";
  server.Route("GET", settings, [this](Exchange& exchange) { Get(exchange); });
  server.Route("PUT", settings, JsonBody(), [this](Exchange& exchange) { Update(exchange); });
}

void ProjectSettingsRoutes::Get(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto name = SettingsName(exchange);
  if (!name) return ReplyNotFound(exchange);
  build::v1::GetProjectSettingsRequest request;
  request.set_name(*name);
  const auto settings =
      Ask(exchange, *backends_.build, &BuildStub::GetProjectSettings, request, session->token);
  if (settings) Reply(exchange, 200, ToJson(*settings));
}

void ProjectSettingsRoutes::Update(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto name = SettingsName(exchange);
  if (!name) return ReplyNotFound(exchange);
  build::v1::UpdateProjectSettingsRequest request;
  const absl::Status read = ReadSettings(exchange.request.body, request.mutable_settings());
  if (!read.ok()) return ReplyStatus(exchange, read);
  request.mutable_settings()->set_name(*name);
  const auto settings = Ask(exchange, *backends_.build, &BuildStub::UpdateProjectSettings, request,
                            session->token, kChange);
  if (settings) Reply(exchange, 200, ToJson(*settings));
}

}  // namespace kozmic::gateway
