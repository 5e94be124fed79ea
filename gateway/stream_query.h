#ifndef KOZMIC_GATEWAY_STREAM_QUERY_H_
#define KOZMIC_GATEWAY_STREAM_QUERY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/http/target.h"

namespace kozmic::gateway {

// What a browser wants to watch.
struct StreamQuery {
  struct Log {
    // "<project>/<build>/<job>/<attempt>"
    std::string id;
    int64_t project = 0;
    int64_t build = 0;
    int64_t job = 0;
    int64_t attempt = 0;
    uint64_t offset = 0;
  };
  std::vector<int64_t> projects;
  std::vector<Log> logs;
};

inline constexpr size_t kMostTopics = 40;

// Reads GET /api/v1/stream's parameters and its Last-Event-ID ("" for none), whose offsets override
// those of the parameters. INVALID_ARGUMENT names what is malformed, repeated or too much.
absl::StatusOr<StreamQuery> ParseStreamQuery(const http::Target& target,
                                             absl::string_view last_event_id);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_STREAM_QUERY_H_
