#include "bench/orchestration_load/load.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "bench/orchestration_load/installation.h"
#include "lib/rpc/client.h"
#include "lib/rpc/result_status.h"

namespace kozmic::bench {
namespace {

using build::v1::BuildService;
using build::v1::CreateBuildRequest;
using runner::v1::FinishJobRequest;
using runner::v1::LeaseJobRequest;
using runner::v1::OpenSessionRequest;
using runner::v1::RunnerService;

constexpr absl::Duration kPoll = absl::Seconds(60);
constexpr absl::Duration kTimeout = absl::Seconds(30);
// As if they were on as many machines.
constexpr int kChannels = 8;

void Must(const char* what, const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s: %s\n", what, status.ToString().c_str());
  std::_Exit(1);
}

void Must(const char* what, const grpc::Status& status) {
  if (!status.ok()) Must(what, absl::UnknownError(status.error_message()));
}

// A channel of its own: gRPC shares connections of channels with equal arguments otherwise.
std::shared_ptr<grpc::Channel> OwnChannel(const std::string& address, int number) {
  grpc::ChannelArguments arguments;
  arguments.SetInt("kozmic.channel", number);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace

struct Runners::Runner {
  RunnerService::Stub* stub = nullptr;
  std::string name;
  std::string session;
  int64_t requests = 0;
  // Of the call at hand.
  std::unique_ptr<grpc::ClientContext> context;
  LeaseJobRequest lease_request;
  runner::v1::LeaseJobResponse lease_response;
  FinishJobRequest finish_request;
  runner::v1::FinishJobResponse finish_response;
};

Runners::Runners(const std::string& address, int count, Leased leased)
    : leased_callback_(std::move(leased)) {
  for (int i = 0; i < kChannels; ++i) {
    stubs_.push_back(RunnerService::NewStub(OwnChannel(address, i)));
  }
  for (int i = 0; i < count; ++i) {
    auto& runner = *runners_.emplace_back(std::make_unique<Runner>());
    runner.stub = stubs_[i % kChannels].get();
    runner.name = absl::StrCat("runner-", i);
  }
  std::vector<std::thread> openers;
  for (int k = 0; k < kChannels; ++k) {
    openers.emplace_back([this, k] {
      for (size_t i = k; i < runners_.size(); i += kChannels) {
        OpenSessionRequest request;
        request.set_runner(runners_[i]->name);
        request.set_slots(1);
        const auto response = Call(*runners_[i]->stub, &RunnerService::Stub::OpenSession, request,
                                   Installation::RunnerToken(), kTimeout);
        Must("OpenSession", response.status());
        runners_[i]->session = response->session();
      }
    });
  }
  for (std::thread& opener : openers) opener.join();
}

Runners::~Runners() {
  absl::MutexLock lock(&mutex_);
  stopping_ = true;
  for (const auto& runner : runners_) {
    if (runner->context != nullptr) runner->context->TryCancel();
  }
  const auto ended = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return calls_ == 0; };
  mutex_.Await(absl::Condition(&ended));
}

void Runners::Work() {
  keep_ = false;
  for (const auto& runner : runners_) Lease(*runner);
}

void Runners::TakeOne() {
  keep_ = true;
  for (const auto& runner : runners_) Lease(*runner);
}

void Runners::Lease(Runner& runner) {
  runner.lease_request.set_session(runner.session);
  runner.lease_request.set_request_id(absl::StrCat("request-", ++runner.requests));
  auto context = std::make_unique<grpc::ClientContext>();
  PrepareCall(*context, absl::Now() + kPoll, Installation::RunnerToken());
  grpc::ClientContext* const call = context.get();
  {
    absl::MutexLock lock(&mutex_);
    runner.context = std::move(context);
    if (stopping_) return;
    ++calls_;
  }
  runner.lease_response.Clear();
  runner.stub->async()->LeaseJob(call, &runner.lease_request, &runner.lease_response,
                                 [this, &runner](grpc::Status status) {
                                   const bool has_lease = runner.lease_response.has_lease();
                                   if (status.error_code() != grpc::StatusCode::CANCELLED)
                                     Must("LeaseJob", status);
                                   if (status.ok() && has_lease) {
                                     if (leased_callback_)
                                       leased_callback_(runner.lease_response.lease());
                                     Count(leased_, last_leased_);
                                     if (!keep_) Finish(runner);
                                   } else if (status.ok()) {
                                     Lease(runner);
                                   }
                                   End();
                                 });
}

void Runners::Finish(Runner& runner) {
  const runner::v1::Lease& lease = runner.lease_response.lease();
  FinishJobRequest& request = runner.finish_request;
  request.set_session(runner.session);
  request.set_attempt(lease.attempt());
  request.set_fence(lease.fence());
  request.set_outcome(FinishJobRequest::OUTCOME_EXITED);
  auto context = std::make_unique<grpc::ClientContext>();
  PrepareCall(*context, absl::Now() + kTimeout, Installation::RunnerToken());
  grpc::ClientContext* const call = context.get();
  {
    absl::MutexLock lock(&mutex_);
    runner.context = std::move(context);
    if (stopping_) return;
    ++calls_;
  }
  runner.stub->async()->FinishJob(call, &request, &runner.finish_response,
                                  [this, &runner](grpc::Status status) {
                                    if (status.error_code() != grpc::StatusCode::CANCELLED) {
                                      Must("FinishJob", status);
                                    }
                                    if (status.ok()) {
                                      Count(finished_, last_finished_);
                                      Lease(runner);
                                    }
                                    End();
                                  });
}

void Runners::Count(int64_t& counter, absl::Time& last) {
  absl::MutexLock lock(&mutex_);
  ++counter;
  last = absl::Now();
}

void Runners::End() {
  absl::MutexLock lock(&mutex_);
  --calls_;
}

int64_t Runners::leased() const {
  absl::MutexLock lock(&mutex_);
  return leased_;
}

int64_t Runners::finished() const {
  absl::MutexLock lock(&mutex_);
  return finished_;
}

absl::Time Runners::AwaitLeased(int64_t count, absl::Duration timeout) const {
  const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return leased_ >= count; };
  absl::MutexLock lock(&mutex_);
  if (!mutex_.AwaitWithTimeout(absl::Condition(&enough), timeout)) {
    Must("leases", absl::DeadlineExceededError(absl::StrCat(leased_, " of ", count)));
  }
  return last_leased_;
}

absl::Time Runners::AwaitFinished(int64_t count, absl::Duration timeout) const {
  const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return finished_ >= count; };
  absl::MutexLock lock(&mutex_);
  if (!mutex_.AwaitWithTimeout(absl::Condition(&enough), timeout)) {
    Must("ends", absl::DeadlineExceededError(absl::StrCat(finished_, " of ", count)));
  }
  return last_finished_;
}

