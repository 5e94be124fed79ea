#ifndef KOZMIC_SERVICES_BUILD_REGISTRATION_RUNNER_CREDENTIAL_H_
#define KOZMIC_SERVICES_BUILD_REGISTRATION_RUNNER_CREDENTIAL_H_

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lib/base/random.h"

namespace kozmic {

// What a runner makes for itself, and proves itself by from its registration on.
inline constexpr absl::string_view kCredentialPrefix = "kzr_";
// What an administrator gives a machine so that it may register.
inline constexpr absl::string_view kRegistrationPrefix = "kzj_";

// One of them: the prefix and 256 random bits in base64url.
inline std::string NewCredential(absl::string_view prefix, Random& random) {
  std::string text;
  absl::WebSafeBase64Escape(random.Bytes(32), &text);
  return absl::StrCat(prefix, text);
}

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_BUILD_REGISTRATION_RUNNER_CREDENTIAL_H_
