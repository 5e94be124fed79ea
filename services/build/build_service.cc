#include "services/build/build_service.h"

#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/base/log.h"
#include "lib/base/trace_context.h"
#include "lib/rpc/resource_name.h"
#include "lib/rpc/result_status.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "lib/trace/span.h"
#include "services/build/validate.h"

namespace kozmic::build {
namespace {

constexpr int kDefaultPage = 50;
constexpr int kLargestPage = 100;
constexpr size_t kLongestFilter = 200;
constexpr int kMostProjects = 1000;

void SetError(const absl::Status& status, v1::BatchCreateBuildsResponse::Result* result) {
  LogServerFault("BatchCreateBuilds", status);
  SetResultError(status, *result);
}

absl::Status OnlyProjectService(const Caller& caller) {
  if (caller.IsService("project")) return absl::OkStatus();
  return absl::PermissionDeniedError("only ProjectService may do this");
}

}  // namespace

absl::StatusOr<int64_t> BuildServiceRpc::ViewableProject(const Caller& caller,
                                                         absl::string_view name) {
  int64_t project = 0;
  KOZMIC_RETURN_IF_ERROR(ParseName("projects/{project}", name, {&project}));
  KOZMIC_RETURN_IF_ERROR(parts_.permissions.MayView(caller, project));
  return project;
}

grpc::ServerUnaryReactor* BuildServiceRpc::BatchCreateBuilds(
    grpc::CallbackServerContext* context, const v1::BatchCreateBuildsRequest* request,
    v1::BatchCreateBuildsResponse* response) {
  return own_.Run(context, "BatchCreateBuilds", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(OnlyProjectService(caller));
    KOZMIC_RETURN_IF_ERROR(Validate(*request));
    std::vector<NewBuild> builds;
    std::vector<v1::BatchCreateBuildsResponse::Result*> results;
    for (const v1::CreateBuildRequest& one : request->requests()) {
      auto* const result = response->add_results();
      int64_t project = 0;
      absl::Status valid = ParseName("projects/{project}", one.parent(), {&project});
      valid.Update(Validate(one));
      if (valid.ok()) {
        builds.push_back({project, &one});
        results.push_back(result);
      } else {
        SetError(valid, result);
      }
    }
    const absl::Time begin = absl::Now();
    const std::vector<absl::StatusOr<int64_t>> numbers = parts_.store.Create(builds);
    for (size_t i = 0; i < numbers.size(); ++i) {
      if (numbers[i].ok()) {
        const std::string& trace = builds[i].request->trace_id();
        const std::string name = absl::StrCat(builds[i].request->parent(), "/builds/", *numbers[i]);
        RecordPast(trace, "create a build", begin, absl::Now(), {{"kozmic.build", name}});
        const TraceScope scope(RootOf(trace));
        Log(Severity::kInfo, "build asked for", {{"build", name}});
      }
      // Those that were created are found when they are asked for again.
      if (IsRetryable(numbers[i].status())) return numbers[i].status();
      if (numbers[i].ok()) {
        results[i]->set_number(*numbers[i]);
      } else {
        SetError(numbers[i].status(), results[i]);
      }
    }
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* BuildServiceRpc::GetBuild(grpc::CallbackServerContext* context,
                                                    const v1::GetBuildRequest* request,
                                                    v1::Build* response) {
  return unary_.Run(context, "GetBuild", [=, this](const Caller& caller) -> absl::Status {
    int64_t project = 0;
    int64_t number = 0;
    KOZMIC_RETURN_IF_ERROR(
        ParseName("projects/{project}/builds/{build}", request->name(), {&project, &number}));
    KOZMIC_RETURN_IF_ERROR(parts_.permissions.MayView(caller, project));
    KOZMIC_ASSIGN_OR_RETURN(*response, parts_.store.Get(project, number));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* BuildServiceRpc::GetLatestBuild(grpc::CallbackServerContext* context,
                                                          const v1::GetLatestBuildRequest* request,
                                                          v1::Build* response) {
  return unary_.Run(context, "GetLatestBuild", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_ASSIGN_OR_RETURN(const int64_t project, ViewableProject(caller, request->parent()));
    KOZMIC_ASSIGN_OR_RETURN(BuildStore::Page page,
                            parts_.store.List(project, {.ref = request->ref()}, 0, 1));
    if (page.builds.empty()) return absl::NotFoundError("no build yet");
    *response = std::move(page.builds.front());
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* BuildServiceRpc::ListBuilds(grpc::CallbackServerContext* context,
                                                      const v1::ListBuildsRequest* request,
                                                      v1::ListBuildsResponse* response) {
  return unary_.Run(context, "ListBuilds", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_ASSIGN_OR_RETURN(const int64_t project, ViewableProject(caller, request->parent()));
    const int size = request->page_size() == 0 ? kDefaultPage : request->page_size();
    if (size < 1 || size > kLargestPage) {
      return absl::InvalidArgumentError(
          absl::StrCat("page_size: ", size, " must be 1 to ", kLargestPage));
    }
    int64_t before = 0;
    if (!request->page_token().empty() &&
        (!absl::SimpleAtoi(request->page_token(), &before) || before < 1)) {
      return absl::InvalidArgumentError("page_token: not one that ListBuilds gave");
    }
    BuildStore::Filter filter = {.ref = request->ref(),
                                 .ref_text = request->ref_text(),
                                 .author_text = request->author_text(),
                                 .text = request->text()};
    for (const std::string* text : {&filter.ref_text, &filter.author_text, &filter.text}) {
      if (text->size() <= kLongestFilter) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("a filter's text has at most ", kLongestFilter, " bytes"));
    }
    for (const int state : request->states()) {
      if (!v1::State_IsValid(state) || state == v1::STATE_UNSPECIFIED) {
        return absl::InvalidArgumentError(absl::StrCat("states: ", state, " is none"));
      }
      filter.states.push_back(static_cast<v1::State>(state));
    }
    KOZMIC_ASSIGN_OR_RETURN(BuildStore::Page page,
                            parts_.store.List(project, filter, before, size));
    if (page.next_before > 0) response->set_next_page_token(absl::StrCat(page.next_before));
    for (v1::Build& build : page.builds) response->add_builds()->Swap(&build);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* BuildServiceRpc::BatchGetLatestBuilds(
    grpc::CallbackServerContext* context, const v1::BatchGetLatestBuildsRequest* request,
    v1::BatchGetLatestBuildsResponse* response) {
  return unary_.Run(context, "BatchGetLatestBuilds", [=, this](const Caller& caller) {
    if (request->projects_size() > kMostProjects) {
      return absl::InvalidArgumentError(absl::StrCat("projects: at most ", kMostProjects));
    }
    std::vector<int64_t> viewable;
    for (const std::string& name : request->projects()) {
      absl::StatusOr<int64_t> project = ViewableProject(caller, name);
      if (project.ok()) {
        viewable.push_back(*project);
      } else if (!absl::IsNotFound(project.status())) {
        return project.status();
      }
    }
    KOZMIC_ASSIGN_OR_RETURN(
        std::vector<v1::Build> builds,
        parts_.store.ListLatest(
            viewable, request->summary() ? BuildStore::Form::kSummary : BuildStore::Form::kWhole));
    for (v1::Build& build : builds) response->add_builds()->Swap(&build);
    return absl::OkStatus();
  });
}

grpc::ServerWriteReactor<v1::WatchProjectResponse>* BuildServiceRpc::WatchProject(
    grpc::CallbackServerContext* context, const v1::WatchProjectRequest* request) {
  // A malformed name is project 0, which nobody can view: the stream ends with the parse error.
  int64_t project = 0;
  const absl::Status named = ParseName("projects/{project}", request->name(), {&project});
  return parts_.watches.Watch(
      context, project, request->after_revision(), [=, this]() -> absl::Status {
        KOZMIC_RETURN_IF_ERROR(named);
        KOZMIC_ASSIGN_OR_RETURN(const Caller caller,
                                AuthenticateCall(*context, unary_.authenticator()));
        return parts_.permissions.MayView(caller, project);
      });
}

grpc::ServerUnaryReactor* BuildServiceRpc::DeleteProject(grpc::CallbackServerContext* context,
                                                         const v1::DeleteProjectRequest* request,
                                                         v1::DeleteProjectResponse* response) {
  return unary_.Run(context, "DeleteProject", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(OnlyProjectService(caller));
    int64_t project = 0;
    KOZMIC_RETURN_IF_ERROR(ParseName("projects/{project}", request->name(), {&project}));
    KOZMIC_ASSIGN_OR_RETURN(const bool done, parts_.deleter.Step(project));
    response->set_done(done);
    return absl::OkStatus();
  });
}

}  // namespace kozmic::build
