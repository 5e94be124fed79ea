#ifndef KOZMIC_GATEWAY_TRANSLATE_BUILD_H_
#define KOZMIC_GATEWAY_TRANSLATE_BUILD_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "gateway/json_text.h"
#include "kozmic/build/v1/build.pb.h"

namespace kozmic::gateway {

// What BuildService says of builds, as the JSON of API.md.

JsonText ToJson(const build::v1::Build& build);
JsonText ToJson(const build::v1::Attempt& attempt);
JsonText ToJson(const build::v1::ExplainWaitResponse::Wait& wait);

// A status as in API.md; nullopt for another text.
std::optional<build::v1::State> StateOf(absl::string_view text);

// The name of a branch or a tag as people say it, from its ref; another ref is itself.
absl::string_view Branch(absl::string_view ref);

// "logs/7-3-1-2" → "7/3/1/2", as browsers know a log; empty when it is not such a name.
std::string LogId(absl::string_view log_name);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_TRANSLATE_BUILD_H_
