#ifndef KOZMIC_LIB_YAML_YAML_TEXT_H_
#define KOZMIC_LIB_YAML_YAML_TEXT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace kozmic {

// YAML for people: one key a line in the order given, texts of several lines as they are (literal
// blocks). A reader of YAML 1.2 gets just `value` back, which must be of UTF-8 and without
// fractions. yaml-cpp's own writer knows no literal block whose text does not end in one line end.
std::string YamlText(const nlohmann::ordered_json& value);

// Reads YAML from outside, which must be UTF-8: one document; mappings, lists, texts, and plain
// whole numbers, true, false and null; what is in quotes is text. INVALID_ARGUMENT says where and
// what is wrong: bad syntax, a key twice, control characters, more than 64 levels or 100,000
// values, or a reference, by which a short text could mean a long one. Takes memory as the text is
// long.
absl::StatusOr<nlohmann::json> ParseYaml(absl::string_view text);

}  // namespace kozmic

#endif  // KOZMIC_LIB_YAML_YAML_TEXT_H_
