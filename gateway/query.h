#ifndef KOZMIC_GATEWAY_QUERY_H_
#define KOZMIC_GATEWAY_QUERY_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/http/exchange.h"

namespace kozmic::gateway {

// Parameters of a request's query. False after answering 400.

// One that must be a number from `least` to `most` when it is given.
bool ReadNumber(http::Exchange& exchange, absl::string_view name, int64_t least, int64_t most,
                std::optional<int64_t>* number);

// One that must be "true" or "false" when it is given.
bool ReadFlag(http::Exchange& exchange, absl::string_view name, bool* flag);

// One that must be UTF-8; empty when it is not given.
bool ReadText(http::Exchange& exchange, absl::string_view name, std::string* text);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_QUERY_H_
