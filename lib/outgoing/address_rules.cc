#include "lib/outgoing/address_rules.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/status/macros.h"

namespace kozmic {
namespace {

constexpr std::array<uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

struct Range {
  const char* network;
  const char* what;
};

// IANA's special-purpose registries; all that is not an address of a machine in the internet.
constexpr Range kRefusedV4[] = {
    {"0.0.0.0/8", "this host"},
    {"10.0.0.0/8", "a private network"},
    {"100.64.0.0/10", "a provider's private network"},
    {"127.0.0.0/8", "loopback"},
    {"169.254.0.0/16", "link-local, or a cloud's metadata"},
    {"172.16.0.0/12", "a private network"},
    {"192.0.0.0/24", "reserved"},
    {"192.0.2.0/24", "reserved for documentation"},
    {"192.88.99.0/24", "reserved"},
    {"192.168.0.0/16", "a private network"},
    {"198.18.0.0/15", "reserved for benchmarks"},
    {"198.51.100.0/24", "reserved for documentation"},
    {"203.0.113.0/24", "reserved for documentation"},
    {"224.0.0.0/4", "multicast"},
    {"240.0.0.0/4", "reserved"},
};
// Within kGlobalV6. The tunnels would carry an IPv4 address past the list above.
constexpr Range kRefusedV6[] = {
    {"2001::/23", "reserved, or a tunnel"},
    {"2001:db8::/32", "reserved for documentation"},
    {"2002::/16", "a tunnel to an IPv4 address"},
    {"3fff::/20", "reserved for documentation"},
};
constexpr char kGlobalV6[] = "2000::/3";

bool Lies(const IpAddress& address, const char* network) {
  return IpNetwork::Parse(network)->Contains(address);
}

}  // namespace

absl::StatusOr<IpAddress> IpAddress::Parse(absl::string_view text) {
  const std::string copy(text);
  IpAddress address;
  if (inet_pton(AF_INET, copy.c_str(), address.bytes_.data()) == 1) {
    address.v4_ = true;
    return address;
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  if (copy.find('\0') == std::string::npos &&
      inet_pton(AF_INET6, copy.c_str(), &v6.sin6_addr) == 1) {
    return FromSocketAddress(reinterpret_cast<const sockaddr*>(&v6), sizeof(v6));
  }
  return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is not an IP address"));
}

absl::StatusOr<IpAddress> IpAddress::FromSocketAddress(const sockaddr* address, socklen_t size) {
  IpAddress result;
  if (address->sa_family == AF_INET && size >= sizeof(sockaddr_in)) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof(v4));
    std::memcpy(result.bytes_.data(), &v4.sin_addr, 4);
    result.v4_ = true;
    return result;
  }
  if (address->sa_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, address, sizeof(v6));
    std::memcpy(result.bytes_.data(), &v6.sin6_addr, 16);
    if (std::equal(kMapped.begin(), kMapped.end(), result.bytes_.begin())) {
      std::copy_n(result.bytes_.begin() + 12, 4, result.bytes_.begin());
      result.v4_ = true;
    }
    return result;
  }
  return absl::InvalidArgumentError("neither an IPv4 nor an IPv6 address");
}

absl::StatusOr<IpNetwork> IpNetwork::Parse(absl::string_view text) {
  const auto fault = [text] {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" is not a network such as 10.0.0.0/8 or fd00::/8"));
  };
  const size_t slash = text.find('/');
  const auto address = IpAddress::Parse(text.substr(0, slash));
  if (!address.ok()) return fault();
  IpNetwork network;
  network.address_ = *address;
  const int bits = address->is_v4() ? 32 : 128;
  network.prefix_ = bits;
  if (slash != absl::string_view::npos &&
      (!absl::SimpleAtoi(text.substr(slash + 1), &network.prefix_) || network.prefix_ < 0 ||
       network.prefix_ > bits)) {
    return fault();
  }
  for (int bit = network.prefix_; bit < bits; ++bit) {
    if (address->bytes_[bit / 8] & (0x80 >> (bit % 8))) return fault();
  }
  return network;
}

bool IpNetwork::Contains(const IpAddress& address) const {
  if (address.is_v4() != address_.is_v4()) return false;
  for (int bit = 0; bit < prefix_; ++bit) {
    const int mask = 0x80 >> (bit % 8);
    if ((address.bytes_[bit / 8] & mask) != (address_.bytes_[bit / 8] & mask)) return false;
  }
  return true;
}

absl::StatusOr<AddressRules> AddressRules::Make(const std::vector<std::string>& networks) {
  AddressRules rules;
  for (const std::string& text : networks) {
    KOZMIC_ASSIGN_OR_RETURN(IpNetwork network, IpNetwork::Parse(text));
    rules.networks_.push_back(network);
  }
  return rules;
}

bool AddressRules::IsNamed(const IpAddress& address) const {
  return std::any_of(networks_.begin(), networks_.end(),
                     [&](const IpNetwork& network) { return network.Contains(address); });
}

absl::Status AddressRules::Check(const IpAddress& address) const {
  if (IsNamed(address)) return absl::OkStatus();
  const auto refuse = [](absl::string_view what) {
    return absl::FailedPreconditionError(
        absl::StrCat("the address is refused: ", what,
                     "; it is called only if the installation's settings name its network"));
  };
  if (address.is_v4()) {
    for (const Range& range : kRefusedV4) {
      if (Lies(address, range.network)) return refuse(range.what);
    }
    return absl::OkStatus();
  }
  if (!Lies(address, kGlobalV6)) return refuse("not an address of the public internet");
  for (const Range& range : kRefusedV6) {
    if (Lies(address, range.network)) return refuse(range.what);
  }
  return absl::OkStatus();
}

}  // namespace kozmic
