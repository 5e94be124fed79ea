#ifndef KOZMIC_SERVICES_BUILD_ADMIN_QUEUE_ROWS_H_
#define KOZMIC_SERVICES_BUILD_ADMIN_QUEUE_ROWS_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "kozmic/build/v1/admin.pb.h"
#include "pqxx/pqxx"

namespace kozmic::build {

// A place in the queue, after which a page begins.
struct QueuePlace {
  int64_t rank = std::numeric_limits<int64_t>::min();
  int64_t job = 0;
};

struct PlacedJob {
  QueuePlace place;
  v1::QueuedJob job;
};

// The next `limit` jobs that wait, whatever the queue's length.
std::vector<PlacedJob> ReadQueue(pqxx::transaction_base& tx, const QueuePlace& after, int limit);
// One of them; nullopt: it does not wait any more.
std::optional<v1::QueuedJob> ReadQueuedJob(pqxx::transaction_base& tx, int64_t job);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_ADMIN_QUEUE_ROWS_H_
