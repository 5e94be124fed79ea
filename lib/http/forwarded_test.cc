#include "lib/http/forwarded.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace kozmic::http {
namespace {

std::string Client(const std::string& peer, const std::vector<std::string>& forwarded,
                   const std::vector<std::string>& proxies) {
  httplib::Headers headers;
  for (const std::string& value : forwarded) headers.emplace("X-Forwarded-For", value);
  return ClientOf(peer, headers, *AddressRules::Make(proxies));
}

TEST(ForwardedTest, OnlyAProxyIsBelieved) {
  EXPECT_EQ(Client("203.0.113.9", {"198.51.100.1"}, {}), "203.0.113.9");
  EXPECT_EQ(Client("203.0.113.9", {"198.51.100.1"}, {"10.0.0.0/8"}), "203.0.113.9");
  EXPECT_EQ(Client("10.0.0.5", {"198.51.100.1"}, {"10.0.0.0/8"}), "198.51.100.1");
  EXPECT_EQ(Client("10.0.0.5", {}, {"10.0.0.0/8"}), "10.0.0.5");
}

TEST(ForwardedTest, WhatTheClientWroteItselfIsNotBelieved) {
  EXPECT_EQ(Client("127.0.0.1", {"1.1.1.1, 198.51.100.1"}, {"127.0.0.1"}), "198.51.100.1");
  EXPECT_EQ(Client("127.0.0.1", {"1.1.1.1", "198.51.100.1"}, {"127.0.0.1"}), "198.51.100.1");
  // Not even that it was a proxy.
  EXPECT_EQ(Client("127.0.0.1", {"1.1.1.1, 127.0.0.1, 198.51.100.1"}, {"127.0.0.1"}),
            "198.51.100.1");
}

TEST(ForwardedTest, ProxiesInARowAreSeenThrough) {
  EXPECT_EQ(Client("127.0.0.1", {"1.1.1.1, 198.51.100.1, 10.0.0.7"}, {"127.0.0.1", "10.0.0.0/8"}),
            "198.51.100.1");
  EXPECT_EQ(Client("127.0.0.1", {"10.0.0.8, 10.0.0.7"}, {"127.0.0.1", "10.0.0.0/8"}), "10.0.0.8");
}

TEST(ForwardedTest, WhatIsNoAddressEndsTheSearch) {
  EXPECT_EQ(Client("127.0.0.1", {"198.51.100.1, unknown"}, {"127.0.0.1"}), "127.0.0.1");
  EXPECT_EQ(Client("127.0.0.1", {"198.51.100.1, <b>, 10.0.0.7"}, {"127.0.0.1", "10.0.0.7"}),
            "10.0.0.7");
  EXPECT_EQ(Client("127.0.0.1", {" , ,"}, {"127.0.0.1"}), "127.0.0.1");
  EXPECT_EQ(Client("::1", {"2001:db8::7"}, {"::1"}), "2001:db8::7");
}

}  // namespace
}  // namespace kozmic::http
