#ifndef KOZMIC_LIB_TRACE_EXPORTER_H_
#define KOZMIC_LIB_TRACE_EXPORTER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "lib/base/worker.h"
#include "lib/metrics/metrics.h"
#include "lib/trace/span.h"

namespace kozmic {

// Sends this process's spans to a collector, in OpenTelemetry's protocol over HTTP, as JSON:
// <endpoint>/v1/traces. A collector that is away costs spans, never work: what cannot be sent goes
// after three tries, and is counted (kozmic_trace_spans_lost_total). At most one at a time.
class TraceExporter {
 public:
  struct Options {
    // "http://collector:4318"
    std::string endpoint;
    // "gateway", "build", …
    std::string service;
    absl::Duration timeout = absl::Seconds(5);
    // Spans wait no longer.
    absl::Duration interval = absl::Seconds(2);
  };

  explicit TraceExporter(Options options);
  // Sends what is there, once.
  ~TraceExporter();
  TraceExporter(const TraceExporter&) = delete;
  TraceExporter& operator=(const TraceExporter&) = delete;

 private:
  absl::Duration Step();
  bool Send(absl::Duration timeout);
  void Lose(size_t spans);

  const Options options_;
  prometheus::Counter& lost_;
  std::vector<SpanRecord> unsent_;
  int failures_ = 0;
  std::unique_ptr<Worker> worker_;
};

// The body of a request, which ExportTraceServiceRequest is in JSON.
std::string ToOtlpJson(const std::vector<SpanRecord>& spans, const std::string& service);

}  // namespace kozmic

#endif  // KOZMIC_LIB_TRACE_EXPORTER_H_
