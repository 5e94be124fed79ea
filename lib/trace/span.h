#ifndef KOZMIC_LIB_TRACE_SPAN_H_
#define KOZMIC_LIB_TRACE_SPAN_H_

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lib/base/trace_context.h"

namespace kozmic {

// A piece of work that was done for a trace, as OpenTelemetry has them.
struct SpanRecord {
  enum class Kind { kInternal = 1, kServer = 2, kClient = 3 };
  using Value = std::variant<std::string, int64_t>;

  TraceContext context;
  // Empty: it is the trace's first.
  std::string parent_span_id;
  std::string name;
  Kind kind = Kind::kInternal;
  absl::Time begin;
  absl::Time end;
  std::vector<std::pair<std::string, Value>> attributes;
  // Not OK: it failed.
  absl::Status status;
};

// Hands it to whoever exports this process's traces (see exporter.h); without one it goes. Never a
// secret. Thread-safe; does not block.
void RecordSpan(SpanRecord span);

// Whether anybody exports: what is only for traces need not be found out otherwise.
bool TracesAreExported();

// Work that this thread does from now until this goes, below what it was within; the thread is
// within it meanwhile, so log lines and calls bear its trace. Without a trace it is nothing.
class Span {
 public:
  using Kind = SpanRecord::Kind;

  explicit Span(absl::string_view name, Kind kind = Kind::kInternal)
      : Span(CurrentTrace(), name, kind) {}
  Span(const TraceContext& parent, absl::string_view name, Kind kind = Kind::kInternal);
  ~Span();
  Span(const Span&) = delete;
  Span& operator=(const Span&) = delete;

  void Set(absl::string_view key, SpanRecord::Value value);
  void SetStatus(const absl::Status& status) { record_.status = status; }

 private:
  SpanRecord record_;
  const TraceScope scope_;
};

// The first span of a trace, once: what came from outside and all else was done for.
void RecordRoot(absl::string_view trace_id, absl::string_view name, absl::Time begin,
                absl::Time end,
                std::vector<std::pair<std::string, SpanRecord::Value>> attributes = {});

// A span of work whose times are known, below the trace's root.
void RecordPast(absl::string_view trace_id, absl::string_view name, absl::Time begin,
                absl::Time end,
                std::vector<std::pair<std::string, SpanRecord::Value>> attributes = {});

}  // namespace kozmic

#endif  // KOZMIC_LIB_TRACE_SPAN_H_
