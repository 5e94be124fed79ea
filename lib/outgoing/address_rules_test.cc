#include "lib/outgoing/address_rules.h"

#include "gtest/gtest.h"

namespace kozmic {
namespace {

absl::Status Check(const AddressRules& rules, absl::string_view address) {
  const auto parsed = IpAddress::Parse(address);
  EXPECT_TRUE(parsed.ok()) << address;
  return rules.Check(*parsed);
}

TEST(AddressRulesTest, PublicAddressesAreCalled) {
  const AddressRules rules = *AddressRules::Make({});
  for (const char* address :
       {"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255",
        "172.32.0.0", "192.167.1.1", "223.255.255.255", "2606:4700::1111", "2a00::1"}) {
    EXPECT_TRUE(Check(rules, address).ok()) << address;
  }
}

TEST(AddressRulesTest, WhatIsNotOfTheInternetIsRefused) {
  const AddressRules rules = *AddressRules::Make({});
  for (const char* address : {"0.0.0.0",
                              "10.1.2.3",
                              "100.64.0.1",
                              "127.0.0.1",
                              "127.8.8.8",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.0.0.192",
                              "192.168.1.1",
                              "198.19.0.1",
                              "224.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::ffff:127.0.0.1",
                              "::ffff:10.0.0.1",
                              "::127.0.0.1",
                              "64:ff9b::10.0.0.1",
                              "fe80::1",
                              "fd00:ec2::254",
                              "ff02::1",
                              "2002:7f00:1::",
                              "2001:0:1::1",
                              "2001:db8::1"}) {
    EXPECT_EQ(Check(rules, address).code(), absl::StatusCode::kFailedPrecondition) << address;
  }
}

TEST(AddressRulesTest, NamedNetworksAreCalled) {
  const AddressRules rules = *AddressRules::Make({"127.0.0.0/8", "10.1.2.3", "fd00::/8"});
  EXPECT_TRUE(rules.names_any());
  for (const char* address : {"127.0.0.1", "::ffff:127.0.0.1", "10.1.2.3", "fd12::1"}) {
    EXPECT_TRUE(Check(rules, address).ok()) << address;
  }
  EXPECT_FALSE(Check(rules, "10.1.2.4").ok());
  EXPECT_FALSE(Check(rules, "::1").ok());
  EXPECT_FALSE(rules.IsNamed(*IpAddress::Parse("1.1.1.1")));
}

TEST(AddressRulesTest, WhatIsNoNetworkIsNamed) {
  for (const char* network : {"", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/", "fd00::/129",
                              "example.org", "10.0.0.0/8/8", "10.0.0.0/-1"}) {
    const absl::Status status = AddressRules::Make({network}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << network;
    EXPECT_NE(status.message().find(network), absl::string_view::npos);
  }
}

}  // namespace
}  // namespace kozmic
