#ifndef KOZMIC_SERVICES_BUILD_NOTIFY_NOTICES_H_
#define KOZMIC_SERVICES_BUILD_NOTIFY_NOTICES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "kozmic/build/v1/build.pb.h"
#include "pqxx/pqxx"

namespace kozmic::build {

// The PostgreSQL notification that there are notices. No payload.
inline constexpr char kNoticesChannel[] = "kozmic_notices";

// A build has its verdict. Who is told of it, and how, is read later.
struct Notice {
  int64_t project = 0;
  int64_t build_number = 0;
  int generation = 1;
  v1::State state = v1::STATE_UNSPECIFIED;
  // Of the job that brought the verdict.
  std::string job_title;
};

// Called in the transaction that gives the verdicts; one statement. Idempotent by project, build,
// generation and state. Throws as pqxx does.
void RecordNotices(pqxx::transaction_base& tx, const std::vector<Notice>& notices);

// Removes a part of what is known of a project that is marked as deleted: at most `limit` notices
// with their messages, and all notification hooks. True: nothing was left. Throws as pqxx does.
bool DeleteNotices(pqxx::transaction_base& tx, int64_t project, int limit);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_NOTIFY_NOTICES_H_
