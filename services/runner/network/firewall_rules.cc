#include "services/runner/network/firewall_rules.h"

#include "absl/strings/str_cat.h"
#include "lib/crypto/digest.h"
#include "services/runner/network/address_range.h"

namespace kozmic::runner {
namespace {

constexpr size_t kRunnerDigits = 5;
constexpr size_t kNetworkDigits = 7;
// At once: of the other refusals the kernel sends but one a second.
constexpr char kRefuseConnections[] = " -p tcp -j REJECT --reject-with tcp-reset\n";
constexpr char kRefuse[] = " -j REJECT --reject-with icmp-admin-prohibited\n";

}  // namespace

std::string FirewallRules::ForwardChain() const { return absl::StrCat("KOZMIC-", bridges); }

std::string FirewallRules::InputChain() const { return absl::StrCat("KOZMIC-", bridges, "-INPUT"); }

std::string FirewallRules::ChainsText() const {
  const std::string forward = absl::StrCat("-A ", ForwardChain());
  const std::string input = absl::StrCat("-A ", InputChain());
  std::string text =
      absl::StrCat("*filter\n:", ForwardChain(), " - [0:0]\n:", InputChain(), " - [0:0]\n");
  for (const std::string& chain : {forward, input}) {
    absl::StrAppend(&text, chain, " -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN\n");
    for (const std::string& server : name_servers) {
      for (const char* protocol : {"udp", "tcp"}) {
        absl::StrAppend(&text, chain, " -d ", server, " -p ", protocol, " --dport 53 -j RETURN\n");
      }
    }
    for (const std::string& range : allowed) {
      absl::StrAppend(&text, chain, " -d ", range, " -j RETURN\n");
    }
  }
  // Within one bridge; Docker keeps the bridges apart.
  absl::StrAppend(&text, forward, " -o ", bridges, "+ -j RETURN\n");
  for (const std::string& range : RangesNotPublic()) {
    absl::StrAppend(&text, forward, " -d ", range, kRefuseConnections);
    absl::StrAppend(&text, forward, " -d ", range, kRefuse);
  }
  absl::StrAppend(&text, input, kRefuseConnections, input, kRefuse);
  absl::StrAppend(&text, "COMMIT\n");
  return text;
}

std::string BridgePrefix(absl::string_view runner, char kind) {
  return absl::StrCat("kj", Sha256Hex(runner).substr(0, kRunnerDigits), std::string(1, kind));
}

std::string BridgeName(absl::string_view prefix, absl::string_view network) {
  return absl::StrCat(prefix, Sha256Hex(network).substr(0, kNetworkDigits));
}

}  // namespace kozmic::runner
