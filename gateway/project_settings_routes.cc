#include "gateway/project_settings_routes.h"

#include <cstdint>
#include <string>

#include "gateway/answer.h"
#include "gateway/ask.h"
#include "gateway/body_reader.h"
#include "gateway/resource.h"
#include "gateway/route_options.h"
#include "gateway/translate_settings.h"

namespace kozmic::gateway {
namespace {

using BuildStub = build::v1::BuildService::Stub;
using build::v1::ProjectSettings;

// API.md's Settings.
absl::Status ReadSettings(const std::string& text, ProjectSettings* settings) {
  bool fail_fast = false, pull_requests = false, branches = false, retry_lost = false, mail = false;
  bool submodules = false;
  int32_t max_parallel = 0, log_days = 0, log_builds = 0, log_failures = 0;
  BodyReader body(text);
  body.Bool("fail_fast", &fail_fast);
  body.Bool("cancel_superseded_pull_requests", &pull_requests);
  body.Bool("cancel_superseded_branches", &branches);
  body.Integer("max_parallel", &max_parallel, 0);
  body.Bool("retry_lost", &retry_lost);
  body.Bool("mail", &mail);
  body.Bool("submodules", &submodules);
  body.Integer("log_days", &log_days, 0);
  body.Integer("log_builds", &log_builds, 0);
  body.Integer("log_failures", &log_failures, 0);
  settings->set_fail_fast(fail_fast);
  settings->set_cancel_superseded_pull_requests(pull_requests);
  settings->set_cancel_superseded_branches(branches);
  settings->set_max_parallel(max_parallel);
  settings->set_retry_lost(retry_lost);
  settings->set_mail(mail);
  settings->set_submodules(submodules);
  settings->set_log_days(log_days);
  settings->set_log_builds(log_builds);
  settings->set_log_failures(log_failures);
  return body.Finish();
}

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
