#ifndef KOZMIC_LIB_DOCKER_DOCKER_JSON_H_
#define KOZMIC_LIB_DOCKER_DOCKER_JSON_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

// Readers of Docker's answers that never throw: what is absent or of another type reads as empty.
namespace kozmic::docker {

inline absl::StatusOr<nlohmann::json> ParseObject(const std::string& text) {
  nlohmann::json body = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!body.is_object()) return absl::InternalError("Docker's answer is not a JSON object");
  return body;
}

inline std::string StringAt(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

inline int64_t NumberAt(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_integer() ? found->get<int64_t>() : 0;
}

inline bool BoolAt(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

inline nlohmann::json ObjectAt(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_object() ? *found : nlohmann::json::object();
}

inline std::map<std::string, std::string> StringMapAt(const nlohmann::json& object,
                                                      const char* key) {
  std::map<std::string, std::string> map;
  const nlohmann::json entries = ObjectAt(object, key);
  for (const auto& [name, value] : entries.items()) {
    if (value.is_string()) map[name] = value.get<std::string>();
  }
  return map;
}

}  // namespace kozmic::docker

#endif  // KOZMIC_LIB_DOCKER_DOCKER_JSON_H_
