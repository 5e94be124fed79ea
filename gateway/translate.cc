#include "gateway/translate.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace kozmic::gateway {

JsonText TimeJson(bool present, const google::protobuf::Timestamp& time) {
  if (!present) return {"null"};
  return {absl::FormatTime("\"%Y-%m-%dT%H:%M:%E3SZ\"",
                           absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos()),
                           absl::UTCTimeZone())};
}

JsonValue TextOrNull(const std::string& text) {
  return text.empty() ? JsonValue(nullptr) : JsonValue(text);
}

JsonText TextsJson(const google::protobuf::RepeatedPtrField<std::string>& texts) {
  return JsonArrayOf(texts, [](const std::string& one) { return JsonValue(one); });
}

JsonValue NumberOrNull(int64_t number) {
  return number == 0 ? JsonValue(nullptr) : JsonValue(number);
}

int64_t LastNumber(absl::string_view name) {
  int64_t number = 0;
  return absl::SimpleAtoi(name.substr(name.rfind('/') + 1), &number) ? number : 0;
}

std::string LastSegment(const std::string& name) { return name.substr(name.rfind('/') + 1); }

}  // namespace kozmic::gateway
