#ifndef KOZMIC_LIB_OUTGOING_RECEIVER_H_
#define KOZMIC_LIB_OUTGOING_RECEIVER_H_

#include <string>

#include "absl/strings/string_view.h"

namespace kozmic {

// Of a URL what may be told of it: "https://chat.example.org:8443". Its path is a secret at many
// receivers.
inline std::string ReceiverOf(absl::string_view url) {
  const size_t host = url.find("//");
  const size_t path = host == url.npos ? host : url.find_first_of("/?#", host + 2);
  return std::string(url.substr(0, path));
}

}  // namespace kozmic

#endif  // KOZMIC_LIB_OUTGOING_RECEIVER_H_
