#include "gateway/project_list.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "absl/strings/string_view.h"
#include "lib/rpc/client.h"
#include "lib/status/macros.h"

namespace kozmic::gateway {
namespace {

using ProjectStub = project::v1::ProjectService::Stub;
using BuildStub = build::v1::BuildService::Stub;

// The most that either service takes at once.
constexpr int kPageSize = 1000;
// Nobody has more; a page token that does not end must not keep us.
constexpr int kMostPages = 10;

// Gives those from `start` on, a page of them, their newest builds. In the gateway's own name:
// ProjectService has just said that these are for the user to see, and BuildService would have to
// ask it about each of them again.
absl::Status AddLatest(const Backends& backends, size_t start,
                       std::vector<ListedProject>& projects) {
  build::v1::BatchGetLatestBuildsRequest request;
  request.set_summary(true);
  std::map<absl::string_view, ListedProject*> by_name;
  for (size_t i = start; i < projects.size(); ++i) {
    request.add_projects(projects[i].project.name());
    by_name[projects[i].project.name()] = &projects[i];
  }
  if (by_name.empty()) return absl::OkStatus();
  KOZMIC_ASSIGN_OR_RETURN(auto answer, Call(*backends.build, &BuildStub::BatchGetLatestBuilds,
                                            request, backends.service_token, kCallTimeout));
  for (auto& build : *answer.mutable_builds()) {
    const absl::string_view name = build.name();
    const auto found = by_name.find(name.substr(0, name.find("/builds/")));
    if (found != by_name.end()) found->second->latest = std::move(build);
  }
  return absl::OkStatus();
}

std::pair<int64_t, int32_t> BuiltAt(const ListedProject& project) {
  const auto& time = project.latest.create_time();
  return {time.seconds(), time.nanos()};
}

}  // namespace

absl::StatusOr<std::vector<ListedProject>> ListProjects(const Backends& backends,
                                                        const std::string& bearer) {
  std::vector<ListedProject> projects;
  project::v1::ListProjectsRequest request;
  request.set_page_size(kPageSize);
  for (int page = 0; page < kMostPages; ++page) {
    KOZMIC_ASSIGN_OR_RETURN(auto answer, Call(*backends.project, &ProjectStub::ListProjects,
                                              request, bearer, kCallTimeout));
    const size_t start = projects.size();
    for (auto& one : *answer.mutable_projects()) projects.push_back({std::move(one), {}});
    KOZMIC_RETURN_IF_ERROR(AddLatest(backends, start, projects));
    request.set_page_token(answer.next_page_token());
    if (request.page_token().empty()) break;
  }
  std::sort(projects.begin(), projects.end(), [](const auto& a, const auto& b) {
    const auto a_time = BuiltAt(a), b_time = BuiltAt(b);
    if (a_time != b_time) return a_time > b_time;
    return a.project.repository() < b.project.repository();
  });
  return projects;
}

absl::StatusOr<build::v1::Build> LatestBuild(const Backends& backends, const std::string& project) {
  build::v1::GetLatestBuildRequest request;
  request.set_parent(project);
  auto build = Call(*backends.build, &BuildStub::GetLatestBuild, request, backends.service_token,
                    kCallTimeout);
  if (absl::IsNotFound(build.status())) return build::v1::Build();
  return build;
}

}  // namespace kozmic::gateway
