#include "gateway/json_body.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/base/json.h"
#include "lib/status/macros.h"

namespace kozmic::gateway {

absl::StatusOr<std::map<std::string, std::string>> ReadTexts(
    absl::string_view body, const std::vector<std::string>& fields) {
  KOZMIC_ASSIGN_OR_RETURN(const nlohmann::json value, ParseJson(body));
  if (!value.is_object()) return absl::InvalidArgumentError("the body must be a JSON object");
  std::map<std::string, std::string> texts;
  for (const auto& [name, text] : value.items()) {
    if (std::find(fields.begin(), fields.end(), name) == fields.end()) {
      return absl::InvalidArgumentError("the body has a field that is not known here");
    }
    if (!text.is_string()) return absl::InvalidArgumentError(absl::StrCat(name, " must be a text"));
    texts[name] = text.get<std::string>();
  }
  for (const std::string& field : fields) {
    if (texts.count(field) == 0) {
      return absl::InvalidArgumentError(absl::StrCat(field, " is missing"));
    }
  }
  return texts;
}

}  // namespace kozmic::gateway
