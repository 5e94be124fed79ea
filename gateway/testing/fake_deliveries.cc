#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gateway/testing/fake_projects.h"
#include "lib/rpc/resource_name.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"

// What asks FakeProjects for builds: people and GitHub.

namespace kozmic::gateway {
namespace {

using project::v1::Delivery;

constexpr char kDelivery[] = "projects/{project}/deliveries/{delivery}";

}  // namespace

grpc::Status FakeProjects::TriggerBuild(grpc::ServerContext* context,
                                        const project::v1::TriggerBuildRequest* request,
                                        project::v1::TriggerBuildResponse* response) {
  return On("TriggerBuild", *context, *request, request->parent(),
            project::v1::PERMISSION_CONFIGURE, [&](Kept&) {
              if (request->ref().empty()) {
                return WithDetail(absl::InvalidArgumentError("ref: which one?"), "field", "ref");
              }
              response->set_build(absl::StrCat(request->parent(), "/builds/1"));
              return absl::OkStatus();
            });
}

grpc::Status FakeProjects::ListDeliveries(grpc::ServerContext* context,
                                          const project::v1::ListDeliveriesRequest* request,
                                          project::v1::ListDeliveriesResponse* response) {
  return On(
      "ListDeliveries", *context, *request, request->parent(), project::v1::PERMISSION_VIEW,
      [&](Kept& kept) {
        const int most = request->page_size() == 0 ? 50 : request->page_size();
        int64_t before = INT64_MAX;
        if (!request->page_token().empty() && !absl::SimpleAtoi(request->page_token(), &before)) {
          return absl::InvalidArgumentError("page_token: not of an answer");
        }
        for (auto at = kept.deliveries.rbegin(); at != kept.deliveries.rend(); ++at) {
          if (at->first >= before) continue;
          if (request->state() != Delivery::STATE_UNSPECIFIED &&
              at->second.state() != request->state()) {
            continue;
          }
          if (response->deliveries_size() == most) {
            response->set_next_page_token(absl::StrCat(before));
            break;
          }
          *response->add_deliveries() = at->second;
          response->mutable_deliveries()->rbegin()->clear_body();
          before = at->first;
        }
        return absl::OkStatus();
      });
}

grpc::Status FakeProjects::GetDelivery(grpc::ServerContext* context,
                                       const project::v1::GetDeliveryRequest* request,
                                       Delivery* response) {
  return On("GetDelivery", *context, *request, request->name(), project::v1::PERMISSION_CONFIGURE,
            [&](Kept& kept) -> absl::Status {
              int64_t project = 0, number = 0;
              KOZMIC_RETURN_IF_ERROR(ParseName(kDelivery, request->name(), {&project, &number}));
              const auto found = kept.deliveries.find(number);
              if (found == kept.deliveries.end()) return absl::NotFoundError("no such delivery");
              *response = found->second;
              return absl::OkStatus();
            });
}

void FakeProjects::PutDelivery(const Delivery& delivery) {
  int64_t project = 0, number = 0;
  if (!ParseName(kDelivery, delivery.name(), {&project, &number}).ok()) return;
  absl::MutexLock lock(&mutex);
  kept_[project].deliveries[number] = delivery;
}

}  // namespace kozmic::gateway
