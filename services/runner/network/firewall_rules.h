#ifndef KOZMIC_SERVICES_RUNNER_NETWORK_FIREWALL_RULES_H_
#define KOZMIC_SERVICES_RUNNER_NETWORK_FIREWALL_RULES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kozmic::runner {

// What comes from bridges whose names begin with `bridges` may reach the public internet, the
// `allowed` ranges, the name servers' port 53, and what asked from outside; from one bridge to
// another Docker lets nothing through.
struct FirewallRules {
  std::string bridges;
  // Ranges, as ParseAddressRange has them.
  std::vector<std::string> allowed = {};
  // Addresses.
  std::vector<std::string> name_servers = {};

  // Names of the chains that hold the rules for what is forwarded, and for what is for the machine
  // itself. At most 28 characters, as iptables has it.
  std::string ForwardChain() const;
  std::string InputChain() const;
  // Input of `iptables-restore --noflush`, which fills both chains at once, in place of what was in
  // them.
  std::string ChainsText() const;
};

// The beginning of the bridges' names for jobs of one kind ('j', 'f') of a runner; so short that 7
// characters are left of what an interface can be called.
std::string BridgePrefix(absl::string_view runner, char kind);
// The name of one of them.
std::string BridgeName(absl::string_view prefix, absl::string_view network);

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_NETWORK_FIREWALL_RULES_H_
