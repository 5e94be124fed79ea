#ifndef KOZMIC_SERVICES_PROJECT_WEBHOOKS_STORED_EVENT_H_
#define KOZMIC_SERVICES_PROJECT_WEBHOOKS_STORED_EVENT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/project/webhooks/webhook_event.h"

namespace kozmic::project {

// An event that waits for dispatch, as it lies beside its delivery: dispatch reads that instead of
// the body, which is larger. JSON; what is missing in it has its default, so that releases read
// each other's.
std::string StoreEvent(const WebhookEvent& event);

// What StoreEvent stored, but for the repository's id, which the inbox alone needs. DATA_LOSS when
// it is nothing of the kind.
absl::StatusOr<WebhookEvent> LoadEvent(absl::string_view text);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_WEBHOOKS_STORED_EVENT_H_
