#include "lib/docker/docker_client.h"

#include <signal.h>
#include <unistd.h>

#include <future>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/testing/docker_env.h"

namespace kozmic::docker {
namespace {

using ::testing::HasSubstr;

class DockerClientTest : public DockerTest {
 protected:
  ContainerSpec Shell(const std::string& script) {
    ContainerSpec spec;
    spec.image = std::string(kSmallImage);
    spec.entrypoint = {"/bin/sh", "-c", script};
    spec.labels = {{label_key(), label_value()}};
    spec.network_mode = "none";
    return spec;
  }
  // Returns the exit code.
  int64_t Run(const ContainerSpec& spec) {
    const auto id = docker().CreateContainer(spec, "");
    if (!id.ok()) {
      ADD_FAILURE() << id.status();
      return -1;
    }
    const absl::Status started = docker().StartContainer(*id);
    EXPECT_TRUE(started.ok()) << started;
    const auto code = docker().WaitContainer(*id, absl::Seconds(60), {});
    EXPECT_TRUE(code.ok()) << code.status();
    return code.value_or(-1);
  }
};

TEST_F(DockerClientTest, SpeaksTheEnginesVersion) {
  const auto version = docker().CheckVersion();
  ASSERT_TRUE(version.ok()) << version.status();
  EXPECT_FALSE(version->engine.empty());
  EXPECT_FALSE(version->runc.empty());
}

TEST_F(DockerClientTest, KnowsWhatTheEngineCanLimit) {
  const auto limits = docker().GetLimits();
  ASSERT_TRUE(limits.ok()) << limits.status();
  EXPECT_GE(limits->cpu_count, 1);
}

TEST_F(DockerClientTest, RunsAContainerAndSeesItsExitCode) {
  EXPECT_EQ(Run(Shell("exit 0")), 0);
  EXPECT_EQ(Run(Shell("exit 42")), 42);
}

TEST_F(DockerClientTest, SpecReachesTheContainer) {
  char folder[] = "/tmp/kozmic-docker-test-XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  ContainerSpec spec = Shell(
      "test \"$GREETING\" = 'hello, world' && test $(pwd) = /tmp && "
      "test $(id -u):$(id -g) = 7:8 && test $(cat /proc/sys/kernel/hostname) = box && "
      "test \"$1\" = one && grep -q 'CapBnd:.*0000000000000001' /proc/self/status && "
      "! touch /mnt/kozmic/x 2>/dev/null");
  spec.command = {"sh", "one"};
  spec.environment = {"GREETING=hello, world"};
  spec.working_directory = "/tmp";
  spec.user = "7:8";
  spec.hostname = "box";
  spec.mounts = {{.source = folder, .target = "/mnt/kozmic", .read_only = true}};
  spec.drop_capabilities = {"ALL"};
  spec.add_capabilities = {"CHOWN"};
  spec.memory_bytes = 64 << 20;
  spec.nano_cpus = 1'000'000'000;
  spec.pids_limit = 64;
  EXPECT_EQ(Run(spec), 0);
  rmdir(folder);
}

TEST_F(DockerClientTest, MemoryLimitKillsTheScriptAndInspectSaysSo) {
  ContainerSpec spec = Shell("tail /dev/zero");
  spec.memory_bytes = 16 << 20;
  const auto id = docker().CreateContainer(spec, "");
  ASSERT_TRUE(id.ok()) << id.status();
  ASSERT_TRUE(docker().StartContainer(*id).ok());
  const auto code = docker().WaitContainer(*id, absl::Seconds(60), {});
  ASSERT_TRUE(code.ok()) << code.status();
  EXPECT_EQ(*code, 137);
  const auto info = docker().InspectContainer(*id);
  ASSERT_TRUE(info.ok());
  EXPECT_TRUE(info->oom_killed);
  EXPECT_EQ(info->state, "exited");
}

TEST_F(DockerClientTest, FindsContainersByLabel) {
  const auto id = docker().CreateContainer(Shell("exit 0"), "");
  ASSERT_TRUE(id.ok()) << id.status();
  const auto found = docker().ListContainers(label());
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ(found->front().id, *id);
  EXPECT_EQ(found->front().state, "created");
  EXPECT_EQ(found->front().labels.at(label_key()), label_value());

  EXPECT_TRUE(docker().RemoveContainer(*id).ok());
  EXPECT_TRUE(docker().RemoveContainer(*id).ok()) << "removing twice is fine";
  EXPECT_TRUE(docker().ListContainers(label())->empty());
  EXPECT_EQ(docker().InspectContainer(*id).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(DockerClientTest, NameIsTakenOnce) {
  const std::string name = absl::StrCat("kozmic-test-", getpid());
  ASSERT_TRUE(docker().CreateContainer(Shell("exit 0"), name).ok());
  const auto again = docker().CreateContainer(Shell("exit 0"), name);
  EXPECT_EQ(again.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(again.status().message()), HasSubstr("already in use"));
}

TEST_F(DockerClientTest, KeepsDockersMessage) {
  ContainerSpec spec = Shell("exit 0");
  spec.image = "kozmic-test/no-such-image:1";
  const auto missing = docker().CreateContainer(spec, "");
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.status().message()),
              HasSubstr("No such image: kozmic-test/no-such-image:1"));

  spec = Shell("exit 0");
  spec.mounts = {{.source = "/no/such/folder", .target = "/x"}};
  const auto mount = docker().CreateContainer(spec, "");
  EXPECT_EQ(mount.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(mount.status().message()), HasSubstr("/no/such/folder"));
}

TEST_F(DockerClientTest, WaitEndsAtOnceWhenCancelled) {
  const auto id = docker().CreateContainer(Shell("sleep 100"), "");
  ASSERT_TRUE(id.ok()) << id.status();
  ASSERT_TRUE(docker().StartContainer(*id).ok());
  for (const bool before_the_call : {false, true}) {
    std::stop_source stop;
    if (before_the_call) stop.request_stop();
    auto waiting = std::async(std::launch::async, [&] {
      return docker().WaitContainer(*id, absl::Seconds(90), stop.get_token());
    });
    if (!before_the_call) {
      EXPECT_EQ(waiting.wait_for(std::chrono::milliseconds(100)), std::future_status::timeout);
    }
    stop.request_stop();
    ASSERT_EQ(waiting.wait_for(std::chrono::seconds(5)), std::future_status::ready);
    EXPECT_EQ(waiting.get().status().code(), absl::StatusCode::kCancelled);
  }
  EXPECT_TRUE(docker().InspectContainer(*id)->running);
}

TEST_F(DockerClientTest, WaitHasADeadline) {
  const auto id = docker().CreateContainer(Shell("sleep 100"), "");
  ASSERT_TRUE(id.ok()) << id.status();
  ASSERT_TRUE(docker().StartContainer(*id).ok());
  EXPECT_EQ(docker().WaitContainer(*id, absl::Milliseconds(300), {}).status().code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST_F(DockerClientTest, KillsAndStops) {
  const auto id =
      docker().CreateContainer(Shell("trap 'exit 5' TERM; while :; do sleep 0.1; done"), "");
  ASSERT_TRUE(id.ok()) << id.status();
  ASSERT_TRUE(docker().StartContainer(*id).ok());
  ASSERT_TRUE(docker().StartContainer(*id).ok()) << "starting twice is fine";
  EXPECT_TRUE(docker().StopContainer(*id, absl::Seconds(20)).ok());
  EXPECT_TRUE(docker().StopContainer(*id, absl::Seconds(20)).ok()) << "stopping twice is fine";
  EXPECT_FALSE(docker().KillContainer(*id, "KILL").ok());

  const auto other = docker().CreateContainer(Shell("sleep 100"), "");
  ASSERT_TRUE(docker().StartContainer(*other).ok());
  ASSERT_TRUE(docker().KillContainer(*other, "KILL").ok());
  EXPECT_EQ(*docker().WaitContainer(*other, absl::Seconds(20), {}), 137);
}

TEST_F(DockerClientTest, KeepsTheEndOfAContainersLog) {
  // One stream: between two of them the engine keeps no order.
  ContainerSpec spec = Shell("exec >&2; seq 1 1000; echo last words; exit 3");
  const auto off = docker().CreateContainer(spec, "");
  ASSERT_TRUE(off.ok()) << off.status();
  ASSERT_TRUE(docker().StartContainer(*off).ok());
  EXPECT_EQ(*docker().WaitContainer(*off, absl::Seconds(60), {}), 3);
  EXPECT_FALSE(docker().TailLog(*off, 3, 1000, absl::Seconds(20)).ok()) << "nothing is kept";
  spec.log_bytes = 1 << 20;
  const auto on = docker().CreateContainer(spec, "");
  ASSERT_TRUE(on.ok()) << on.status();
  ASSERT_TRUE(docker().StartContainer(*on).ok());
  EXPECT_EQ(*docker().WaitContainer(*on, absl::Seconds(60), {}), 3);
  const auto tail = docker().TailLog(*on, 3, 1000, absl::Seconds(20));
  ASSERT_TRUE(tail.ok()) << tail.status();
  EXPECT_EQ(*tail, "999\n1000\nlast words\n");
  EXPECT_EQ(*docker().TailLog(*on, 3, 12, absl::Seconds(20)), "last words\n");
  EXPECT_EQ(docker().TailLog("no-such-container", 3, 10, absl::Seconds(20)).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(DockerClientTest, ContainersOfANetworkReachEachOtherByName) {
  const std::string name = absl::StrCat("kozmic-test-network-", getpid());
  const NetworkSpec spec = {
      .name = name, .labels = {{label_key(), label_value()}}, .internal = true};
  const auto network = docker().CreateNetwork(spec);
  ASSERT_TRUE(network.ok()) << network.status();
  EXPECT_EQ(docker().CreateNetwork(spec).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(docker().InspectNetwork(name)->id, *network);
  const auto listed = docker().ListNetworks(label());
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->size(), 1u);
  EXPECT_EQ((*listed)[0].name, name);
  EXPECT_EQ((*listed)[0].labels.at(label_key()), label_value());

  ContainerSpec server = Shell("exec busybox httpd -f -p 80 -h /etc");
  server.network_mode = name;
  server.network_aliases = {"first"};
  const auto first = docker().CreateContainer(server, "");
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(docker().StartContainer(*first).ok());
  server.network_aliases.clear();
  server.network_mode = "bridge";
  const auto second = docker().CreateContainer(server, "");
  ASSERT_TRUE(second.ok()) << second.status();
  const absl::Status connected = docker().ConnectNetwork(name, *second, "second");
  ASSERT_TRUE(connected.ok()) << connected;
  ASSERT_TRUE(docker().StartContainer(*second).ok());
  ContainerSpec client = Shell(
      "for host in first second; do\n"
      "until busybox wget -q -O - http://$host/passwd; do sleep 0.05; done; done");
  client.network_mode = name;
  EXPECT_EQ(Run(client), 0);

  EXPECT_EQ(docker().RemoveNetwork(name).code(), absl::StatusCode::kPermissionDenied);
  ASSERT_TRUE(docker().RemoveContainer(*first).ok());
  ASSERT_TRUE(docker().RemoveContainer(*second).ok());
  EXPECT_TRUE(docker().RemoveNetwork(name).ok());
  EXPECT_TRUE(docker().RemoveNetwork(name).ok()) << "gone already";
  EXPECT_EQ(docker().InspectNetwork(name).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(DockerClientTest, PullsFromARegistryAndSaysWhatItLacks) {
  auto registry = RegistryProcess::Start();
  ASSERT_TRUE(registry.ok()) << registry.status();
  const std::string repository = (*registry)->address() + "/kozmic/small";
  const auto reference = ParseImageReference(repository + ":1");
  ASSERT_TRUE(reference.ok()) << reference.status();
  const auto local = docker().InspectImage(kSmallImage);
  ASSERT_TRUE(local.ok()) << local.status();
  ASSERT_TRUE(docker().TagImage(kSmallImage, *reference).ok());
  const absl::Status push = docker().PushImage(*reference, nullptr, absl::Seconds(60), {}, nullptr);
  ASSERT_TRUE(push.ok()) << push;
  ASSERT_TRUE(docker().RemoveImage(reference->ToString(), false).ok());
  ASSERT_EQ(docker().InspectImage(reference->ToString()).status().code(),
            absl::StatusCode::kNotFound);

  std::vector<std::string> messages;
  const absl::Status pull = docker().PullImage(
      *reference, nullptr, absl::Seconds(60), {},
      [&](const TransferProgress& progress) { messages.push_back(progress.status); });
  ASSERT_TRUE(pull.ok()) << pull;
  EXPECT_FALSE(messages.empty());
  EXPECT_TRUE(docker().InspectImage(reference->ToString()).ok());

  const auto no_tag = ParseImageReference(repository + ":2");
  const absl::Status missing = docker().PullImage(*no_tag, nullptr, absl::Seconds(60), {}, nullptr);
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound) << missing;

  (*registry)->Stop();
  const absl::Status away = docker().PullImage(*reference, nullptr, absl::Seconds(60), {}, nullptr);
  EXPECT_EQ(away.code(), absl::StatusCode::kUnavailable) << away;
  EXPECT_TRUE(docker().RemoveImage(reference->ToString(), true).ok());
  EXPECT_TRUE(docker().RemoveImage(reference->ToString(), true).ok()) << "removing twice is fine";
}

TEST(DockerClientWithoutEngineTest, SaysWhoCannotBeReached) {
  const auto client = DockerClient::Create("unix:///no/such/docker.sock");
  ASSERT_TRUE(client.ok());
  const absl::Status status = (*client)->Ping(absl::Seconds(5));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("/no/such/docker.sock"));
  for (const char* host : {"", "tcp://127.0.0.1:2375", "unix://", "unix://relative", "/run/x"}) {
    EXPECT_EQ(DockerClient::Create(host).status().code(), absl::StatusCode::kInvalidArgument)
        << host;
  }
}

}  // namespace
}  // namespace kozmic::docker
