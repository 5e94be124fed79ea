#include "lib/base/trace_context.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace kozmic {
namespace {

constexpr size_t kTraceDigits = 32;
constexpr size_t kSpanDigits = 16;
constexpr absl::string_view kVersion = "00-";
constexpr absl::string_view kSampled = "-01";

TraceContext& Current() {
  thread_local TraceContext context;
  return context;
}

bool IsId(absl::string_view text, size_t digits) {
  return text.size() == digits && text.find_first_not_of('0') != absl::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isdigit(static_cast<unsigned char>(c)) || (c >= 'a' && c <= 'f');
         });
}

// FNV-1a: for names that are no UUID. Nobody is kept from finding another one with the same.
uint64_t Hash(absl::string_view text, uint64_t seed) {
  uint64_t hash = 14695981039346656037ULL ^ seed;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

}  // namespace

const TraceContext& CurrentTrace() { return Current(); }

TraceScope::TraceScope(TraceContext context)
    : before_(std::exchange(Current(), std::move(context))) {}

TraceScope::~TraceScope() { Current() = std::move(before_); }

bool IsTraceId(absl::string_view text) { return IsId(text, kTraceDigits); }

std::string TraceIdOf(absl::string_view delivery) {
  std::string digits;
  for (const char c : delivery) {
    if (c != '-') digits += absl::ascii_tolower(static_cast<unsigned char>(c));
  }
  if (IsTraceId(digits)) return digits;
  return absl::StrCat(absl::Hex(Hash(delivery, 1) | 1, absl::kZeroPad16),
                      absl::Hex(Hash(delivery, 2), absl::kZeroPad16));
}

TraceContext RootOf(absl::string_view trace_id) {
  if (!IsTraceId(trace_id)) return {};
  std::string span(trace_id.substr(kTraceDigits - kSpanDigits));
  if (!IsId(span, kSpanDigits)) span.back() = '1';
  return {std::string(trace_id), std::move(span)};
}

std::string ToTraceparent(const TraceContext& context) {
  return absl::StrCat(kVersion, context.trace_id, "-", context.span_id, kSampled);
}

TraceContext FromTraceparent(absl::string_view text) {
  constexpr size_t kLength = 3 + kTraceDigits + 1 + kSpanDigits + 3;
  if (text.size() != kLength || text.substr(0, kVersion.size()) != kVersion) return {};
  const absl::string_view trace = text.substr(kVersion.size(), kTraceDigits);
  const absl::string_view span = text.substr(kVersion.size() + kTraceDigits + 1, kSpanDigits);
  if (!IsTraceId(trace) || !IsId(span, kSpanDigits)) return {};
  return {std::string(trace), std::string(span)};
}

}  // namespace kozmic
