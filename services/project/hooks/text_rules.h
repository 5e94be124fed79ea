#ifndef KOZMIC_SERVICES_PROJECT_HOOKS_TEXT_RULES_H_
#define KOZMIC_SERVICES_PROJECT_HOOKS_TEXT_RULES_H_

#include <algorithm>
#include <cstddef>

#include "absl/strings/string_view.h"

namespace kozmic::project {

// How many characters a UTF-8 text has.
inline size_t Characters(absl::string_view utf8) {
  return static_cast<size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

inline bool HasControl(absl::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_HOOKS_TEXT_RULES_H_
