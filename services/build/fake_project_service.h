#ifndef KOZMIC_SERVICES_BUILD_FAKE_PROJECT_SERVICE_H_
#define KOZMIC_SERVICES_BUILD_FAKE_PROJECT_SERVICE_H_

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "kozmic/project/v1/project.grpc.pb.h"
#include "lib/rpc/grpc_status.h"
#include "lib/rpc/server.h"

namespace kozmic::build {

// ProjectService as a test says it shall answer, on a real socket. Thread-safe.
class FakeProjectService final : public project::v1::ProjectService::Service {
 public:
  // Whoever calls may view exactly these: "projects/3".
  void SetViewable(std::set<std::string> projects) {
    absl::MutexLock lock(&mutex_);
    viewable_ = std::move(projects);
  }
  // The projects that CheckPermission was asked about, in order.
  std::vector<std::string> Checked() const {
    absl::MutexLock lock(&mutex_);
    return checked_;
  }

  void SetCheckout(absl::StatusOr<project::v1::IssueCheckoutResponse> checkout) {
    absl::MutexLock lock(&mutex_);
    checkout_ = std::move(checkout);
  }
  std::vector<project::v1::IssueCheckoutRequest> Checkouts() const {
    absl::MutexLock lock(&mutex_);
    return checkouts_;
  }

  const std::string& address() const { return server_->address(); }

  grpc::Status CheckPermission(grpc::ServerContext* context,
                               const project::v1::CheckPermissionRequest* request,
                               project::v1::CheckPermissionResponse* response) override {
    absl::MutexLock lock(&mutex_);
    checked_.push_back(request->project());
    if (viewable_.count(request->project()) == 0) {
      return ToGrpc(absl::NotFoundError("no such project"), *context);
    }
    response->set_cache_seconds(30);
    return grpc::Status::OK;
  }

  grpc::Status IssueCheckout(grpc::ServerContext* context,
                             const project::v1::IssueCheckoutRequest* request,
                             project::v1::IssueCheckoutResponse* response) override {
    absl::MutexLock lock(&mutex_);
    checkouts_.push_back(*request);
    if (checkout_.ok()) *response = *checkout_;
    return ToGrpc(checkout_.status(), *context);
  }

 private:
  mutable absl::Mutex mutex_;
  std::set<std::string> viewable_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> checked_ ABSL_GUARDED_BY(mutex_);
  absl::StatusOr<project::v1::IssueCheckoutResponse> checkout_ ABSL_GUARDED_BY(mutex_);
  std::vector<project::v1::IssueCheckoutRequest> checkouts_ ABSL_GUARDED_BY(mutex_);
  const std::unique_ptr<RpcServer> server_ = *RpcServer::Start("127.0.0.1:0", {this});
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_FAKE_PROJECT_SERVICE_H_
