#include "gateway/project_routes.h"

#include <string>
#include <utility>

#include "gateway/answer.h"
#include "gateway/ask.h"
#include "gateway/body_reader.h"
#include "gateway/json_text.h"
#include "gateway/project_list.h"
#include "gateway/resource.h"
#include "gateway/route_options.h"
#include "gateway/translate_build.h"
#include "gateway/translate_project.h"

namespace kozmic::gateway {
namespace {

using ProjectStub = project::v1::ProjectService::Stub;

const JsonText kNull = {"null"};

}  // namespace

void ProjectRoutes::AddTo(http::HardenedServer& server) const {
  using http::Exchange;
  const std::string all = "/api/v1/projects";
  const std::string one = "/api/v1/projects/{project}";
  server.Route("GET", all, [this](Exchange& exchange) { List(exchange); });
  server.Route("POST", all, JsonBody(), [this](Exchange& exchange) { Create(exchange); });
  server.Route("GET", one, [this](Exchange& exchange) { Get(exchange); });
  server.Route("DELETE", one, JsonBody(), [this](Exchange& exchange) { Delete(exchange); });
}

void ProjectRoutes::List(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto projects = ListProjects(backends_, session->token);
  if (!projects.ok()) return ReplyStatus(exchange, projects.status());
  Reply(exchange, 200,
        JsonObject({{"projects", JsonArrayOf(*projects, [](const ListedProject& one) {
                       const bool built = !one.latest.name().empty();
                       return ToJson(one.project, built ? ToJson(one.latest) : kNull);
                     })}}));
}

void ProjectRoutes::Create(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  project::v1::CreateProjectRequest request;
  BodyReader body(exchange.request.body);
  body.Text("repository", request.mutable_repository());
  if (const absl::Status read = body.Finish(); !read.ok()) return ReplyStatus(exchange, read);
  const auto project = Ask(exchange, *backends_.project, &ProjectStub::CreateProject, request,
                           session->token, kChangeAtGithub);
  if (project) Reply(exchange, 201, ToJson(*project, nullptr));
}

void ProjectRoutes::Get(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto name = ProjectName(exchange);
  if (!name) return ReplyNotFound(exchange);
  project::v1::GetProjectRequest request;
  request.set_name(*name);
  const auto project =
      Ask(exchange, *backends_.project, &ProjectStub::GetProject, request, session->token);
  if (!project) return;
  const auto latest = LatestBuild(backends_, *name);
  if (!latest.ok()) return ReplyStatus(exchange, latest.status());
  Reply(exchange, 200, ToJson(*project, latest->name().empty() ? kNull : ToJson(*latest)));
}

void ProjectRoutes::Delete(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto name = ProjectName(exchange);
  if (!name) return ReplyNotFound(exchange);
  project::v1::DeleteProjectRequest request;
  request.set_name(*name);
  BodyReader body(exchange.request.body);
  body.Text("repository", request.mutable_repository());
  if (const absl::Status read = body.Finish(); !read.ok()) return ReplyStatus(exchange, read);
  if (Ask(exchange, *backends_.project, &ProjectStub::DeleteProject, request, session->token,
          kChange)) {
    Reply(exchange, 202, JsonObject({}));
  }
}

}  // namespace kozmic::gateway
