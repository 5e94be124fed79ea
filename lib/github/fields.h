#ifndef KOZMIC_LIB_GITHUB_FIELDS_H_
#define KOZMIC_LIB_GITHUB_FIELDS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace kozmic::github {

// Reads an object of an answer field by field and remembers whether all were as GitHub documents
// them. What it returns counts only if status() is OK. Fields are named by dotted paths
// ("owner.login"); what lies on such a path is an object, null or absent. Unknown fields are passed
// over. Not thread-safe; `json` must outlive this.
class Fields {
 public:
  explicit Fields(const nlohmann::json& json) : json_(json), ok_(json.is_object()) {}

  // Must be there: a number above 0, a text that is not empty, a truth value.
  int64_t Id(absl::string_view path);
  std::string Text(absl::string_view path);
  bool Flag(absl::string_view path);

  // May be absent or null: then empty, false, 0.
  std::string TextIfAny(absl::string_view path);
  bool FlagIfAny(absl::string_view path);
  int64_t NumberIfAny(absl::string_view path);
  std::vector<std::string> TextsIfAny(absl::string_view path);

  // Counts as a fault of the answer unless `as_documented`.
  void Require(bool as_documented) { ok_ = ok_ && as_documented; }

  // OK, or UnexpectedAnswer().
  absl::Status status() const;

 private:
  // Null when the field, or an object on its path, is absent or null.
  const nlohmann::json* Find(absl::string_view path);

  const nlohmann::json& json_;
  bool ok_;
};

}  // namespace kozmic::github

#endif  // KOZMIC_LIB_GITHUB_FIELDS_H_
