#ifndef KOZMIC_LIB_BASE_JSON_H_
#define KOZMIC_LIB_BASE_JSON_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace kozmic {

using JsonNames = absl::flat_hash_set<absl::string_view>;

// Reads JSON from outside. Strict: one value, valid UTF-8, no key twice in an object, no NUL in a
// text, at most 64 levels deep (so that nothing that walks it runs out of stack). INVALID_ARGUMENT
// says what is wrong. Never throws.
absl::StatusOr<nlohmann::json> ParseJson(absl::string_view text);

// The same, of a text of which little is wanted: members of objects that have other names are left
// out with all that is in them, and of those it is not checked whether their keys differ.
absl::StatusOr<nlohmann::json> ParseJson(absl::string_view text, const JsonNames& wanted);

// Compact text; bytes that are not UTF-8 become U+FFFD. Never throws.
std::string DumpJson(const nlohmann::json& value);

// The value at a dotted path ("repository.owner.login") of nested objects; null when there is none.
const nlohmann::json* JsonAt(const nlohmann::json& value, absl::string_view path);

// The same, when it has the type asked for.
std::optional<std::string> JsonText(const nlohmann::json& value, absl::string_view path);
std::optional<int64_t> JsonInteger(const nlohmann::json& value, absl::string_view path);
std::optional<bool> JsonBool(const nlohmann::json& value, absl::string_view path);

}  // namespace kozmic

#endif  // KOZMIC_LIB_BASE_JSON_H_