Builds::Builds(const std::string& address, int projects)
    : stub_(BuildService::NewStub(OwnChannel(address, kChannels))), projects_(projects) {}

CreateBuildRequest Builds::Next() {
  const int64_t number = ++next_;
  CreateBuildRequest request;
  request.set_parent(absl::StrCat("projects/", number % projects_ + 1));
  request.set_request_id(absl::StrCat("request-", number));
  request.set_repository("octo/hello");
  request.set_ref("refs/heads/main");
  request.set_commit(absl::StrCat(absl::Hex(number, absl::kZeroPad16), "0123456789abcdef01234567"));
  request.set_commit_url("http://github.test/octo/hello/commit/" + request.commit());
  request.set_message("A change of some length, as people write them\n\nAnd why it was made.");
  request.mutable_author()->set_display_name("Ann");
  request.mutable_author()->set_login("ann");
  request.mutable_author()->set_avatar_url("http://github.test/ann.png");
  build::v1::JobSpec& job = *request.add_jobs();
  job.set_hook(absl::StrCat(request.parent(), "/hooks/1"));
  job.set_title("Tests");
  job.set_image("debian:12");
  job.set_script("#!/bin/sh\nmake test\n");
  return request;
}

void Builds::Create(int64_t count, int together) {
  for (int64_t left = count; left > 0; left -= together) {
    CreateBatch(std::min<int64_t>(left, together));
  }
}

void Builds::CreateOne() { CreateBatch(1); }

void Builds::CreateBatch(int64_t count) {
  build::v1::BatchCreateBuildsRequest batch;
  for (int64_t i = 0; i < count; ++i) *batch.add_requests() = Next();
  const auto created = Call(*stub_, &BuildService::Stub::BatchCreateBuilds, batch,
                            Installation::ProjectToken(), kTimeout);
  Must("BatchCreateBuilds", created.status());
  for (const auto& result : created->results()) Must("a build", ResultStatus(result));
}

}  // namespace kozmic::bench
