#include "gateway/build_action_routes.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/answer.h"
#include "gateway/ask.h"
#include "gateway/body_reader.h"
#include "gateway/resource.h"
#include "gateway/route_options.h"
#include "gateway/translate_build.h"

namespace kozmic::gateway {
namespace {

using BuildStub = build::v1::BuildService::Stub;

// Asks for the action, answers with the build as it is then.
template <typename Request>
void Act(http::Exchange& exchange, const Backends& backends,
         grpc::Status (BuildStub::*method)(grpc::ClientContext*, const Request&, build::v1::Build*),
         const Request& request, const std::string& bearer) {
  const auto build = Ask(exchange, *backends.build, method, request, bearer, kChange);
  if (build) Reply(exchange, 200, ToJson(*build));
}

}  // namespace

void BuildActionRoutes::AddTo(http::HardenedServer& server) const {
  using http::Exchange;
  const std::string build = "/api/v1/projects/{project}/builds/{number}";
  const std::string job = absl::StrCat(build, "/jobs/{job}");
  server.Route("POST", absl::StrCat(build, "/cancel"), NoBody(),
               [this](Exchange& exchange) { Cancel(exchange); });
  server.Route("POST", absl::StrCat(build, "/restart"), JsonBody(),
               [this](Exchange& exchange) { Restart(exchange); });
  server.Route("POST", absl::StrCat(build, "/approve"), JsonBody(),
               [this](Exchange& exchange) { Approve(exchange); });
  server.Route("POST", absl::StrCat(job, "/cancel"), NoBody(),
               [this](Exchange& exchange) { CancelJob(exchange); });
  server.Route("POST", absl::StrCat(job, "/restart"), NoBody(),
               [this](Exchange& exchange) { RestartJob(exchange); });
}

void BuildActionRoutes::Cancel(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto name = BuildName(exchange);
  if (!name) return ReplyNotFound(exchange);
  build::v1::CancelBuildRequest request;
  request.set_name(*name);
  Act(exchange, backends_, &BuildStub::CancelBuild, request, session->token);
}

void BuildActionRoutes::Restart(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto name = BuildName(exchange);
  if (!name) return ReplyNotFound(exchange);
  bool failed_only = false;
  BodyReader body(exchange.request.body);
  body.Bool("failed_only", &failed_only);
  if (const absl::Status read = body.Finish(); !read.ok()) return ReplyStatus(exchange, read);
  build::v1::RestartBuildRequest request;
  request.set_name(*name);
  request.set_failed_only(failed_only);
  Act(exchange, backends_, &BuildStub::RestartBuild, request, session->token);
}

void BuildActionRoutes::Approve(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto name = BuildName(exchange);
  if (!name) return ReplyNotFound(exchange);
  build::v1::ApproveBuildRequest request;
  request.set_name(*name);
  BodyReader body(exchange.request.body);
  body.Text("commit", request.mutable_commit());
  if (const absl::Status read = body.Finish(); !read.ok()) return ReplyStatus(exchange, read);
  Act(exchange, backends_, &BuildStub::ApproveBuild, request, session->token);
}

void BuildActionRoutes::CancelJob(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto name = JobName(exchange);
  if (!name) return ReplyNotFound(exchange);
  build::v1::CancelJobRequest request;
  request.set_name(*name);
  Act(exchange, backends_, &BuildStub::CancelJob, request, session->token);
}

void BuildActionRoutes::RestartJob(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto name = JobName(exchange);
  if (!name) return ReplyNotFound(exchange);
  build::v1::RestartJobRequest request;
  request.set_name(*name);
  Act(exchange, backends_, &BuildStub::RestartJob, request, session->token);
}

}  // namespace kozmic::gateway
