#ifndef KOZMIC_LIB_DOCKER_NETWORK_ALIAS_H_
#define KOZMIC_LIB_DOCKER_NETWORK_ALIAS_H_

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"

namespace kozmic::docker {

// Whether containers of one network can reach each other by this name: a host name of one label
// that begins with a letter, in lower case.
inline bool IsNetworkAlias(absl::string_view name) {
  constexpr size_t kLongest = 63;
  return !name.empty() && name.size() <= kLongest && absl::ascii_islower(name.front()) &&
         name.back() != '-' && std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
         });
}

}  // namespace kozmic::docker

#endif  // KOZMIC_LIB_DOCKER_NETWORK_ALIAS_H_
