#include "lib/base/log.h"

#include <unistd.h>

#include <atomic>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "lib/base/trace_context.h"
#include "nlohmann/json.hpp"

namespace kozmic {
namespace {

std::string& ServiceName() {
  static auto* name = new std::string("kozmic");
  return *name;
}

std::atomic<Severity> lowest_severity{Severity::kInfo};

const char* LevelName(Severity severity) {
  switch (severity) {
    case Severity::kDebug:
      return "debug";
    case Severity::kInfo:
      return "info";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      return "error";
  }
  return "error";
}

}  // namespace

void ConfigureLog(absl::string_view service, Severity lowest) {
  ServiceName() = std::string(service);
  lowest_severity = lowest;
}

void Log(Severity severity, absl::string_view message, std::initializer_list<LogField> fields) {
  if (severity < lowest_severity.load(std::memory_order_relaxed)) return;
  nlohmann::ordered_json line;
  line["time"] = absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::Now(), absl::UTCTimeZone());
  line["level"] = LevelName(severity);
  line["service"] = ServiceName();
  line["message"] = std::string(message);
  if (CurrentTrace().known()) line["trace"] = CurrentTrace().trace_id;
  for (const LogField& field : fields) {
    std::visit([&](const auto& value) { line[std::string(field.key)] = value; }, field.value);
  }
  std::string text =
      line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  // One write per line: the kernel keeps lines of different threads apart. What cannot be written
  // is lost; there is nowhere to say so.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace kozmic
