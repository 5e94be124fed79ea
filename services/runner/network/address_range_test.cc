#include "services/runner/network/address_range.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kozmic::runner {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(AddressRangeTest, ReadsRangesAndAddresses) {
  EXPECT_EQ(*ParseAddressRange("10.1.0.0/16"), "10.1.0.0/16");
  EXPECT_EQ(*ParseAddressRange("10.1.2.3"), "10.1.2.3/32");
  EXPECT_EQ(*ParseAddressRange("0.0.0.0/0"), "0.0.0.0/0");
  EXPECT_EQ(*ParseAddressRange("255.255.255.255/32"), "255.255.255.255/32");
}

// What is given to iptables must be nothing else.
TEST(AddressRangeTest, RefusesWhatIsNoRange) {
  for (const char* text : {"", "10.1.0.0/", "10.1.0.0/33", "10.1.0.0/-1", "10.1.0.0/016",
                           "10.1.0.0/ 8", "10.1.0.1/16", "1.2.3", "1.2.3.4.5", "example.com",
                           "::1/128", "10.0.0.0/8 -j ACCEPT", "1.2.3.4\n", "/8"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseAddressRange(text).status())) << text;
  }
}

TEST(AddressRangeTest, KnownRangesAreRanges) {
  for (const std::string& range : RangesNotPublic()) {
    EXPECT_TRUE(ParseAddressRange(range).ok()) << range;
  }
}

TEST(AddressRangeTest, FindsNameServers) {
  EXPECT_THAT(NameServersIn("# nameserver 1.1.1.1\nsearch example.com\nnameserver 10.0.0.2\r\n"
                            "nameserver\t192.168.1.1 # router\nnameserver 127.0.0.53\n"
                            "nameserver fe80::1\nnameserver\nnameserver 10.0.0.2;x\n"),
              ElementsAre("10.0.0.2", "192.168.1.1"));
  EXPECT_THAT(NameServersIn(""), IsEmpty());
}

}  // namespace
}  // namespace kozmic::runner
