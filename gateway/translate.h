#ifndef KOZMIC_GATEWAY_TRANSLATE_H_
#define KOZMIC_GATEWAY_TRANSLATE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "gateway/json_text.h"
#include "google/protobuf/repeated_field.h"
#include "google/protobuf/timestamp.pb.h"

namespace kozmic::gateway {

// What the translations of the services' messages into the JSON of API.md have in common.

// RFC 3339 in UTC with milliseconds; null unless `present`.
JsonText TimeJson(bool present, const google::protobuf::Timestamp& time);

// Null for an empty text. Refers to it.
JsonValue TextOrNull(const std::string& text);

// A list of them. Refers to them no longer.
JsonText TextsJson(const google::protobuf::RepeatedPtrField<std::string>& texts);

// Null for 0.
JsonValue NumberOrNull(int64_t number);

// The last number of a resource name ("projects/7/builds/3" → 3); 0 when it has none.
int64_t LastNumber(absl::string_view name);

// The last part of one whose ids are names ("projects/7/secrets/TOKEN" → "TOKEN").
std::string LastSegment(const std::string& name);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_TRANSLATE_H_
