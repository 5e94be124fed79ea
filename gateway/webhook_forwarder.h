#ifndef KOZMIC_GATEWAY_WEBHOOK_FORWARDER_H_
#define KOZMIC_GATEWAY_WEBHOOK_FORWARDER_H_

#include <vector>

#include "absl/status/statusor.h"
#include "gateway/backends.h"
#include "lib/base/batcher.h"

namespace kozmic::gateway {

// Hands webhooks on to ProjectService, those that come together in one call: while few calls are
// under way each webhook is one at once, and what comes meanwhile is the next. Thread-safe.
class WebhookForwarder {
 public:
  using Disposition = project::v1::AcceptWebhooksResponse::Disposition;

  // `backends` must outlive this.
  explicit WebhookForwarder(const Backends& backends);

  // Returns once the webhook is stored, or with an error of ProjectService.AcceptWebhooks; within
  // 8 s: GitHub gives up after 10.
  absl::StatusOr<Disposition> Accept(project::v1::Webhook webhook);

 private:
  using Answers = std::vector<absl::StatusOr<Disposition>>;

  Answers Send(std::vector<project::v1::Webhook> webhooks) const;

  const Backends& backends_;
  Batcher<project::v1::Webhook, absl::StatusOr<Disposition>> batcher_;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_WEBHOOK_FORWARDER_H_
