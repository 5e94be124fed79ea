#ifndef KOZMIC_SERVICES_RUNNER_NETWORK_ADDRESS_RANGE_H_
#define KOZMIC_SERVICES_RUNNER_NETWORK_ADDRESS_RANGE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kozmic::runner {

// A range of IPv4 addresses as "10.1.0.0/16", from that or a single address. INVALID_ARGUMENT says
// what is wrong, also when bits beyond the prefix are set.
absl::StatusOr<std::string> ParseAddressRange(absl::string_view text);

// The ranges that are not the public internet's: a machine's own, private, link-local with the
// metadata services of clouds, shared, and those that are nobody's (RFC 6890).
std::vector<std::string> RangesNotPublic();

// The IPv4 name servers in the text of a resolv.conf, but for those of the machine itself.
std::vector<std::string> NameServersIn(absl::string_view resolv_conf);

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_NETWORK_ADDRESS_RANGE_H_
