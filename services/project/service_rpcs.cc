#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/github/url.h"
#include "lib/rpc/authorize.h"
#include "lib/rpc/result_status.h"
#include "lib/status/macros.h"
#include "services/project/names.h"
#include "services/project/project_service.h"
#include "services/project/translate.h"

namespace kozmic::project {

namespace {

constexpr int kMostWebhooks = 256;

}  // namespace

grpc::ServerUnaryReactor* ProjectService::AcceptWebhooks(grpc::CallbackServerContext* context,
                                                         const v1::AcceptWebhooksRequest* request,
                                                         v1::AcceptWebhooksResponse* response) {
  return runners_.webhooks.Run(
      context, "AcceptWebhooks", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_RETURN_IF_ERROR(RequireService(caller, {"gateway"}));
        if (request->webhooks_size() < 1 || request->webhooks_size() > kMostWebhooks) {
          return absl::InvalidArgumentError(absl::StrCat("webhooks: ", request->webhooks_size(),
                                                         " must be 1 to ", kMostWebhooks));
        }
        std::vector<IncomingWebhook> webhooks;
        for (const v1::Webhook& webhook : request->webhooks()) {
          webhooks.push_back(Translate(webhook));
        }
        for (const auto& disposition : parts_.inbox.Accept(webhooks)) {
          auto& result = *response->add_results();
          if (disposition.ok()) {
            result.set_disposition(Translate(*disposition));
          } else {
            LogServerFault("AcceptWebhooks", disposition.status());
            SetResultError(disposition.status(), result);
          }
        }
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::IssueCheckout(grpc::CallbackServerContext* context,
                                                        const v1::IssueCheckoutRequest* request,
                                                        v1::IssueCheckoutResponse* response) {
  return runners_.checkouts.Run(
      context, "IssueCheckout", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_RETURN_IF_ERROR(RequireService(caller, {"build"}));
        KOZMIC_ASSIGN_OR_RETURN(const int64_t project_id, ProjectId(request->project()));
        if (!github::IsObjectId(request->commit())) {
          return absl::InvalidArgumentError("commit: not the object id of a commit");
        }
        KOZMIC_ASSIGN_OR_RETURN(
            const Checkout checkout,
            parts_.checkouts.Issue(
                project_id, {.fork = request->fork(),
                             .refused = request->refused(),
                             .images = {request->images().begin(), request->images().end()}}));
        response->set_clone_url(checkout.clone_url);
        response->set_ssh_private_key(checkout.ssh_private_key);
        response->mutable_ssh_known_hosts()->Assign(checkout.ssh_known_hosts.begin(),
                                                    checkout.ssh_known_hosts.end());
        response->mutable_secrets()->insert(checkout.secrets.begin(), checkout.secrets.end());
        for (const RegistryCredential& credential : checkout.registry_credentials) {
          auto& issued = *response->add_registry_credentials();
          issued.set_registry(credential.registry);
          issued.set_username(credential.username);
          issued.set_password(credential.password);
        }
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::ReportCommitStatus(
    grpc::CallbackServerContext* context, const v1::ReportCommitStatusRequest* request,
    v1::ReportCommitStatusResponse*) {
  return runners_.github.Run(
      context, "ReportCommitStatus", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_RETURN_IF_ERROR(RequireService(caller, {"build"}));
        KOZMIC_ASSIGN_OR_RETURN(const int64_t project_id, ProjectId(request->project()));
        KOZMIC_ASSIGN_OR_RETURN(const std::string state, TranslateState(request->state()));
        return parts_.statuses.Report(project_id, request->commit(),
                                      {.state = state,
                                       .context = request->context(),
                                       .description = request->description(),
                                       .target_url = request->target_url()});
      });
}

}  // namespace kozmic::project
