#ifndef KOZMIC_SERVICES_PROJECT_WEBHOOKS_WEBHOOK_INBOX_H_
#define KOZMIC_SERVICES_PROJECT_WEBHOOKS_WEBHOOK_INBOX_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/crypto/sealed_box.h"
#include "services/project/webhooks/delivery_store.h"

namespace kozmic::project {

// A webhook as it came over HTTP: each header with every value that it was sent with.
struct IncomingWebhook {
  int64_t hook_id = 0;
  std::vector<std::string> event = {};
  std::vector<std::string> delivery = {};
  std::vector<std::string> signature = {};
  absl::string_view body = {};
};

enum class Disposition { kAccepted, kDuplicate, kIgnored, kPong };

// Takes webhooks in. Thread-safe.
class WebhookInbox {
 public:
  // `secret_box` opens the hooks' secrets; both must outlive this. `wake` is called after a
  // delivery that asks for a build was committed.
  WebhookInbox(DeliveryStore& store, const SealedBox& secret_box, std::function<void()> wake)
      : store_(store), secret_box_(secret_box), wake_(std::move(wake)) {}

  // Returns once the delivery is committed. Errors: as ProjectService.AcceptWebhook documents, and
  // INTERNAL or DATA_LOSS when the hook's secret cannot be used; after one nothing is stored.
  absl::StatusOr<Disposition> Accept(const IncomingWebhook& webhook) const;

 private:
  // The hook, if the webhook is signed with its secret.
  absl::StatusOr<HookKey> Verify(const IncomingWebhook& webhook) const;

  DeliveryStore& store_;
  const SealedBox& secret_box_;
  const std::function<void()> wake_;
};

// Where a hook's secret is sealed for.
std::string SecretPlace(int64_t hook_id);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_WEBHOOKS_WEBHOOK_INBOX_H_
