#include "absl/strings/str_cat.h"
#include "lib/base/json.h"
#include "lib/process/version.h"
#include "lib/trace/exporter.h"

namespace kozmic {
namespace {

// Of opentelemetry.proto.trace.v1.Status.
constexpr int kError = 2;

nlohmann::json AttributeOf(const std::string& key, const SpanRecord::Value& value) {
  nlohmann::json attribute = {{"key", key}};
  if (const auto* text = std::get_if<std::string>(&value)) {
    attribute["value"] = {{"stringValue", *text}};
  } else {
    // 64-bit numbers are text in the JSON of protocol buffers.
    attribute["value"] = {{"intValue", absl::StrCat(std::get<int64_t>(value))}};
  }
  return attribute;
}

nlohmann::json SpanOf(const SpanRecord& span) {
  nlohmann::json out = {
      {"traceId", span.context.trace_id},
      {"spanId", span.context.span_id},
      {"name", span.name},
      {"kind", static_cast<int>(span.kind)},
      {"startTimeUnixNano", absl::StrCat(absl::ToUnixNanos(span.begin))},
      {"endTimeUnixNano", absl::StrCat(absl::ToUnixNanos(span.end))},
  };
  if (!span.parent_span_id.empty()) out["parentSpanId"] = span.parent_span_id;
  for (const auto& [key, value] : span.attributes) {
    out["attributes"].push_back(AttributeOf(key, value));
  }
  if (!span.status.ok()) {
    out["status"] = {{"code", kError}, {"message", std::string(span.status.message())}};
  }
  return out;
}

}  // namespace

std::string ToOtlpJson(const std::vector<SpanRecord>& spans, const std::string& service) {
  nlohmann::json list = nlohmann::json::array();
  for (const SpanRecord& span : spans) list.push_back(SpanOf(span));
  const nlohmann::json resource = {{"attributes",
                                    {AttributeOf("service.namespace", std::string("kozmic")),
                                     AttributeOf("service.name", service),
                                     AttributeOf("service.version", std::string(kVersion))}}};
  return DumpJson(
      {{"resourceSpans",
        {{{"resource", resource},
          {"scopeSpans", {{{"scope", {{"name", "kozmic"}}}, {"spans", std::move(list)}}}}}}}});
}

}  // namespace kozmic
