#ifndef KOZMIC_LIB_BASE_TRACE_CONTEXT_H_
#define KOZMIC_LIB_BASE_TRACE_CONTEXT_H_

#include <future>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace kozmic {

// What a thread works for at the moment: a trace, which is everything that was done for one event
// in any process, and of it the piece of work that it is within.
struct TraceContext {
  // 32 hexadecimal digits, lower-case, not all zero; empty: for nothing in particular.
  std::string trace_id;
  // 16 of them.
  std::string span_id;

  bool known() const { return !trace_id.empty(); }
};

// This thread's.
const TraceContext& CurrentTrace();

// Makes a context this thread's, until it goes. Scopes nest.
class TraceScope {
 public:
  explicit TraceScope(TraceContext context);
  ~TraceScope();
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;

 private:
  TraceContext before_;
};

// Starts a thread for a part of this thread's work, which is for the same trace.
template <typename Work>
auto AsyncInTrace(Work work) {
  return std::async(std::launch::async,
                    [context = CurrentTrace(), work = std::move(work)]() mutable {
                      const TraceScope scope(std::move(context));
                      return work();
                    });
}

bool IsTraceId(absl::string_view text);

// The trace of what GitHub calls a delivery: its id, which is a UUID, without the dashes; of other
// text, a digest. So whoever knows one knows the other.
std::string TraceIdOf(absl::string_view delivery);

// The span that all others of a trace are below, and which is not passed on but known: who works on
// an event later has no caller.
TraceContext RootOf(absl::string_view trace_id);

// As the header "traceparent" of W3C Trace Context has it; of what is not one, an unknown context.
std::string ToTraceparent(const TraceContext& context);
TraceContext FromTraceparent(absl::string_view text);

}  // namespace kozmic

#endif  // KOZMIC_LIB_BASE_TRACE_CONTEXT_H_
