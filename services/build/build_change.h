#ifndef KOZMIC_SERVICES_BUILD_BUILD_CHANGE_H_
#define KOZMIC_SERVICES_BUILD_BUILD_CHANGE_H_

#include <cstdint>
#include <string>

#include "pqxx/pqxx"
#include "services/build/attempt_key.h"

namespace kozmic::build {

// What a change of a job means for its build: a new revision, the build's state, the commit status
// that GitHub is to show. Part of the caller's transaction, after its changes to attempt and job.
// Each takes the project's lock, so that the jobs of one build conclude one after the other. False:
// the project is deleted and nothing was recorded; the transaction must not add anything to it.

// Something visible changed, but no state.
[[nodiscard]] bool RecordChange(pqxx::work& tx, int64_t project, int64_t build_id);

// One of the build's jobs was granted.
[[nodiscard]] bool RecordStart(pqxx::work& tx, const std::string& public_url, const AttemptKey& key,
                               int64_t build_id);

// One of the build's jobs ended or went back into the queue.
[[nodiscard]] bool RecordVerdict(pqxx::work& tx, const std::string& public_url,
                                 const AttemptKey& key, int64_t build_id);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_BUILD_CHANGE_H_
