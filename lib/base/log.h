#ifndef KOZMIC_LIB_BASE_LOG_H_
#define KOZMIC_LIB_BASE_LOG_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kozmic {

enum class Severity { kDebug, kInfo, kWarning, kError };

// One named value of a log line.
struct LogField {
  LogField(absl::string_view key, absl::string_view value) : key(key), value(std::string(value)) {}
  LogField(absl::string_view key, const char* value) : key(key), value(std::string(value)) {}
  LogField(absl::string_view key, const std::string& value) : key(key), value(value) {}
  LogField(absl::string_view key, int64_t value) : key(key), value(value) {}
  LogField(absl::string_view key, int value) : key(key), value(int64_t{value}) {}
  LogField(absl::string_view key, uint64_t value) : key(key), value(static_cast<int64_t>(value)) {}
  LogField(absl::string_view key, double value) : key(key), value(value) {}
  LogField(absl::string_view key, const absl::Status& value)
      : key(key), value(std::string(value.ToString())) {}

  absl::string_view key;
  std::variant<std::string, int64_t, double> value;
};

// Writes one line of JSON to standard error:
// {"time":"…","level":"info","service":"build","message":"…","trace":"…", fields…}, with the trace
// only of a thread that works for one. Never give it a secret.
// Thread-safe; lines do not interleave. A message names what happened, the fields say to what.
void Log(Severity severity, absl::string_view message, std::initializer_list<LogField> fields = {});

// Names this process in each line and sets the lowest severity that is written. Call once, before
// threads start.
void ConfigureLog(absl::string_view service, Severity lowest);

}  // namespace kozmic

#endif  // KOZMIC_LIB_BASE_LOG_H_
