#include "services/runner/network/firewall.h"

#include <fstream>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/process/child_process.h"
#include "lib/status/macros.h"
#include "services/runner/network/address_range.h"

namespace kozmic::runner {
namespace {

constexpr absl::Duration kCall = absl::Seconds(20);
// Whichever of them the engine speaks: one does not see what the other has written.
constexpr const char* kPrograms[] = {"iptables", "iptables-legacy", "iptables-nft"};
// What Docker gives containers: the second where the first names systemd's own.
constexpr const char* kNameServers[] = {"/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"};
// Where Docker asks everybody to put their own rules.
constexpr char kForwarded[] = "DOCKER-USER";
constexpr char kForThisMachine[] = "INPUT";

absl::Status Run(const std::vector<std::string>& argv) {
  KOZMIC_ASSIGN_OR_RETURN(
      const ChildResult result,
      RunChild(argv, {"PATH=/usr/sbin:/sbin:/usr/bin:/bin", "LC_ALL=C"}, kCall, {}));
  if (result.exit_code == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(argv.front(), ": ", absl::StripAsciiWhitespace(result.output)));
}

// With the lock that keeps programs from writing at once.
absl::Status Iptables(const std::string& program, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"/usr/bin/env", program, "-w", "10"});
  return Run(arguments);
}

std::vector<std::string> Jump(const char* action, const char* from, const FirewallRules& rules,
                              const std::string& chain) {
  return {action, from, "-i", rules.bridges + "+", "-j", chain};
}

}  // namespace

absl::StatusOr<std::unique_ptr<Firewall>> Firewall::Start(std::vector<FirewallRules> rules,
                                                          Options options) {
  absl::Status refused;
  for (const char* program : kPrograms) {
    const absl::Status sees = Iptables(program, {"-n", "-L", kForwarded});
    if (!sees.ok()) {
      // Of the first, which is there more often than the others.
      refused.Update(sees);
      continue;
    }
    std::unique_ptr<Firewall> firewall(new Firewall(program, std::move(rules), options));
    firewall->TakeNameServers();
    KOZMIC_RETURN_IF_ERROR(firewall->PutInForce());
    firewall->worker_ = std::make_unique<Worker>([look = firewall.get()] { return look->Look(); });
    return firewall;
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "Jobs cannot be kept to the public internet (job_network_policy, fork_network_policy): that "
      "needs iptables, the right to use it (root or NET_ADMIN) in the network of the Docker "
      "engine, and its chain ",
      kForwarded, ". The policy \"open\" does without. (", refused.message(), ")"));
}

absl::Duration Firewall::Look() {
  const bool others = TakeNameServers();
  if (others || !IsInForce()) {
    const absl::Status put = PutInForce();
    Log(put.ok() ? Severity::kInfo : Severity::kError,
        "the rules of the jobs' network were put in force", {{"status", put}});
    absl::MutexLock lock(&mutex_);
    status_ = put;
  }
  return options_.look_interval;
}

bool Firewall::TakeNameServers() {
  std::vector<std::string> servers;
  for (const char* path : kNameServers) {
    std::ifstream file(path);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    for (std::string& server : NameServersIn(text)) servers.push_back(std::move(server));
  }
  bool others = false;
  for (FirewallRules& rules : rules_)
    others |= std::exchange(rules.name_servers, servers) != servers;
  return others;
}

absl::Status Firewall::status() const {
  absl::MutexLock lock(&mutex_);
  return status_;
}

bool Firewall::IsInForce() const {
  for (const FirewallRules& rules : rules_) {
    if (!Iptables(iptables_, Jump("-C", kForwarded, rules, rules.ForwardChain())).ok() ||
        !Iptables(iptables_, Jump("-C", kForThisMachine, rules, rules.InputChain())).ok()) {
      return false;
    }
  }
  return true;
}

absl::Status Firewall::PutInForce() const {
  for (const FirewallRules& rules : rules_) {
    KOZMIC_RETURN_IF_ERROR(
        Run({"/bin/sh", "-c", "printf %s \"$2\" | \"$1-restore\" -w 10 --noflush",
             "iptables-restore", iptables_, rules.ChainsText()}));
    for (const auto& [from, chain] : {std::pair(kForwarded, rules.ForwardChain()),
                                      std::pair(kForThisMachine, rules.InputChain())}) {
      if (Iptables(iptables_, Jump("-C", from, rules, chain)).ok()) continue;
      // Before what others may have accepted.
      KOZMIC_RETURN_IF_ERROR(Iptables(iptables_, Jump("-I", from, rules, chain)));
    }
  }
  return absl::OkStatus();
}

void Firewall::Remove() {
  worker_.reset();
  for (const FirewallRules& rules : rules_) {
    for (const auto& [from, chain] : {std::pair(kForwarded, rules.ForwardChain()),
                                      std::pair(kForThisMachine, rules.InputChain())}) {
      for (std::vector<std::string> step :
           {Jump("-D", from, rules, chain), {"-F", chain}, {"-X", chain}}) {
        if (const absl::Status done = Iptables(iptables_, step); !done.ok()) {
          Log(Severity::kWarning, "a rule of the jobs' network stays", {{"error", done}});
        }
      }
    }
  }
}

}  // namespace kozmic::runner
