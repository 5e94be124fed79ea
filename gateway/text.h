#ifndef KOZMIC_GATEWAY_TEXT_H_
#define KOZMIC_GATEWAY_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace kozmic::gateway {

// Whether `text` may become a string field of a message.
bool IsUtf8(absl::string_view text);

// A decimal number from `least` to 2^63 - 1 without sign or leading zeros.
std::optional<int64_t> ParseNumber(absl::string_view text, int64_t least);

// A path on this server to send a browser to: `path`, or "/" when it could lead anywhere else.
std::string SafePath(absl::string_view path);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_TEXT_H_
