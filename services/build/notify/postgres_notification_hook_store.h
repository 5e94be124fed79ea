#ifndef KOZMIC_SERVICES_BUILD_NOTIFY_POSTGRES_NOTIFICATION_HOOK_STORE_H_
#define KOZMIC_SERVICES_BUILD_NOTIFY_POSTGRES_NOTIFICATION_HOOK_STORE_H_

#include <memory>

#include "lib/postgres/pool.h"
#include "services/build/notify/notification_hook_store.h"

namespace kozmic::build {

// `pool` must outlive it.
std::unique_ptr<NotificationHookStore> NewPostgresNotificationHookStore(PostgresPool& pool);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_NOTIFY_POSTGRES_NOTIFICATION_HOOK_STORE_H_
