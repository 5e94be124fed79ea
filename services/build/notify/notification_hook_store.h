#ifndef KOZMIC_SERVICES_BUILD_NOTIFY_NOTIFICATION_HOOK_STORE_H_
#define KOZMIC_SERVICES_BUILD_NOTIFY_NOTIFICATION_HOOK_STORE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/history/change.h"

namespace kozmic::build {

struct NotificationHookRecord {
  int64_t id = 0;
  int64_t project = 0;
  std::string url = {};
  std::string sealed_secret = {};
  absl::Time create_time = {};
  // InfinitePast: nothing was sent or given up yet.
  absl::Time last_time = absl::InfinitePast();
  std::string last_result = {};
  int waiting = 0;
};

// Keeps notification hooks, and in their project's history who changed them. Thread-safe.
// UNAVAILABLE when the database is away.
class NotificationHookStore {
 public:
  virtual ~NotificationHookStore() = default;

  // FAILED_PRECONDITION above `most` of the project; NOT_FOUND when the project is deleted. One
  // that has the same URL gets the secret, and is returned.
  virtual absl::StatusOr<NotificationHookRecord> Create(const NotificationHookRecord& hook,
                                                        int most, const Author& by) = 0;
  // Oldest first.
  virtual absl::StatusOr<std::vector<NotificationHookRecord>> List(int64_t project) = 0;
  // With what is still to be sent. NOT_FOUND.
  virtual absl::Status Delete(int64_t project, int64_t hook, const Author& by) = 0;

  // Of all projects, by id, after `after_id`; without what is waiting.
  virtual absl::StatusOr<std::vector<NotificationHookRecord>> ListAll(int64_t after_id,
                                                                      int limit) = 0;
  // True when `from` was still its secret.
  virtual absl::StatusOr<bool> ReplaceSecret(int64_t hook, const std::string& from,
                                             const std::string& to) = 0;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_NOTIFY_NOTIFICATION_HOOK_STORE_H_
