#ifndef KOZMIC_GATEWAY_JSON_BODY_H_
#define KOZMIC_GATEWAY_JSON_BODY_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kozmic::gateway {

// Reads a JSON object that has exactly these fields, all of them texts. INVALID_ARGUMENT names what
// is missing, wrong or too much: a field that we do not know is refused, not ignored.
absl::StatusOr<std::map<std::string, std::string>> ReadTexts(
    absl::string_view body, const std::vector<std::string>& fields);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_JSON_BODY_H_
