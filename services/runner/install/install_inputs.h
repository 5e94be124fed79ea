#ifndef KOZMIC_SERVICES_RUNNER_INSTALL_INSTALL_INPUTS_H_
#define KOZMIC_SERVICES_RUNNER_INSTALL_INSTALL_INPUTS_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kozmic::runner {

// All that the result of an install script depends on, as far as Kozmic is told.
struct InstallInputs {
  // "projects/7"
  std::string project;
  // Its id: renamed, it is the same.
  std::string base_image;
  // Of the script's text, in hexadecimal.
  std::string script_sha256;
  // By path: GitFetcher::ObjectsAt. A path that is not there counts too.
  std::map<std::string, std::string> tracked;
};

// The same for equal inputs and for no others: 64 hexadecimal digits.
std::string CacheId(const InstallInputs& inputs);

// As JSON, for a label of the image that the inputs led to, and back; nothing when it is no such
// text.
std::string ToText(const InstallInputs& inputs);
std::optional<InstallInputs> InputsFromText(absl::string_view text);

// What differs, each a few words for people: "requirements.txt (1a2b3c4 → 5d6e7f8)", "setup.py
// (added)", "the install script".
std::vector<std::string> Differences(const InstallInputs& before, const InstallInputs& now);

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_INSTALL_INSTALL_INPUTS_H_
