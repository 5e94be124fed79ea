#ifndef KOZMIC_GATEWAY_PERMISSION_H_
#define KOZMIC_GATEWAY_PERMISSION_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/backends.h"

namespace kozmic::gateway {

// Asks ProjectService whether the user of `bearer` may view a project. NOT_FOUND, PERMISSION_DENIED
// or UNAUTHENTICATED when not; any other error means that it cannot be told now.
absl::Status MayView(const Backends& backends, const std::string& bearer, int64_t project,
                     absl::Duration timeout);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_PERMISSION_H_
