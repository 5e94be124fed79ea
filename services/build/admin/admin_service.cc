#include "services/build/admin/admin_service.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lib/base/log.h"
#include "lib/rpc/authorize.h"
#include "lib/status/macros.h"
#include "services/build/validate.h"

namespace kozmic::build {
namespace {

constexpr int kMostRunners = 500;
constexpr int kMostJobs = 100;
constexpr int kUsualJobs = 50;

// What `page_size` asks for.
absl::StatusOr<int> PageSize(int asked, int usual, int most) {
  if (asked >= 0 && asked <= most) return asked == 0 ? usual : asked;
  return absl::InvalidArgumentError(absl::StrCat("page_size: ", asked, " is not 0 to ", most));
}

}  // namespace

absl::StatusOr<std::string> ParseRunner(absl::string_view name) {
  if (!absl::ConsumePrefix(&name, "runners/") || !IsRunnerName(name)) {
    return absl::InvalidArgumentError("name: must be runners/{runner}");
  }
  return std::string(name);
}

grpc::ServerUnaryReactor* AdminServiceRpc::ListRunners(grpc::CallbackServerContext* context,
                                                       const v1::ListRunnersRequest* request,
                                                       v1::ListRunnersResponse* response) {
  return unary_.Run(context, "ListRunners", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireAdmin(caller));
    KOZMIC_ASSIGN_OR_RETURN(const int page_size,
                            PageSize(request->page_size(), kMostRunners, kMostRunners));
    if (!request->page_token().empty() && !IsRunnerName(request->page_token())) {
      return absl::InvalidArgumentError("page_token: not one that ListRunners answered");
    }
    KOZMIC_ASSIGN_OR_RETURN(*response, parts_.store.ListRunners(request->page_token(), page_size));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AdminServiceRpc::PauseRunner(grpc::CallbackServerContext* context,
                                                       const v1::PauseRunnerRequest* request,
                                                       v1::Runner* response) {
  return unary_.Run(context, "PauseRunner", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireAdmin(caller));
    KOZMIC_ASSIGN_OR_RETURN(const std::string runner, ParseRunner(request->name()));
    KOZMIC_ASSIGN_OR_RETURN(const std::string login, parts_.login_of(caller));
    KOZMIC_ASSIGN_OR_RETURN(*response, parts_.store.SetPaused(runner, login));
    Log(Severity::kInfo, "a runner was paused", {{"runner", runner}, {"by", caller.name}});
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AdminServiceRpc::ResumeRunner(grpc::CallbackServerContext* context,
                                                        const v1::ResumeRunnerRequest* request,
                                                        v1::Runner* response) {
  return unary_.Run(context, "ResumeRunner", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireAdmin(caller));
    KOZMIC_ASSIGN_OR_RETURN(const std::string runner, ParseRunner(request->name()));
    KOZMIC_ASSIGN_OR_RETURN(*response, parts_.store.SetPaused(runner, ""));
    Log(Severity::kInfo, "a runner was resumed", {{"runner", runner}, {"by", caller.name}});
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AdminServiceRpc::DeleteRunner(grpc::CallbackServerContext* context,
                                                        const v1::DeleteRunnerRequest* request,
                                                        v1::DeleteRunnerResponse*) {
  return unary_.Run(context, "DeleteRunner", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireAdmin(caller));
    KOZMIC_ASSIGN_OR_RETURN(const std::string runner, ParseRunner(request->name()));
    KOZMIC_RETURN_IF_ERROR(parts_.store.DeleteRunner(runner));
    Log(Severity::kInfo, "a runner was forgotten", {{"runner", runner}, {"by", caller.name}});
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AdminServiceRpc::ListQueue(grpc::CallbackServerContext* context,
                                                     const v1::ListQueueRequest* request,
                                                     v1::ListQueueResponse* response) {
  return unary_.Run(context, "ListQueue", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireAdmin(caller));
    KOZMIC_ASSIGN_OR_RETURN(const int page_size,
                            PageSize(request->page_size(), kUsualJobs, kMostJobs));
    KOZMIC_ASSIGN_OR_RETURN(*response, parts_.store.ListQueue(request->page_token(), page_size));
    return absl::OkStatus();
  });
}

}  // namespace kozmic::build
