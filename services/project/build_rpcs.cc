#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/rpc/resource_name.h"
#include "lib/status/macros.h"
#include "services/project/names.h"
#include "services/project/project_service.h"
#include "services/project/translate.h"

namespace kozmic::project {
namespace {

constexpr int kDefaultPage = 50;
constexpr int kLargestPage = 100;

}  // namespace

grpc::ServerUnaryReactor* ProjectService::TriggerBuild(grpc::CallbackServerContext* context,
                                                       const v1::TriggerBuildRequest* request,
                                                       v1::TriggerBuildResponse* response) {
  return runners_.github.Run(
      context, "TriggerBuild", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(
            const Allowed allowed,
            Allow(caller, kProjectPattern, request->parent(), Permission::kConfigure));
        KOZMIC_ASSIGN_OR_RETURN(
            const int64_t number,
            parts_.manual_builds.Trigger(
                allowed.project(), allowed.user_id,
                {.ref = request->ref(),
                 .variables = {request->variables().begin(), request->variables().end()},
                 .request_id = request->request_id()}));
        response->set_build(
            absl::StrCat("projects/", allowed.project().project_id, "/builds/", number));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::ListDeliveries(grpc::CallbackServerContext* context,
                                                         const v1::ListDeliveriesRequest* request,
                                                         v1::ListDeliveriesResponse* response) {
  return runners_.database.Run(
      context, "ListDeliveries", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(const Allowed allowed, Allow(caller, kProjectPattern,
                                                             request->parent(), Permission::kView));
        if (request->page_size() < 0) {
          return absl::InvalidArgumentError("page_size: must not be negative");
        }
        int64_t before = INT64_MAX;
        if (!request->page_token().empty() &&
            (!absl::SimpleAtoi(request->page_token(), &before) || before < 1)) {
          return absl::InvalidArgumentError("page_token: not one of ours");
        }
        KOZMIC_ASSIGN_OR_RETURN(const auto state, TranslateState(request->state()));
        const int size =
            request->page_size() == 0 ? kDefaultPage : std::min(request->page_size(), kLargestPage);
        const int64_t project_id = allowed.project().project_id;
        // One more than asked for tells whether there is another page.
        KOZMIC_ASSIGN_OR_RETURN(
            auto page, parts_.deliveries.ListDeliveries(project_id, before, size + 1, state));
        if (page.size() > static_cast<size_t>(size)) {
          page.pop_back();
          response->set_next_page_token(absl::StrCat(page.back().delivery_id));
        }
        for (const DeliveryRecord& delivery : page) {
          Translate(project_id, delivery, response->add_deliveries());
        }
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::GetDelivery(grpc::CallbackServerContext* context,
                                                      const v1::GetDeliveryRequest* request,
                                                      v1::Delivery* response) {
  return runners_.database.Run(
      context, "GetDelivery", [=, this](const Caller& caller) -> absl::Status {
        int64_t project_id = 0;
        int64_t delivery_id = 0;
        KOZMIC_RETURN_IF_ERROR(
            ParseName(kDeliveryPattern, request->name(), {&project_id, &delivery_id}));
        KOZMIC_RETURN_IF_ERROR(Allow(caller, project_id, Permission::kConfigure).status());
        KOZMIC_ASSIGN_OR_RETURN(DeliveryRecord delivery,
                                parts_.deliveries.GetDelivery(project_id, delivery_id));
        Translate(project_id, delivery, response);
        response->set_body(std::move(delivery.body));
        return absl::OkStatus();
      });
}

}  // namespace kozmic::project
