#include "gateway/testing/fake_builds.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/testing/fake_caller.h"
#include "lib/rpc/grpc_status.h"
#include "lib/rpc/resource_name.h"

namespace kozmic::gateway {
namespace {

// How often a fake that waits looks whether its caller has gone.
constexpr absl::Duration kLook = absl::Milliseconds(10);

// 0 when it is none.
int64_t ProjectOf(const std::string& name) {
  int64_t project = 0;
  return ParseName("projects/{project}", name, {&project}).ok() ? project : 0;
}

}  // namespace

absl::Status FakeBuilds::Note(const grpc::ServerContext& context) {
  last_bearer_ = BearerOf(context);
  if (!failure_.ok()) return failure_;
  if (UserOf(last_bearer_) || IsGateway(context)) return absl::OkStatus();
  return absl::UnauthenticatedError("who?");
}

const build::v1::Build* FakeBuilds::Latest(int64_t project, const std::string& ref) {
  auto at = builds_.upper_bound({project, std::numeric_limits<int64_t>::max()});
  while (at != builds_.begin() && std::prev(at)->first.first == project) {
    --at;
    if (ref.empty() || at->second.ref() == ref) return &at->second;
  }
  return nullptr;
}

grpc::Status FakeBuilds::GetBuild(grpc::ServerContext* context,
                                  const build::v1::GetBuildRequest* request,
                                  build::v1::Build* response) {
  absl::MutexLock lock(&mutex_);
  const absl::Status noted = Note(*context);
  if (!noted.ok()) return ToGrpc(noted, *context);
  for (const auto& [key, build] : builds_) {
    if (build.name() == request->name()) {
      *response = build;
      return grpc::Status::OK;
    }
  }
  return ToGrpc(absl::NotFoundError("no such build"), *context);
}

grpc::Status FakeBuilds::GetLatestBuild(grpc::ServerContext* context,
                                        const build::v1::GetLatestBuildRequest* request,
                                        build::v1::Build* response) {
  absl::MutexLock lock(&mutex_);
  const absl::Status noted = Note(*context);
  if (!noted.ok()) return ToGrpc(noted, *context);
  const build::v1::Build* latest = Latest(ProjectOf(request->parent()), request->ref());
  if (latest == nullptr) return ToGrpc(absl::NotFoundError("no such build"), *context);
  *response = *latest;
  return grpc::Status::OK;
}

grpc::Status FakeBuilds::ListBuilds(grpc::ServerContext* context,
                                    const build::v1::ListBuildsRequest* request,
                                    build::v1::ListBuildsResponse* response) {
  absl::MutexLock lock(&mutex_);
  const absl::Status noted = Note(*context);
  if (!noted.ok()) return ToGrpc(noted, *context);
  for (auto at = builds_.rbegin(); at != builds_.rend(); ++at) {
    if (at->first.first != ProjectOf(request->parent())) continue;
    if (!request->page_token().empty() && at->first.second >= std::stoll(request->page_token())) {
      continue;
    }
    if (request->states_size() > 0 && std::find(request->states().begin(), request->states().end(),
                                                at->second.state()) == request->states().end()) {
      continue;
    }
    if (at->second.message().find(request->text()) == std::string::npos) continue;
    if (response->builds_size() == request->page_size()) {
      response->set_next_page_token(
          absl::StrCat(response->builds(response->builds_size() - 1).number()));
      break;
    }
    *response->add_builds() = at->second;
  }
  return grpc::Status::OK;
}

grpc::Status FakeBuilds::BatchGetLatestBuilds(grpc::ServerContext* context,
                                              const build::v1::BatchGetLatestBuildsRequest* request,
                                              build::v1::BatchGetLatestBuildsResponse* response) {
  absl::MutexLock lock(&mutex_);
  const absl::Status noted = Note(*context);
  if (!noted.ok()) return ToGrpc(noted, *context);
  for (const std::string& project : request->projects()) {
    const build::v1::Build* latest = Latest(ProjectOf(project), "");
    if (latest == nullptr) continue;
    build::v1::Build& build = *response->add_builds();
    build = *latest;
    if (!request->summary()) continue;
    build.clear_jobs();
    build.set_message(build.message().substr(0, build.message().find('\n')));
  }
  return grpc::Status::OK;
}

grpc::Status FakeBuilds::WatchProject(grpc::ServerContext* context,
                                      const build::v1::WatchProjectRequest* request,
                                      grpc::ServerWriter<build::v1::WatchProjectResponse>* writer) {
  int64_t told = request->after_revision();
  bool first = true;
  absl::MutexLock lock(&mutex_);
  const int epoch = epoch_;
  ++watches_;
  while (!context->IsCancelled() && epoch == epoch_) {
    if (first || revision_ > told) {
      build::v1::WatchProjectResponse response;
      for (auto at = builds_.rbegin(); at != builds_.rend(); ++at) {
        if (at->first.first == 1 && at->second.revision() > told)
          *response.add_builds() = at->second;
      }
      response.set_revision(told = revision_);
      first = false;
      writer->Write(response);
    }
    mutex_.Unlock();
    absl::SleepFor(kLook);
    mutex_.Lock();
  }
  --watches_;
  return grpc::Status(grpc::StatusCode::UNAVAILABLE, "draining");
}

void FakeBuilds::Put(int64_t number, build::v1::State state) {
  absl::MutexLock lock(&mutex_);
  build::v1::Build& build = builds_[{1, number}];
  build.set_name(absl::StrCat("projects/1/builds/", number));
  build.set_number(number);
  build.set_state(state);
  build.set_revision(++revision_);
  if (build.jobs_size() == 0) {
    build::v1::Job* job = build.add_jobs();
    job->set_number(1);
    job->set_attempt(2);
    job->set_state(state);
  }
}

void FakeBuilds::Put(const build::v1::Build& build) {
  Key key = {};
  if (!ParseName("projects/{project}/builds/{build}", build.name(), {&key.first, &key.second})
           .ok()) {
    return;
  }
  absl::MutexLock lock(&mutex_);
  builds_[key] = build;
  builds_[key].set_number(key.second);
}

void FakeBuilds::Edit(int64_t project, int64_t number,
                      const std::function<void(build::v1::Build&)>& edit) {
  absl::MutexLock lock(&mutex_);
  edit(builds_[{project, number}]);
}

void FakeBuilds::AddJob(int64_t build, int number, int attempt) {
  absl::MutexLock lock(&mutex_);
  build::v1::Job* job = builds_[{1, build}].add_jobs();
  job->set_number(number);
  job->set_attempt(attempt);
}

void FakeBuilds::Fail(const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  failure_ = status;
}

std::string FakeBuilds::last_bearer() {
  absl::MutexLock lock(&mutex_);
  return last_bearer_;
}

void FakeBuilds::Break() {
  absl::MutexLock lock(&mutex_);
  ++epoch_;
}

int FakeBuilds::watches() {
  absl::MutexLock lock(&mutex_);
  return watches_;
}

}  // namespace kozmic::gateway
