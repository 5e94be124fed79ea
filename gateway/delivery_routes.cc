#include "gateway/delivery_routes.h"

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/answer.h"
#include "gateway/ask.h"
#include "gateway/json_text.h"
#include "gateway/query.h"
#include "gateway/resource.h"
#include "gateway/translate.h"
#include "gateway/translate_delivery.h"

namespace kozmic::gateway {
namespace {

using ProjectStub = project::v1::ProjectService::Stub;
using project::v1::Delivery;

constexpr int64_t kMostDeliveries = 100;

// False after answering 400.
bool ReadState(http::Exchange& exchange, Delivery::State* state) {
  const std::string word = exchange.target.Parameter("state").value_or("");
  *state = ParseDeliveryState(word);
  if (word.empty() || *state != Delivery::STATE_UNSPECIFIED) return true;
  ReplyError(exchange, 400, "invalid_argument",
             "state must be waiting, built, ignored, failed or done");
  return false;
}

}  // namespace

void DeliveryRoutes::AddTo(http::HardenedServer& server) const {
  using http::Exchange;
  const std::string all = "/api/v1/projects/{project}/deliveries";
  server.Route("GET", all, [this](Exchange& exchange) { List(exchange); });
  server.Route("GET", absl::StrCat(all, "/{delivery}"),
               [this](Exchange& exchange) { Get(exchange); });
}

void DeliveryRoutes::List(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto name = ProjectName(exchange);
  if (!name) return ReplyNotFound(exchange);
  std::optional<int64_t> limit;
  Delivery::State state = Delivery::STATE_UNSPECIFIED;
  project::v1::ListDeliveriesRequest request;
  if (!ReadNumber(exchange, "limit", 1, kMostDeliveries, &limit) || !ReadState(exchange, &state) ||
      !ReadText(exchange, "page_token", request.mutable_page_token())) {
    return;
  }
  request.set_parent(*name);
  request.set_state(state);
  if (limit) request.set_page_size(static_cast<int32_t>(*limit));
  const auto page =
      Ask(exchange, *backends_.project, &ProjectStub::ListDeliveries, request, session->token);
  if (!page) return;
  const JsonText deliveries =
      JsonArrayOf(page->deliveries(), [](const Delivery& one) { return ToJson(one); });
  Reply(exchange, 200,
        JsonObject({{"deliveries", deliveries},
                    {"next_page_token", TextOrNull(page->next_page_token())}}));
}

void DeliveryRoutes::Get(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto name = DeliveryName(exchange);
  if (!name) return ReplyNotFound(exchange);
  const http::Admission::Place place = bodies_.Enter(session->token);
  if (!place) {
    return ReplyBusy(exchange, "too_many_downloads",
                     "Too many deliveries are being loaded at once. Try again in a moment.");
  }
  project::v1::GetDeliveryRequest request;
  request.set_name(*name);
  const auto delivery =
      Ask(exchange, *backends_.project, &ProjectStub::GetDelivery, request, session->token);
  if (delivery) Reply(exchange, 200, WithBodyToJson(*delivery));
}

}  // namespace kozmic::gateway
