#ifndef KOZMIC_SERVICES_BUILD_NOTIFY_NOTIFICATION_HOOKS_H_
#define KOZMIC_SERVICES_BUILD_NOTIFY_NOTIFICATION_HOOKS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kozmic/build/v1/build.pb.h"
#include "lib/crypto/sealed_box.h"
#include "lib/outgoing/http_poster.h"
#include "services/build/notify/notification_hook_store.h"

namespace kozmic::build {

// The rules of notification hooks. Callers have checked that the user may configure the project.
// Thread-safe. Errors: as BuildService documents.
class NotificationHooks {
 public:
  // All must outlive this. `box` seals secrets; `poster` knows which URLs may be called.
  NotificationHooks(NotificationHookStore& store, const SealedBox& box, const HttpPoster& poster)
      : store_(store), box_(box), poster_(poster) {}

  // INVALID_ARGUMENT with the detail "field"; FAILED_PRECONDITION too_many_notification_hooks;
  // NOT_FOUND. When the project has a hook with this URL, that one gets the secret: so it can be
  // changed, and a repetition makes no second one.
  absl::StatusOr<v1::NotificationHook> Create(int64_t project, const std::string& url,
                                              const std::string& secret, const Author& by) const;
  absl::StatusOr<v1::ListNotificationHooksResponse> List(int64_t project) const;
  // NOT_FOUND.
  absl::Status Delete(int64_t project, int64_t hook, const Author& by) const;

  // What messages to `url` are signed with. DATA_LOSS.
  absl::StatusOr<std::string> OpenSecret(int64_t project, const std::string& url,
                                         const std::string& sealed) const;

  // Seals anew the secrets that are not sealed as they would be today; after it, previous secret
  // keys are needed no more. Safe to be interrupted, and to run in several replicas. Those that no
  // key opens are left, and logged. Returns how many it sealed.
  absl::StatusOr<int> Reseal() const;

 private:
  NotificationHookStore& store_;
  const SealedBox& box_;
  const HttpPoster& poster_;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_NOTIFY_NOTIFICATION_HOOKS_H_
