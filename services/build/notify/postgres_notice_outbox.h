#ifndef KOZMIC_SERVICES_BUILD_NOTIFY_POSTGRES_NOTICE_OUTBOX_H_
#define KOZMIC_SERVICES_BUILD_NOTIFY_POSTGRES_NOTICE_OUTBOX_H_

#include <memory>

#include "lib/postgres/pool.h"
#include "services/build/notify/notice_outbox.h"

namespace kozmic::build {

// `pool` must outlive it.
std::unique_ptr<NoticeOutbox> NewPostgresNoticeOutbox(PostgresPool& pool);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_NOTIFY_POSTGRES_NOTICE_OUTBOX_H_
