#ifndef KOZMIC_LIB_OUTGOING_ADDRESS_RULES_H_
#define KOZMIC_LIB_OUTGOING_ADDRESS_RULES_H_

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kozmic {

// An IPv4 or IPv6 address. An IPv4 address that is written as an IPv6 one (::ffff:10.0.0.1) is the
// IPv4 address.
class IpAddress {
 public:
  // "192.0.2.1", "2001:db8::1". INVALID_ARGUMENT.
  static absl::StatusOr<IpAddress> Parse(absl::string_view text);
  // INVALID_ARGUMENT for other families.
  static absl::StatusOr<IpAddress> FromSocketAddress(const sockaddr* address, socklen_t size);

  bool is_v4() const { return v4_; }

 private:
  friend class IpNetwork;

  bool v4_ = false;
  // The first 4 of an IPv4 address.
  std::array<uint8_t, 16> bytes_ = {};
};

// "10.0.0.0/8", "fd00::/8"; an address alone is a network of one.
class IpNetwork {
 public:
  // INVALID_ARGUMENT also when bits beyond the prefix are set.
  static absl::StatusOr<IpNetwork> Parse(absl::string_view text);

  bool Contains(const IpAddress& address) const;

 private:
  IpAddress address_;
  int prefix_ = 0;
};

// Which addresses a process calls when it is told by its users whom to call: those of the public
// internet, so that nobody reaches what only this machine's network may reach, and those of
// networks that the installation names. Immutable.
class AddressRules {
 public:
  // INVALID_ARGUMENT names the network that is none.
  static absl::StatusOr<AddressRules> Make(const std::vector<std::string>& networks);

  // Whether `address` lies in a network that the installation names.
  bool IsNamed(const IpAddress& address) const;
  // FAILED_PRECONDITION says what is wrong with `address`, but not the address itself: users are
  // told, and what a name means in this network is none of their business.
  absl::Status Check(const IpAddress& address) const;
  bool names_any() const { return !networks_.empty(); }

 private:
  std::vector<IpNetwork> networks_;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_OUTGOING_ADDRESS_RULES_H_
