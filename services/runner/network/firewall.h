#ifndef KOZMIC_SERVICES_RUNNER_NETWORK_FIREWALL_H_
#define KOZMIC_SERVICES_RUNNER_NETWORK_FIREWALL_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lib/base/worker.h"
#include "services/runner/network/firewall_rules.h"

namespace kozmic::runner {

// Keeps rules in the packet filter of the machine that the Docker engine runs on, which must be
// this one (or share its network): in chains of their own, which DOCKER-USER and INPUT lead to. It
// looks now and then whether they are still there, as another program may have begun anew, and for
// which name servers they have to be: those in the machine's resolv.conf.
class Firewall {
 public:
  struct Options {
    absl::Duration look_interval = absl::Seconds(30);
  };

  // Puts the rules in force. FAILED_PRECONDITION says what is missing: iptables, the right to use
  // it, an engine that uses it.
  static absl::StatusOr<std::unique_ptr<Firewall>> Start(std::vector<FirewallRules> rules,
                                                         Options options);
  // Leaves the rules in force.
  ~Firewall() = default;

  // OK while the rules are in force, as far as the last look told. Thread-safe.
  absl::Status status() const;

  // Takes the rules away, once nothing that they are for is left.
  void Remove();

 private:
  Firewall(std::string iptables, std::vector<FirewallRules> rules, Options options)
      : iptables_(std::move(iptables)), options_(options), rules_(std::move(rules)) {}

  absl::Duration Look();
  // Whether the machine's name servers are others than the rules'; makes them the rules'.
  bool TakeNameServers();
  // Whether everything leads to the chains.
  bool IsInForce() const;
  absl::Status PutInForce() const;

  const std::string iptables_;
  const Options options_;
  std::vector<FirewallRules> rules_;
  mutable absl::Mutex mutex_;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  // From Start on alone with the others.
  std::unique_ptr<Worker> worker_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_NETWORK_FIREWALL_H_
