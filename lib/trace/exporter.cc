#include "lib/trace/exporter.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/outgoing/curl_call.h"
#include "lib/trace/span_queue.h"

namespace kozmic {
namespace {

constexpr int kMostTries = 3;
constexpr absl::Duration kRetry = absl::Seconds(5);
// At the end, for which whoever started the process does not wait for long.
constexpr absl::Duration kLastTry = absl::Seconds(2);

size_t Swallow(char*, size_t size, size_t count, void*) { return size * count; }

}  // namespace

TraceExporter::TraceExporter(Options options)
    : options_(std::move(options)),
      lost_(CounterNamed("kozmic_trace_spans_lost_total",
                         "Spans that could not be sent to the collector of traces.")
                .Add({})) {
  worker_ = std::make_unique<Worker>([this] { return Step(); });
  SpanQueue::Global().Open([this] { worker_->Wake(); });
}

TraceExporter::~TraceExporter() {
  worker_->Stop();
  for (SpanRecord& span : SpanQueue::Global().Take(SpanQueue::kMost)) {
    unsent_.push_back(std::move(span));
  }
  SpanQueue::Global().Open(nullptr);
  if (!unsent_.empty() && !Send(std::min(options_.timeout, kLastTry))) Lose(unsent_.size());
}

absl::Duration TraceExporter::Step() {
  Lose(SpanQueue::Global().TakeLost());
  if (unsent_.empty()) unsent_ = SpanQueue::Global().Take(SpanQueue::kMany);
  if (unsent_.empty()) return options_.interval;
  if (Send(options_.timeout)) {
    const bool may_be_more = unsent_.size() == SpanQueue::kMany;
    unsent_.clear();
    failures_ = 0;
    return may_be_more ? absl::ZeroDuration() : options_.interval;
  }
  if (++failures_ < kMostTries) return kRetry;
  Lose(unsent_.size());
  unsent_.clear();
  failures_ = 0;
  return kRetry;
}

bool TraceExporter::Send(absl::Duration timeout) {
  const std::string body = ToOtlpJson(unsent_, options_.service);
  CurlCall call(timeout);
  call.Set(CURLOPT_URL, absl::StrCat(options_.endpoint, "/v1/traces"));
  call.Set(CURLOPT_PROTOCOLS_STR, "http,https");
  call.Set(CURLOPT_WRITEFUNCTION, &Swallow);
  call.AddHeader("Content-Type: application/json");
  call.Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  call.Set(CURLOPT_POSTFIELDS, body.data());
  const CURLcode code = call.Perform();
  if (code == CURLE_OK && call.Status() / 100 == 2) return true;
  Log(Severity::kWarning, "traces cannot be sent",
      {{"endpoint", options_.endpoint},
       {"error", code == CURLE_OK ? absl::StrCat("status ", call.Status()) : call.Error(code)}});
  return false;
}

void TraceExporter::Lose(size_t spans) {
  if (spans > 0) lost_.Increment(static_cast<double>(spans));
}

}  // namespace kozmic
