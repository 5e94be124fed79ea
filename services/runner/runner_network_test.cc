// Threat model, "own network": which addresses jobs reach. The world outside is a network namespace
// of the test's own, behind this machine.

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/docker/image_reference.h"
#include "lib/process/child_process.h"
#include "lib/testing/free_port.h"
#include "nlohmann/json.hpp"
#include "services/runner/network/firewall_rules.h"
#include "services/runner/testing/runner_fixture.h"

namespace kozmic::runner {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using v1::FinishJobRequest;

// Of nobody's, as documentation has it, but not private.
constexpr char kPublic[] = "203.0.113.80";
constexpr char kPrivate[] = "10.253.80.80";
constexpr char kMetadata[] = "169.254.169.254";
constexpr char kPublicOnly[] = "job_network_policy: public\n";

class RunnerNetworkTest : public RunnerTest {
 protected:
  void SetUp() override {
    RunnerTest::SetUp();
    if (HasFatalFailure()) return;
    world_ = absl::StrCat("kzw", getpid() % 1000000);
    port_ = FreePort();
    // All addresses of the world are its one interface's, and this machine's ones too.
    Must(absl::StrCat("ip netns add ", world_));
    Must(absl::StrCat("ip link add ", world_, " type veth peer name eth0 netns ", world_));
    Must(absl::StrCat("ip address add 198.51.100.1/30 dev ", world_, "; ip link set ", world_,
                      " up"));
    InWorld(
        "ip link set lo up; ip link set eth0 up; ip address add 198.51.100.2/30 dev eth0; "
        "ip route add default via 198.51.100.1");
    for (const char* address : {kPublic, kPrivate, kMetadata}) {
      InWorld(absl::StrCat("ip address add ", address, "/32 dev lo"));
      Must(absl::StrCat("ip route add ", address, "/32 via 198.51.100.2"));
    }
    Must(absl::StrCat("mkdir ", folder_, "/www; echo served > ", folder_, "/www/index.html"));
    // What has not left the shell's process group when the shell ends, ends with it.
    const auto serve = [this](const std::string& name) {
      return absl::StrCat("setsid busybox httpd -f -p ", port_, " -h ", folder_,
                          "/www >/dev/null 2>&1 & echo $! > ", folder_, "/", name,
                          ".pid; until busybox wget -q -O /dev/null http://127.0.0.1:", port_,
                          "/ 2>/dev/null; do sleep 0.02; done");
    };
    InWorld(serve("world"));
    Must(serve("here"));
  }
  ~RunnerNetworkTest() override {
    runner_.reset();
    Shell(absl::StrCat("kill $(cat ", folder_, "/world.pid ", folder_, "/here.pid)"));
    Shell(absl::StrCat("ip link delete ", world_, "; ip netns delete ", world_));
    // What a runner that was killed leaves to the next.
    for (const char kind : {'j', 'f'}) {
      const FirewallRules rules = {.bridges = BridgePrefix(name_, kind)};
      Iptables(absl::StrCat("-D DOCKER-USER -i ", rules.bridges, "+ -j ", rules.ForwardChain()));
      Iptables(absl::StrCat("-D INPUT -i ", rules.bridges, "+ -j ", rules.InputChain()));
      for (const std::string& chain : {rules.ForwardChain(), rules.InputChain()}) {
        Iptables("-F " + chain);
        Iptables("-X " + chain);
      }
    }
  }
  // Says what both programs do: one does not see the other's rules, and which of them the engine
  // speaks is its own affair. What one says of the other's rules is no rule.
  static std::string Iptables(const std::string& arguments) {
    return Shell(absl::StrCat("for program in iptables-nft iptables-legacy; do $program ",
                              arguments, " 2>/dev/null; done"))
        .output;
  }

  static ChildResult Shell(const std::string& command) {
    const auto result = RunChild({"/bin/sh", "-c", command}, {"PATH=/usr/sbin:/sbin:/usr/bin:/bin"},
                                 absl::Seconds(20), {});
    return result.ok() ? *result
                       : ChildResult{.exit_code = 255, .output = result.status().ToString()};
  }
  static void Must(const std::string& command) {
    const ChildResult result = Shell(command);
    ASSERT_EQ(result.exit_code, 0) << command << ": " << result.output;
  }
  void InWorld(const std::string& command) {
    Must(absl::StrCat("ip netns exec ", world_, " sh -c '", command, "'"));
  }

  // Lines that say whether an address is reached; the address is for the shell to expand.
  std::string Ask(const std::string& name, const std::string& address) const {
    return absl::StrCat("timeout 5 wget -q -O - http://", address, ":", port_,
                        "/ >/dev/null 2>&1 && echo ", name, " yes || echo ", name, " no\n");
  }
  std::string AskAll() const {
    return absl::StrCat(
        "#!/bin/sh\ngateway=$(ip route | sed -n 's/^default via \\([^ ]*\\).*/\\1/p')\n",
        Ask("public", kPublic), Ask("private", kPrivate), Ask("metadata", kMetadata),
        Ask("machine", "$gateway"));
  }

