#include "gateway/webhook_forwarder.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/rpc/client.h"
#include "lib/rpc/result_status.h"

namespace kozmic::gateway {
namespace {

using project::v1::AcceptWebhooksRequest;
using project::v1::AcceptWebhooksResponse;
using project::v1::Webhook;

// Larger ones go alone: they would hold up the others, and a call has at most 32 MB.
constexpr size_t kLargeBody = 256 << 10;
constexpr size_t kMostTogether = 64;
constexpr size_t kCallsAtOnce = 2;
// While a call that hangs (its process was paused, the network swallows it) is not given up yet.
constexpr absl::Duration kPatience = absl::Milliseconds(500);
// Of a call: with the patience before it, 8 s.
constexpr absl::Duration kTimeout = absl::Milliseconds(7500);

}  // namespace

WebhookForwarder::WebhookForwarder(const Backends& backends)
    : backends_(backends),
      batcher_([this](std::vector<Webhook> webhooks) { return Send(std::move(webhooks)); },
               {.most = kMostTogether, .at_once = kCallsAtOnce, .patience = kPatience}) {}

absl::StatusOr<WebhookForwarder::Disposition> WebhookForwarder::Accept(Webhook webhook) {
  if (webhook.body().size() <= kLargeBody) return batcher_.Run(std::move(webhook));
  std::vector<Webhook> alone;
  alone.push_back(std::move(webhook));
  return Send(std::move(alone)).front();
}

WebhookForwarder::Answers WebhookForwarder::Send(std::vector<Webhook> webhooks) const {
  AcceptWebhooksRequest request;
  for (Webhook& webhook : webhooks) request.add_webhooks()->Swap(&webhook);
  absl::StatusOr<AcceptWebhooksResponse> response =
      Call(*backends_.project, &project::v1::ProjectService::Stub::AcceptWebhooks, request,
           backends_.service_token, kTimeout);
  if (response.ok() && response->results_size() != request.webhooks_size()) {
    response =
        absl::InternalError(absl::StrCat("ProjectService answered ", response->results_size(),
                                         " of ", request.webhooks_size(), " webhooks"));
  }
  if (!response.ok()) return Answers(webhooks.size(), response.status());
  Answers answers;
  for (const AcceptWebhooksResponse::Result& result : response->results()) {
    const absl::Status status = ResultStatus(result);
    answers.push_back(status.ok() ? absl::StatusOr<Disposition>(result.disposition()) : status);
  }
  return answers;
}

}  // namespace kozmic::gateway
