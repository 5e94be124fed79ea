// On the packet filter of a network namespace of the test's own.

#include "services/runner/network/firewall.h"

#include <sched.h>

#include <functional>
#include <string>
#include <thread>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/process/child_process.h"

namespace kozmic::runner {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::Duration kPatience = absl::Seconds(20);
constexpr Firewall::Options kQuick = {.look_interval = absl::Milliseconds(20)};

class FirewallTest : public testing::Test {
 protected:
  // A namespace is a thread's, and of what it starts.
  static void InOwnNetwork(const std::function<void()>& test) {
    std::thread([&test] {
      ASSERT_EQ(unshare(CLONE_NEWNET), 0);
      test();
    }).join();
  }
  static std::string Shell(const std::string& command) {
    const auto result =
        RunChild({"/bin/sh", "-c", command}, {"PATH=/usr/sbin:/sbin:/usr/bin:/bin"}, kPatience, {});
    if (!result.ok()) return result.status().ToString();
    return std::string(absl::StripAsciiWhitespace(result->output));
  }
  // As Docker does.
  static void MakeDockersChain() { ASSERT_EQ(Shell("iptables -N DOCKER-USER"), ""); }
  static std::vector<FirewallRules> Rules() {
    return {{.bridges = "kz12345j", .allowed = {"10.9.0.0/16"}}, {.bridges = "kz12345f"}};
  }
  static std::string JumpsOf(const std::string& chain) {
    return Shell(absl::StrCat("iptables -S ", chain, " | grep -c KOZMIC"));
  }
};

TEST_F(FirewallTest, PutsRulesInForceOnceHoweverOften) {
  InOwnNetwork([] {
    MakeDockersChain();
    // As an earlier process would have left them.
    ASSERT_TRUE(Firewall::Start(Rules(), kQuick).ok());
    const auto firewall = Firewall::Start(Rules(), kQuick);
    ASSERT_TRUE(firewall.ok()) << firewall.status();
    EXPECT_EQ(JumpsOf("DOCKER-USER"), "2");
    EXPECT_EQ(JumpsOf("INPUT"), "2");
    const std::string forward = Shell("iptables -S KOZMIC-kz12345j");
    EXPECT_THAT(forward, HasSubstr("-d 10.9.0.0/16 -j RETURN"));
    EXPECT_THAT(forward, HasSubstr("-d 169.254.0.0/16 -j REJECT"));
    EXPECT_THAT(Shell("iptables -S KOZMIC-kz12345f"), Not(HasSubstr("10.9.0.0/16")));
  });
}

TEST_F(FirewallTest, PutsBackWhatSomebodyTookAway) {
  InOwnNetwork([] {
    MakeDockersChain();
    const auto firewall = Firewall::Start(Rules(), kQuick);
    ASSERT_TRUE(firewall.ok()) << firewall.status();
    ASSERT_EQ(Shell("iptables -F"), "");
    const absl::Time deadline = absl::Now() + kPatience;
    while (JumpsOf("INPUT") != "2" && absl::Now() < deadline) {
      absl::SleepFor(absl::Milliseconds(5));
    }
    EXPECT_EQ(JumpsOf("DOCKER-USER"), "2");
    EXPECT_EQ(JumpsOf("INPUT"), "2");
    EXPECT_THAT(Shell("iptables -S KOZMIC-kz12345j"), HasSubstr("-d 10.0.0.0/8 -j REJECT"));
  });
}

TEST_F(FirewallTest, TellsThatItsRulesAreNotInForce) {
  InOwnNetwork([] {
    MakeDockersChain();
    const auto firewall = Firewall::Start(Rules(), kQuick);
    ASSERT_TRUE(firewall.ok()) << firewall.status();
    const auto await = [&](bool in_force) {
      const absl::Time deadline = absl::Now() + kPatience;
      while ((*firewall)->status().ok() != in_force && absl::Now() < deadline) {
        absl::SleepFor(absl::Milliseconds(5));
      }
      return (*firewall)->status().ok() == in_force;
    };
    ASSERT_EQ(Shell("iptables -F; iptables -X DOCKER-USER"), "");
    EXPECT_TRUE(await(false));
    MakeDockersChain();
    EXPECT_TRUE(await(true));
  });
}

TEST_F(FirewallTest, LeavesNothingWhenItIsRemoved) {
  InOwnNetwork([] {
    MakeDockersChain();
    const std::string before = Shell("iptables -S");
    const auto firewall = Firewall::Start(Rules(), kQuick);
    ASSERT_TRUE(firewall.ok()) << firewall.status();
    EXPECT_NE(Shell("iptables -S"), before);
    (*firewall)->Remove();
    EXPECT_EQ(Shell("iptables -S"), before);
  });
}

TEST_F(FirewallTest, SaysWhatIsMissing) {
  InOwnNetwork([] {
    const absl::Status refused = Firewall::Start(Rules(), kQuick).status();
    EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
    EXPECT_THAT(std::string(refused.message()), HasSubstr("DOCKER-USER"));
    EXPECT_THAT(std::string(refused.message()), HasSubstr("The policy \"open\" does without."));
  });
}

}  // namespace
}  // namespace kozmic::runner
