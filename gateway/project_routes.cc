#include "gateway/project_routes.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/answer.h"
#include "gateway/json_body.h"
#include "gateway/text.h"
#include "gateway/translate.h"
#include "lib/rpc/client.h"
#include "lib/status/macros.h"

namespace kozmic::gateway {
namespace {

using ProjectStub = project::v1::ProjectService::Stub;
using BuildStub = build::v1::BuildService::Stub;
using nlohmann::json;

// Content that is well-formed but not acceptable, as opposed to a malformed body.
constexpr int kUnprocessable = 422;
constexpr int kPageSize = 1000;

std::optional<std::string> ProjectName(const http::Exchange& exchange) {
  const std::optional<int64_t> id = ParseNumber(exchange.Variable("project"), 1);
  if (!id) return std::nullopt;
  return absl::StrCat("projects/", *id);
}

absl::StatusOr<std::vector<project::v1::Project>> AllProjects(const Backends& backends,
                                                              const std::string& bearer) {
  std::vector<project::v1::Project> projects;
  project::v1::ListProjectsRequest request;
  request.set_page_size(kPageSize);
  do {
    KOZMIC_ASSIGN_OR_RETURN(auto page, Call(*backends.project, &ProjectStub::ListProjects, request,
                                            bearer, kCallTimeout));
    for (auto& one : *page.mutable_projects()) projects.push_back(std::move(one));
    request.set_page_token(page.next_page_token());
    // Nobody has more; a page token that does not end must not keep us.
  } while (!request.page_token().empty() && projects.size() < 10 * kPageSize);
  return projects;
}

// The latest build by project name; empty for the others.
absl::StatusOr<std::map<std::string, build::v1::Build>> LatestBuilds(
    const Backends& backends, const std::string& bearer,
    const std::vector<project::v1::Project>& projects) {
  std::map<std::string, build::v1::Build> latest;
  for (size_t start = 0; start < projects.size(); start += kPageSize) {
    build::v1::BatchGetLatestBuildsRequest request;
    for (size_t i = start; i < std::min(projects.size(), start + kPageSize); ++i) {
      request.add_projects(projects[i].name());
    }
    KOZMIC_ASSIGN_OR_RETURN(auto answer, Call(*backends.build, &BuildStub::BatchGetLatestBuilds,
                                              request, bearer, kCallTimeout));
    for (auto& build : *answer.mutable_builds()) {
      const std::string project = build.name().substr(0, build.name().find("/builds/"));
      latest[project] = std::move(build);
    }
  }
  return latest;
}

}  // namespace

void ProjectRoutes::List(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  auto projects = AllProjects(backends_, session->token);
  if (!projects.ok()) return ReplyStatus(exchange, projects.status());
  auto latest = LatestBuilds(backends_, session->token, *projects);
  if (!latest.ok()) return ReplyStatus(exchange, latest.status());

  const auto built_at = [&](const project::v1::Project& project) {
    const auto& time = (*latest)[project.name()].create_time();
    return std::make_pair(time.seconds(), time.nanos());
  };
  std::sort(projects->begin(), projects->end(), [&](const auto& a, const auto& b) {
    const auto a_time = built_at(a), b_time = built_at(b);
    return a_time != b_time ? a_time > b_time : a.repository() < b.repository();
  });
  json list = json::array();
  for (const project::v1::Project& project : *projects) {
    const build::v1::Build& build = (*latest)[project.name()];
    list.push_back(ToJson(project, build.name().empty() ? json(nullptr) : ToJson(build)));
  }
  Reply(exchange, 200, {{"projects", std::move(list)}});
}

void ProjectRoutes::Create(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto fields = ReadTexts(exchange.request.body, {"repository"});
  if (!fields.ok()) return ReplyStatus(exchange, fields.status());
  project::v1::CreateProjectRequest request;
  request.set_repository(fields->at("repository"));
  const auto project = Call(*backends_.project, &ProjectStub::CreateProject, request,
                            session->token, kGithubCallTimeout);
  if (!project.ok()) return ReplyStatus(exchange, project.status(), kUnprocessable);
  Reply(exchange, 201, ToJson(*project, nullptr));
}

void ProjectRoutes::Get(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto name = ProjectName(exchange);
  if (!name) return ReplyNotFound(exchange);
  project::v1::GetProjectRequest request;
  request.set_name(*name);
  const auto project =
      Call(*backends_.project, &ProjectStub::GetProject, request, session->token, kCallTimeout);
  if (!project.ok()) return ReplyStatus(exchange, project.status());
  auto latest = LatestBuilds(backends_, session->token, {*project});
  if (!latest.ok()) return ReplyStatus(exchange, latest.status());
  const build::v1::Build& build = (*latest)[project->name()];
  Reply(exchange, 200, ToJson(*project, build.name().empty() ? json(nullptr) : ToJson(build)));
}

void ProjectRoutes::ListHooks(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto name = ProjectName(exchange);
  if (!name) return ReplyNotFound(exchange);
  project::v1::ListHooksRequest request;
  request.set_parent(*name);
  const auto answer =
      Call(*backends_.project, &ProjectStub::ListHooks, request, session->token, kCallTimeout);
  if (!answer.ok()) return ReplyStatus(exchange, answer.status());
  json hooks = json::array();
  for (const project::v1::Hook& hook : answer->hooks()) hooks.push_back(ToJson(hook));
  Reply(exchange, 200, {{"hooks", std::move(hooks)}});
}

void ProjectRoutes::CreateHook(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto name = ProjectName(exchange);
  if (!name) return ReplyNotFound(exchange);
  const auto fields = ReadTexts(exchange.request.body, {"title", "image", "script"});
  if (!fields.ok()) return ReplyStatus(exchange, fields.status());
  project::v1::CreateHookRequest request;
  request.set_parent(*name);
  request.mutable_hook()->set_title(fields->at("title"));
  request.mutable_hook()->set_image(fields->at("image"));
  request.mutable_hook()->set_script(fields->at("script"));
  const auto hook = Call(*backends_.project, &ProjectStub::CreateHook, request, session->token,
                         kGithubCallTimeout);
  if (!hook.ok()) return ReplyStatus(exchange, hook.status(), kUnprocessable);
  Reply(exchange, 201, ToJson(*hook));
}

}  // namespace kozmic::gateway
