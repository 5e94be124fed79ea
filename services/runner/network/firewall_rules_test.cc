#include "services/runner/network/firewall_rules.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kozmic::runner {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(FirewallRulesTest, AllowsComesBeforeRefusal) {
  const FirewallRules rules = {
      .bridges = "kz12345j", .allowed = {"10.9.0.0/16"}, .name_servers = {"10.0.0.2"}};
  const std::string text = rules.ChainsText();
  EXPECT_THAT(text,
              StartsWith("*filter\n:KOZMIC-kz12345j - [0:0]\n:KOZMIC-kz12345j-INPUT - [0:0]\n"));
  const size_t server = text.find("-A KOZMIC-kz12345j -d 10.0.0.2 -p udp --dport 53 -j RETURN\n");
  const size_t allowed = text.find("-A KOZMIC-kz12345j -d 10.9.0.0/16 -j RETURN\n");
  const size_t refused = text.find("-A KOZMIC-kz12345j -d 10.0.0.0/8 -p tcp -j REJECT");
  ASSERT_NE(server, std::string::npos) << text;
  ASSERT_NE(allowed, std::string::npos) << text;
  ASSERT_NE(refused, std::string::npos) << text;
  EXPECT_LT(server, refused);
  EXPECT_LT(allowed, refused);
  EXPECT_THAT(text, AllOf(HasSubstr("-A KOZMIC-kz12345j -d 169.254.0.0/16 -j REJECT"),
                          HasSubstr("-A KOZMIC-kz12345j-INPUT -d 10.9.0.0/16 -j RETURN\n"),
                          HasSubstr("-A KOZMIC-kz12345j-INPUT -j REJECT")));
  EXPECT_TRUE(text.ends_with("COMMIT\n"));
}

TEST(FirewallRulesTest, NamesAreShortEnough) {
  const std::string prefix = BridgePrefix(std::string(63, 'r'), 'f');
  EXPECT_EQ(prefix.size(), 8u);
  EXPECT_EQ(BridgeName(prefix, std::string(200, 'n')).size(), 15u) << "an interface's name";
  EXPECT_LE((FirewallRules{.bridges = prefix}).InputChain().size(), 28u) << "a chain's name";
  EXPECT_NE(BridgePrefix("a", 'j'), BridgePrefix("a", 'f'));
  EXPECT_NE(BridgePrefix("a", 'j'), BridgePrefix("b", 'j'));
  EXPECT_NE(BridgeName(prefix, "a"), BridgeName(prefix, "b"));
}

}  // namespace
}  // namespace kozmic::runner
