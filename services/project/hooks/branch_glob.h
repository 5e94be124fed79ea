#ifndef KOZMIC_SERVICES_PROJECT_HOOKS_BRANCH_GLOB_H_
#define KOZMIC_SERVICES_PROJECT_HOOKS_BRANCH_GLOB_H_

#include "absl/strings/string_view.h"

namespace kozmic::project {

// Whether a branch's name matches a pattern as a whole: "*" stands for any characters but slashes,
// "**" for any characters, "?" for one character that is no slash; all else for itself. Takes time
// proportional to the product of the lengths at worst, whatever the pattern.
bool MatchesGlob(absl::string_view pattern, absl::string_view branch);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_HOOKS_BRANCH_GLOB_H_