  std::string world_;
  int port_ = 0;
};

TEST_F(RunnerNetworkTest, OpenJobsReachEverything) {
  StartRunner();
  EXPECT_EQ(Run(Spec(AskAll())).exit_code(), 0);
  EXPECT_EQ(Log(), absl::StrCat(Pulling(), "public yes\nprivate yes\nmetadata yes\nmachine yes\n"));
}

TEST_F(RunnerNetworkTest, PublicJobsReachThePublicInternetAlone) {
  StartRunner(kPublicOnly);
  EXPECT_EQ(Run(Spec(AskAll())).exit_code(), 0);
  EXPECT_EQ(Log(), absl::StrCat(Pulling(), "public yes\nprivate no\nmetadata no\nmachine no\n"));
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerNetworkTest, AllowedRangesAreForJobsButNotForForks) {
  StartRunner(absl::StrCat(kPublicOnly, "job_network_allow: [10.253.80.0/24]\n"));
  EXPECT_EQ(Run(Spec(AskAll())).exit_code(), 0);
  EXPECT_EQ(Log(), absl::StrCat(Pulling(), "public yes\nprivate yes\nmetadata no\nmachine no\n"));
  v1::JobSpec fork = Spec(AskAll());
  fork.set_fork(true);
  EXPECT_EQ(Run(fork).exit_code(), 0);
  EXPECT_EQ(Log(2), absl::StrCat(Pulling(), "public yes\nprivate no\nmetadata no\nmachine no\n"));
}

TEST_F(RunnerNetworkTest, JobsDoNotReachEachOther) {
  StartRunner(kPublicOnly);
  const std::string serving = build_.Enqueue(Spec(absl::StrCat(
      "#!/bin/sh\nmkdir /tmp/www; echo job > /tmp/www/index.html\nhttpd -p ", port_,
      " -h /tmp/www\necho \"at $(hostname -i | cut -d' ' -f1).\"\nwget -q -O - http://127.0.0.1:",
      port_, "/\nwhile [ ! -e go ]; do sleep 0.02; done\n")));
  ASSERT_TRUE(WaitForLine("job\n")) << Log();
  const std::string log = Log();
  const size_t begin = log.find("\nat ") + 4;
  const std::string address = log.substr(begin, log.find(".\n", begin) - begin);
  EXPECT_EQ(Run(Spec(absl::StrCat("#!/bin/sh\n", Ask("job", address)))).exit_code(), 0);
  EXPECT_EQ(Log(2), absl::StrCat(Pulling(), "job no\n")) << address;
  Give("go");
  EXPECT_EQ(WaitForEnd(serving).exit_code(), 0);
}

TEST_F(RunnerNetworkTest, P18ServicesAreReachedAndHeldToTheSame) {
  StartRunner(kPublicOnly);
  v1::JobSpec spec = Spec(absl::StrCat(AskAll(),
                                       "for i in $(seq 50); do wget -q -O - "
                                       "http://web:8080/ && break; sleep 0.2; done\n"));
  const std::string command =
      absl::StrCat("mkdir /www; { timeout 5 wget -q -O - http://", kPrivate, ":", port_,
                   "/ || echo refused; } > /www/index.html; httpd -f -p 8080 -h /www");
  const std::string repository = registry_->address() + "/web";
  ASSERT_TRUE(ImportImage(repository, "1", SmallImage().Bytes(),
                          {"ENTRYPOINT " + nlohmann::json({"/bin/sh", "-c", command}).dump()})
                  .ok());
  const std::string image = repository + ":1";
  ASSERT_TRUE(docker()
                  .PushImage(*docker::ParseImageReference(image), nullptr, kPatience, {}, nullptr)
                  .ok());
  v1::Service& web = *spec.add_services();
  web.set_name("web");
  web.set_image(image);
  EXPECT_EQ(Run(spec).exit_code(), 0);
  EXPECT_THAT(Log(), EndsWith("public yes\nprivate no\nmetadata no\nmachine no\nrefused\n"));
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerNetworkTest, NextProcessFindsTheNetworkAndTheEndLeavesNone) {
  StartRunner(kPublicOnly);
  const std::string attempt = build_.Enqueue(
      Spec(absl::StrCat("#!/bin/sh\necho one\nwhile [ ! -e go ]; do sleep 0.02; done\n",
                        Ask("public", kPublic), Ask("private", kPrivate))));
  ASSERT_TRUE(WaitForLine("one\n"));
  runner_->Signal(SIGKILL);
  ASSERT_EQ(runner_->Wait(kPatience), 137);
  StartRunner(kPublicOnly);
  Give("go");
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 0);
  EXPECT_EQ(Log(), absl::StrCat(Pulling(), "one\npublic yes\nprivate no\n"));
  ASSERT_TRUE(NothingIsLeft());
  EXPECT_EQ(docker().ListNetworks("kozmic.network=" + name_)->size(), 2u);
  EXPECT_THAT(Iptables("-S"), HasSubstr(BridgePrefix(name_, 'j')));
  runner_->Signal(SIGTERM);
  EXPECT_EQ(runner_->Wait(kPatience), 0);
  EXPECT_EQ(docker().ListNetworks("kozmic.network=" + name_)->size(), 0u);
  EXPECT_THAT(Iptables("-S"), Not(HasSubstr(BridgePrefix(name_, 'j'))));
}

TEST_F(RunnerNetworkTest, RefusesAMalformedRange) {
  StartRunner(absl::StrCat(kPublicOnly, "job_network_allow: [10.253.80.1/24]\n"));
  EXPECT_NE(runner_->Wait(kPatience), 0);
  EXPECT_THAT(Text(folder_ + "/runner.log"),
              HasSubstr("job_network_allow: \\\"10.253.80.1/24\\\""));
}

}  // namespace
}  // namespace kozmic::runner
