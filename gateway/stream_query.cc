#include "gateway/stream_query.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_split.h"
#include "gateway/text.h"
#include "lib/status/macros.h"

namespace kozmic::gateway {
namespace {

absl::StatusOr<StreamQuery::Log> ParseLog(absl::string_view text) {
  const size_t at = text.rfind('@');
  const absl::string_view id = text.substr(0, at);
  const std::vector<absl::string_view> parts = absl::StrSplit(id, '/');
  StreamQuery::Log log;
  bool valid = at != absl::string_view::npos && parts.size() == 4;
  for (absl::string_view part : parts) valid = valid && ParseNumber(part, 1).has_value();
  const std::optional<int64_t> offset = valid ? ParseNumber(text.substr(at + 1), 0) : std::nullopt;
  if (!offset) {
    return absl::InvalidArgumentError("log must be <project>/<build>/<job>/<attempt>@<offset>");
  }
  log.id = std::string(id);
  log.project = *ParseNumber(parts[0], 1);
  log.build = *ParseNumber(parts[1], 1);
  log.job = *ParseNumber(parts[2], 1);
  log.attempt = *ParseNumber(parts[3], 1);
  log.offset = static_cast<uint64_t>(*offset);
  return log;
}

absl::Status Override(StreamQuery& query, absl::string_view last_event_id) {
  if (last_event_id.empty()) return absl::OkStatus();
  const std::vector<absl::string_view> parts = absl::StrSplit(last_event_id, ',');
  bool valid = parts.size() == query.logs.size();
  for (size_t i = 0; valid && i < parts.size(); ++i) {
    const std::optional<int64_t> offset = ParseNumber(parts[i], 0);
    valid = offset.has_value();
    if (valid) query.logs[i].offset = static_cast<uint64_t>(*offset);
  }
  if (valid) return absl::OkStatus();
  return absl::InvalidArgumentError("Last-Event-ID must have one offset for each log");
}

}  // namespace

absl::StatusOr<StreamQuery> ParseStreamQuery(const http::Target& target,
                                             absl::string_view last_event_id) {
  StreamQuery query;
  std::set<std::string> seen;
  for (const auto& [name, value] : target.query) {
    if (name == "project") {
      const std::optional<int64_t> project = ParseNumber(value, 1);
      if (!project) return absl::InvalidArgumentError("project must be a number");
      query.projects.push_back(*project);
      if (!seen.insert(value).second) return absl::InvalidArgumentError("a project is repeated");
    } else if (name == "log") {
      KOZMIC_ASSIGN_OR_RETURN(StreamQuery::Log log, ParseLog(value));
      if (!seen.insert(log.id).second) return absl::InvalidArgumentError("a log is repeated");
      query.logs.push_back(std::move(log));
    } else {
      return absl::InvalidArgumentError("only project and log can be watched");
    }
  }
  if (seen.empty()) return absl::InvalidArgumentError("name a project or a log to watch");
  if (seen.size() > kMostTopics) {
    return absl::InvalidArgumentError("a stream carries at most 40 projects and logs");
  }
  KOZMIC_RETURN_IF_ERROR(Override(query, last_event_id));
  return query;
}

}  // namespace kozmic::gateway
