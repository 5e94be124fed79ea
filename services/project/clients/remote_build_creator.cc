#include "services/project/clients/remote_build_creator.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/trace_context.h"
#include "lib/rpc/client.h"
#include "lib/rpc/result_status.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/project/clients/job_spec.h"

namespace kozmic::project {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(5);
// No call is begun after this; with the last one's time, CreateBuilds' ten seconds.
constexpr absl::Duration kBegin = absl::Seconds(5);
// Of one call: BuildService's limits, and less than a message may have.
constexpr int kMostBuilds = 256;
constexpr int kMostJobs = 1000;
constexpr size_t kMostBytes = 4 << 20;

build::v1::Trigger TriggerOf(const BuildRequest& request) {
  if (!request.trigger.has_value()) return build::v1::TRIGGER_MANUAL;
  switch (*request.trigger) {
    case kOnTag:
      return build::v1::TRIGGER_TAG;
    case kOnPullRequest:
      return build::v1::TRIGGER_PULL_REQUEST;
    default:
      return build::v1::TRIGGER_PUSH;
  }
}

void Fill(const BuildRequest& request, build::v1::CreateBuildRequest* out) {
  out->set_parent(absl::StrCat("projects/", request.project_id));
  out->set_request_id(request.request_id);
  out->set_trace_id(request.trace_id.empty() ? TraceIdOf(request.request_id) : request.trace_id);
  out->set_repository(request.repository);
  out->set_ref(request.head.ref);
  out->set_commit(request.head.commit);
  out->set_message(request.head.message);
  out->mutable_author()->set_display_name(request.head.author_name);
  out->mutable_author()->set_login(request.head.author_login);
  out->mutable_author()->set_avatar_url(request.head.author_avatar_url);
  out->set_commit_url(request.commit_url);
  out->set_fork(request.fork);
  out->set_trigger(TriggerOf(request));
  out->set_pull_request(request.pull_request);
  out->set_needs_approval(request.needs_approval);
  out->mutable_variables()->insert(request.variables.begin(), request.variables.end());
  out->set_creator(request.creator);
  out->set_event_seconds(request.event_seconds);
  for (const HookRecord& hook : request.hooks) FillJobSpec(hook, out->add_jobs());
}

// As many as one call may have, from the one at `begin` on.
build::v1::BatchCreateBuildsRequest CallOf(const std::vector<BuildRequest>& requests, size_t begin,
                                           int most_builds) {
  build::v1::BatchCreateBuildsRequest call;
  size_t bytes = 0;
  int jobs = 0;
  for (size_t i = begin; i < requests.size() && call.requests_size() < most_builds; ++i) {
    build::v1::CreateBuildRequest one;
    Fill(requests[i], &one);
    bytes += one.ByteSizeLong();
    jobs += one.jobs_size();
    if (call.requests_size() > 0 && (bytes > kMostBytes || jobs > kMostJobs)) break;
    call.add_requests()->Swap(&one);
  }
  return call;
}

absl::StatusOr<int64_t> NumberOf(const build::v1::BatchCreateBuildsResponse::Result& result) {
  if (result.code() == 0) return result.number();
  return ResultStatus(result);
}

}  // namespace

RemoteBuildCreator::RemoteBuildCreator(std::shared_ptr<grpc::Channel> build_service,
                                       std::string service_token)
    : stub_(build::v1::BuildService::NewStub(std::move(build_service))),
      service_token_(std::move(service_token)) {}

std::vector<absl::StatusOr<int64_t>> RemoteBuildCreator::CreateBuilds(
    const std::vector<BuildRequest>& requests) {
  const absl::Time last_begin = absl::Now() + kBegin;
  std::vector<absl::StatusOr<int64_t>> numbers;
  int most_builds = kMostBuilds;
  while (numbers.size() < requests.size()) {
    const build::v1::BatchCreateBuildsRequest call = CallOf(requests, numbers.size(), most_builds);
    const auto answer = absl::Now() > last_begin ? NotBegun() : Ask(call);
    if (answer.ok()) {
      for (const auto& result : answer->results()) numbers.push_back(NumberOf(result));
    } else if (IsRetryable(answer.status()) && !absl::IsResourceExhausted(answer.status())) {
      // The others would meet the same.
      numbers.resize(requests.size(), answer.status());
    } else if (call.requests_size() > 1) {
      // Whichever it was does not harm the others.
      most_builds = 1;
    } else {
      numbers.push_back(answer.status());
    }
  }
  return numbers;
}

absl::StatusOr<build::v1::BatchCreateBuildsResponse> RemoteBuildCreator::Ask(
    const build::v1::BatchCreateBuildsRequest& request) {
  KOZMIC_ASSIGN_OR_RETURN(build::v1::BatchCreateBuildsResponse answer,
                          Call(*stub_, &build::v1::BuildService::Stub::BatchCreateBuilds, request,
                               service_token_, kTimeout));
  if (answer.results_size() == request.requests_size()) return answer;
  return absl::InternalError(absl::StrCat("BuildService answered ", answer.results_size(), " of ",
                                          request.requests_size(), " requests"));
}

}  // namespace kozmic::project
