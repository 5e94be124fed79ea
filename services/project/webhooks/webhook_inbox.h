#ifndef KOZMIC_SERVICES_PROJECT_WEBHOOKS_WEBHOOK_INBOX_H_
#define KOZMIC_SERVICES_PROJECT_WEBHOOKS_WEBHOOK_INBOX_H_

#include <functional>
#include <map>
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

  // One answer for each, in their order, once they are committed, together. Errors: as
  // ProjectService.AcceptWebhooks documents, and INTERNAL or DATA_LOSS when the hook's secret
  // cannot be used; of a webhook with an error nothing is stored, and it harms no other.
  std::vector<absl::StatusOr<Disposition>> Accept(
      const std::vector<IncomingWebhook>& webhooks) const;

 private:
  struct Hook;
  // A webhook that is to be stored, and its answer if it is new.
  struct Judged {
    NewDelivery delivery;
    Disposition disposition;
  };

  // The hooks that webhooks name, by their ids.
  std::map<int64_t, absl::StatusOr<Hook>> HooksOf(
      const std::vector<IncomingWebhook>& webhooks) const;
  absl::StatusOr<Hook> Open(int64_t hook_id, absl::StatusOr<HookKey> key) const;
  absl::StatusOr<Judged> Judge(const IncomingWebhook& webhook,
                               const absl::StatusOr<Hook>& hook) const;

  DeliveryStore& store_;
  const SealedBox& secret_box_;
  const std::function<void()> wake_;
};

// Where a hook's secret is sealed for.
std::string SecretPlace(int64_t hook_id);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_WEBHOOKS_WEBHOOK_INBOX_H_
