#include "lib/trace/span.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/base/random.h"
#include "lib/trace/span_queue.h"

namespace kozmic {
namespace {

constexpr size_t kSpanBytes = 8;

std::string NewSpanId() {
  thread_local SystemRandom random;
  return random.Hex(kSpanBytes);
}

SpanRecord Begin(const TraceContext& parent, absl::string_view name, SpanRecord::Kind kind) {
  SpanRecord record;
  if (!parent.known()) return record;
  record.context = {parent.trace_id, NewSpanId()};
  record.parent_span_id = parent.span_id;
  record.name = std::string(name);
  record.kind = kind;
  record.begin = absl::Now();
  return record;
}

}  // namespace

void RecordSpan(SpanRecord span) { SpanQueue::Global().Add(std::move(span)); }

bool TracesAreExported() { return SpanQueue::Global().open(); }

Span::Span(const TraceContext& parent, absl::string_view name, Kind kind)
    : record_(Begin(parent, name, kind)), scope_(record_.context) {}

Span::~Span() {
  if (!record_.context.known()) return;
  record_.end = absl::Now();
  RecordSpan(std::move(record_));
}

void Span::Set(absl::string_view key, SpanRecord::Value value) {
  if (record_.context.known()) record_.attributes.emplace_back(std::string(key), std::move(value));
}

void RecordRoot(absl::string_view trace_id, absl::string_view name, absl::Time begin,
                absl::Time end, std::vector<std::pair<std::string, SpanRecord::Value>> attributes) {
  const TraceContext root = RootOf(trace_id);
  if (!root.known() || !TracesAreExported()) return;
  RecordSpan({.context = root,
              .parent_span_id = "",
              .name = std::string(name),
              .kind = SpanRecord::Kind::kServer,
              .begin = begin,
              .end = end,
              .attributes = std::move(attributes),
              .status = absl::OkStatus()});
}

void RecordPast(absl::string_view trace_id, absl::string_view name, absl::Time begin,
                absl::Time end, std::vector<std::pair<std::string, SpanRecord::Value>> attributes) {
  const TraceContext root = RootOf(trace_id);
  if (!root.known() || !TracesAreExported()) return;
  RecordSpan({.context = {root.trace_id, NewSpanId()},
              .parent_span_id = root.span_id,
              .name = std::string(name),
              .begin = begin,
              .end = end,
              .attributes = std::move(attributes),
              .status = absl::OkStatus()});
}

}  // namespace kozmic
