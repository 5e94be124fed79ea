// The runner's program with service containers beside the script. Row P18; I15, I16, N5.

#include <signal.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "services/runner/testing/runner_fixture.h"

namespace kozmic::runner {
namespace {

using nlohmann::json;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using v1::FinishJobRequest;

constexpr char kCanary[] = "canary-77d1-of-the-services";
// Answers at port 80 with what $GREETING says.
constexpr char kWeb[] =
    "echo serving $GREETING; mkdir -p /tmp/www; echo \"$GREETING\" > /tmp/www/hello; "
    "exec busybox httpd -f -p 80 -h /tmp/www";
// Says what the service `web` answers, once it does.
constexpr char kAskWeb[] =
    "until busybox wget -q -O - http://web/hello 2>/dev/null; do sleep 0.05; done\n";

class RunnerServicesTest : public RunnerTest {
 protected:
  ~RunnerServicesTest() override {
    runner_.reset();
    if (!name_.empty()) {
      const auto left = docker().ListContainers("kozmic.runner=" + name_);
      if (left.ok()) {
        for (const auto& container : *left) docker().RemoveContainer(container.id).IgnoreError();
      }
    }
    for (const std::string& image : images_) docker().RemoveImage(image, true).IgnoreError();
  }

  // An image of the registry whose entrypoint is a shell command.
  std::string ServiceImage(const std::string& command, const std::vector<std::string>& more = {},
                           const RegistryProcess* registry = nullptr,
                           const docker::RegistryAuth* auth = nullptr) {
    const std::string repository = absl::StrCat(
        (registry != nullptr ? *registry : *registry_).address(), "/service-", images_.size() + 1);
    std::vector<std::string> changes = more;
    changes.push_back("ENTRYPOINT " + json({"/bin/sh", "-c", command}).dump());
    EXPECT_TRUE(ImportImage(repository, "1", SmallImage().Bytes(), changes).ok());
    images_.push_back(repository + ":1");
    const absl::Status pushed = docker().PushImage(*docker::ParseImageReference(images_.back()),
                                                   auth, absl::Seconds(60), {}, nullptr);
    EXPECT_TRUE(pushed.ok()) << pushed;
    return images_.back();
  }
  static v1::Service& Add(v1::JobSpec& spec, const std::string& name, const std::string& image) {
    v1::Service& service = *spec.add_services();
    service.set_name(name);
    service.set_image(image);
    return service;
  }
  // A job with the service `web`.
  v1::JobSpec WebSpec(const std::string& script, const std::string& greeting = "hello") {
    if (web_image_.empty()) web_image_ = ServiceImage(kWeb);
    v1::JobSpec spec = Spec("#!/bin/sh\n" + script);
    (*Add(spec, "web", web_image_).mutable_environment())["GREETING"] = greeting;
    return spec;
  }
  static std::string PullingService(const v1::Service& service) {
    return absl::StrCat("Pulling \"", service.image(), "\" Docker image for the service \"",
                        service.name(), "\"...\n");
  }
  // The log without what is told of images.
  std::string LogAfterPulls(const v1::JobSpec& spec, int job = 1) {
    std::string log = Log(job);
    for (const v1::Service& service : spec.services()) {
      EXPECT_THAT(log, HasSubstr(PullingService(service)));
      log = absl::StrReplaceAll(log, {{PullingService(service), ""}});
    }
    return absl::StrReplaceAll(log, {{Pulling(), ""}});
  }
  json Inspect(const std::string& container) {
    const auto answer = docker().http().Call(
        {.method = "GET", .path = absl::StrCat("/containers/", container, "/json")});
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? json::parse(answer->body) : json();
  }
  std::string ServiceContainer(const std::string& service) const {
    return absl::StrCat("kozmic-", name_, "-1-1-1-1.1-", service);
  }
  size_t Containers() {
    const auto containers = docker().ListContainers("kozmic.runner=" + name_);
    EXPECT_TRUE(containers.ok()) << containers.status();
    return containers.ok() ? containers->size() : 0;
  }

  std::vector<std::string> images_;
  std::string web_image_;
};

TEST_F(RunnerServicesTest, P18TheScriptReachesServicesByName) {
  StartRunner();
  v1::JobSpec spec = WebSpec(
      absl::StrCat(
          kAskWeb,
          "until busybox wget -q -O - http://other-1/hello; do sleep 0.05; done 2>/dev/null\n",
          "hostname 2>/dev/null || busybox hostname\n"),
      "a \"b\"=c");
  (*Add(spec, "other-1", web_image_).mutable_environment())["GREETING"] = "another";
  const FinishJobRequest end = Run(spec);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_EXITED) << end.reason();
  EXPECT_EQ(end.exit_code(), 0);
  EXPECT_EQ(LogAfterPulls(spec), "a \"b\"=c\nanother\nkozmic\n") << "and nothing of their logs";
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerServicesTest, P18AServiceThatEndsEarlyIsTold) {
  StartRunner();
  v1::JobSpec spec = Spec("#!/bin/sh\nwhile [ ! -e go ]; do sleep 0.02; done\necho on\n");
  const v1::Service& service =
      Add(spec, "db", ServiceImage("echo starting >&2; echo no password given >&2; exit 3"));
  const std::string attempt = build_.Enqueue(spec);
  const std::string told =
      absl::StrCat("The service \"db\" (", service.image(),
                   ") ended before the script, with exit code 3.\ndb | starting\n"
                   "db | no password given\n");
  ASSERT_TRUE(WaitForLine(told)) << Log();
  Give("go");
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 0) << "the script has the last word";
  EXPECT_EQ(LogAfterPulls(spec), told + "on\n");
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerServicesTest, P18OfAFailedScriptTheServicesLogsAreShown) {
  StartRunner();
  v1::JobSpec spec = WebSpec(absl::StrCat(kAskWeb, "printf 'no newline'\nexit 4\n"));
  Add(spec, "silent", ServiceImage("exec sleep 1000"));
  EXPECT_EQ(Run(spec).exit_code(), 4);
  EXPECT_EQ(LogAfterPulls(spec),
            absl::StrCat("hello\nno newline\nThe service \"web\" (", web_image_,
                         ") wrote at last:\n", "web | serving hello\n"));
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerServicesTest, P18OnlyTheEndOfALongLogIsShown) {
  StartRunner();
  v1::JobSpec spec = Spec("#!/bin/sh\nwhile [ ! -e go ]; do sleep 0.02; done\nexit 1\n");
  Add(spec, "db", ServiceImage("seq 1 100000"));
  const std::string attempt = build_.Enqueue(spec);
  ASSERT_TRUE(WaitForLine("db | 100000\n"));
  Give("go");
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 1);
  EXPECT_THAT(Log(), HasSubstr("with exit code 0.\ndb | 99951\n"));
  EXPECT_THAT(Log(), EndsWith("db | 100000\n")) << "and it is not told again at the end";
}

// K46
TEST_F(RunnerServicesTest, P18AStalledScriptsLogEndsWithThatAllTheSame) {
  StartRunner();
  v1::JobSpec spec = WebSpec(absl::StrCat(kAskWeb, "sleep 1000\n"));
  spec.set_stall_timeout_seconds(2);
  EXPECT_EQ(Run(spec).outcome(), FinishJobRequest::OUTCOME_STALLED);
  EXPECT_THAT(Log(), EndsWith("web | serving hello\n"
                              "Sorry, your script has stalled and been killed.\n"));
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerServicesTest, P18ServicesHaveTheScriptsLimitsAndNothingOfTheHosts) {
  StartRunner("job_memory_mb: 64\njob_cpus: 1\njob_pids: 40\n");
  v1::JobSpec spec = Spec("#!/bin/sh\necho ready\nwhile [ ! -e go ]; do sleep 0.02; done\n");
  Add(spec, "db", ServiceImage("exec sleep 1000", {"VOLUME /data"}));
  spec.set_fork(true);
  const std::string attempt = build_.Enqueue(spec);
  ASSERT_TRUE(WaitForLine("ready\n"));
  const json container = Inspect(ServiceContainer("db"));
  const json& host = container["HostConfig"];
  EXPECT_EQ(host["Memory"], 64 << 20);
  EXPECT_EQ(host["MemorySwap"], 64 << 20);
  EXPECT_EQ(host["NanoCpus"], 1'000'000'000);
  EXPECT_EQ(host["PidsLimit"], 40);
  EXPECT_EQ(host["Privileged"], false);
  EXPECT_EQ(host["CapDrop"], json({"ALL"}));
  EXPECT_EQ(host["CapAdd"],
            Inspect(absl::StrCat("kozmic-", name_, "-1-1-1-1.1"))["HostConfig"]["CapAdd"]);
  EXPECT_EQ(host["SecurityOpt"], json({"no-new-privileges"})) << "of a fork's job";
  EXPECT_THAT(host["NetworkMode"].get<std::string>(), testing::StartsWith("kozmic-" + name_));
  ASSERT_EQ(container["Mounts"].size(), 1u) << container["Mounts"];
  EXPECT_EQ(container["Mounts"][0]["Type"], "volume");
  const std::string volume = container["Mounts"][0]["Name"];
  Give("go");
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 0);
  EXPECT_TRUE(NothingIsLeft());
  EXPECT_EQ(docker().http().Call({.method = "GET", .path = "/volumes/" + volume}).status().code(),
            absl::StatusCode::kNotFound)
      << "I16";
}

TEST_F(RunnerServicesTest, P18AServiceOutOfMemoryIsNamed) {
  StartRunner("job_memory_mb: 32\n");
  v1::JobSpec spec = Spec("#!/bin/sh\nwhile [ ! -e go ]; do sleep 0.02; done\n");
  const v1::Service& service = Add(spec, "db", ServiceImage("exec tail /dev/zero"));
  const std::string attempt = build_.Enqueue(spec);
  EXPECT_TRUE(WaitForLine(absl::StrCat("The service \"db\" (", service.image(),
                                       ") ran out of memory (32 MiB) and was killed.\n")))
      << Log();
  Give("go");
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 0);
}

TEST_F(RunnerServicesTest, P18AServiceThatCannotBeStartedFailsTheJob) {
  StartRunner();
  v1::JobSpec spec = Spec("echo never\n");
  Add(spec, "db", registry_->address() + "/small:no-such-tag");
  FinishJobRequest end = Run(spec);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_FAILED);
  EXPECT_THAT(end.reason(), HasSubstr(absl::StrCat("The service \"db\" (", registry_->address(),
                                                   "/small:no-such-tag): ")));
  EXPECT_THAT(end.reason(), HasSubstr("not found"));
  EXPECT_THAT(Log(), EndsWith(end.reason() + "\n"));

  spec.clear_services();
  Add(spec, "db", "kozmic-cache/x:1");
  EXPECT_THAT(Run(spec).reason(), EndsWith("Images named kozmic-cache/… are Kozmic CI's own."));

  spec.clear_services();
  const std::string image = absl::StrCat(registry_->address(), "/broken");
  ASSERT_TRUE(
      ImportImage(image, "1", SmallImage().Bytes(), {R"(ENTRYPOINT ["/no/such/program"])"}).ok());
  images_.push_back(image + ":1");
  ASSERT_TRUE(docker()
                  .PushImage(*docker::ParseImageReference(image + ":1"), nullptr, absl::Seconds(60),
                             {}, nullptr)
                  .ok());
  Add(spec, "db", image + ":1");
  end = Run(spec);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_FAILED) << end.reason();
  EXPECT_THAT(end.reason(), HasSubstr("could not be started: "));
  EXPECT_THAT(end.reason(), HasSubstr("/no/such/program"));
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerServicesTest, P18JobsSeeTheirOwnServicesOnly) {
  StartRunner();
  const std::string script =
      absl::StrCat(kAskWeb, "while [ ! -e go ]; do sleep 0.02; done\n", kAskWeb);
  const v1::JobSpec first = WebSpec(script, "one");
  const v1::JobSpec second = WebSpec(kAskWeb, "two");
  const std::string attempt = build_.Enqueue(first);
  ASSERT_TRUE(WaitForLine("one\n"));
  EXPECT_EQ(Run(second).exit_code(), 0);
  EXPECT_EQ(LogAfterPulls(second, 2), "two\n");
  EXPECT_EQ(Run(Spec("#!/bin/sh\nbusybox wget -q -O - http://web/hello\n")).exit_code(), 1)
      << "a job without services is in no such network";
  Give("go");
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 0);
  EXPECT_EQ(LogAfterPulls(first), "one\none\n");
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerServicesTest, P18ServicesAreForTheScriptAndNotTheInstallScript) {
  StartRunner();
  v1::JobSpec spec = WebSpec(kAskWeb);
  spec.set_project(absl::StrCat("projects/", getpid()));
  spec.set_install_script(
      "#!/bin/sh\nbusybox wget -q -O - http://web/hello 2>/dev/null || echo none\n");
  EXPECT_EQ(Run(spec).exit_code(), 0) << Log();
  EXPECT_EQ(LogAfterPulls(spec), "Running install script...\nnone\nhello\n");
  EXPECT_EQ(Run(spec).exit_code(), 0) << Log(2);
  EXPECT_EQ(LogAfterPulls(spec, 2),
            absl::StrCat("The same was installed by build #1 on ", name_,
                         ".\nSkipping install script as tracked files did not change...\nhello\n"));
  EXPECT_TRUE(NothingIsLeft());
}

// N5
TEST_F(RunnerServicesTest, P18AKilledRunnerFindsTheServicesAgain) {
  v1::IssueCheckoutResponse checkout = Checkout();
  (*checkout.mutable_secrets())["TOKEN"] = kCanary;
  build_.set_checkout(checkout);
  StartRunner();
  v1::JobSpec spec = WebSpec(
      absl::StrCat(kAskWeb, "while [ ! -e go ]; do sleep 0.02; done\n", kAskWeb, "exit 1\n"),
      kCanary);
  const std::string attempt = build_.Enqueue(spec);
  const std::string mask(sizeof(kCanary) - 1, '*');
  ASSERT_TRUE(WaitForLine(mask + "\n"));
  runner_->Signal(SIGKILL);
  EXPECT_EQ(runner_->Wait(kPatience), 137);
  EXPECT_EQ(Containers(), 2u);
  Give("go");
  StartRunner();
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 1);
  EXPECT_EQ(LogAfterPulls(spec),
            absl::StrCat(mask, "\n", mask, "\nThe service \"web\" (", web_image_,
                         ") wrote at last:\nweb | serving ", mask, "\n"))
      << "also what a service says of a secret is masked";
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerServicesTest, P18AServicesEndIsToldOnceWhateverBecomesOfTheRunner) {
  StartRunner();
  v1::JobSpec spec =
      Spec("#!/bin/sh\necho ready\nwhile [ ! -e go ]; do sleep 0.02; done\nexit 1\n");
  Add(spec, "first", ServiceImage("echo bye; exit 1"));
  Add(spec, "second", ServiceImage("exec sleep 1000"));
  const std::string attempt = build_.Enqueue(spec);
  ASSERT_TRUE(WaitForLine("first | bye\n"));
  ASSERT_TRUE(WaitForLine("ready\n"));
  // Between the line and the note of it another process would say it again.
  const absl::Time deadline = absl::Now() + kPatience;
  while (Text(job_folder() + "/services") != "first" && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(2));
  }
  runner_->Signal(SIGKILL);
  EXPECT_EQ(runner_->Wait(kPatience), 137);
  ASSERT_TRUE(docker().KillContainer(ServiceContainer("second"), "KILL").ok());
  StartRunner();
  ASSERT_TRUE(WaitForLine("with exit code 137.\n")) << Log();
  Give("go");
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 1);
  const std::string log = Log();
  EXPECT_EQ(log.find("first | bye"), log.rfind("first | bye")) << log;
  EXPECT_EQ(log.find("exit code 137"), log.rfind("exit code 137")) << log;
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerServicesTest, P18WhatAKilledRunnerLeftIsRemovedWhenTheJobIsNotItsOwnAnyMore) {
  StartRunner();
  const std::string attempt = build_.Enqueue(WebSpec(absl::StrCat(kAskWeb, "sleep 1000\n")));
  ASSERT_TRUE(WaitForLine("hello\n"));
  runner_->Signal(SIGKILL);
  EXPECT_EQ(runner_->Wait(kPatience), 137);
  build_.TakeAway(attempt);
  EXPECT_EQ(Leftovers().size(), 4u) << "two containers, a network, a folder";
  StartRunner();
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerServicesTest, P18AJobThatHadNotBegunBeginsAnewWithNewServices) {
  // Its services are started; nobody gives it its commit.
  const std::string nobody = "http://127.0.0.1:1";
  clone_url_prefixes_.push_back(nobody);
  v1::IssueCheckoutResponse checkout = Checkout();
  checkout.set_clone_url(nobody + "/r.git");
  build_.set_checkout(checkout);
  StartRunner();
  const std::string attempt = build_.Enqueue(WebSpec(kAskWeb));
  ASSERT_TRUE(Eventually([this] { return Containers() == 2; }));
  runner_->Signal(SIGKILL);
  EXPECT_EQ(runner_->Wait(kPatience), 137);
  build_.set_checkout(Checkout());
  StartRunner();
  const FinishJobRequest end = WaitForEnd(attempt);
  EXPECT_THAT(Log(), HasSubstr("The runner was restarted; beginning anew.\n"));
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_EXITED) << end.reason();
  EXPECT_THAT(Log(), EndsWith("hello\n"));
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerServicesTest, P18CancelRemovesThemAndTellsNothing) {
  StartRunner();
  const v1::JobSpec spec = WebSpec(absl::StrCat(kAskWeb, "sleep 1000\n"));
  const std::string attempt = build_.Enqueue(spec);
  ASSERT_TRUE(WaitForLine("hello\n"));
  build_.SetVerdict(attempt, v1::RenewLeasesResponse::VERDICT_CANCEL);
  EXPECT_EQ(WaitForEnd(attempt).outcome(), FinishJobRequest::OUTCOME_CANCELLED);
  EXPECT_THAT(Log(), EndsWith("hello\n"));
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerServicesTest, P18P20AServicesImageMayNeedCredentials) {
  const docker::RegistryAuth auth = {"ann", kCanary};
  auto registry = RegistryProcess::Start({.user = auth});
  ASSERT_TRUE(registry.ok()) << registry.status();
  const std::string image = ServiceImage(kWeb, {}, registry->get(), &auth);
  v1::JobSpec spec = Spec(absl::StrCat("#!/bin/sh\n", kAskWeb));
  (*Add(spec, "web", image).mutable_environment())["GREETING"] = "hello";
  StartRunner();
  const FinishJobRequest refused = Run(spec);
  EXPECT_EQ(refused.outcome(), FinishJobRequest::OUTCOME_FAILED);
  EXPECT_THAT(refused.reason(), HasSubstr("The service \"web\""));
  EXPECT_THAT(refused.reason(), HasSubstr("in its settings, under Registries."));

  v1::IssueCheckoutResponse checkout = Checkout();
  auto& credential = *checkout.add_registry_credentials();
  credential.set_registry((*registry)->address());
  credential.set_username(auth.username);
  credential.set_password(auth.password);
  build_.set_checkout(checkout);
  EXPECT_EQ(Run(spec).exit_code(), 0);
  EXPECT_EQ(LogAfterPulls(spec, 2), "hello\n");
}

// What an administrator has decided about the network of jobs holds for those with services.
TEST_F(RunnerServicesTest, P18JobsWithoutANetworkHaveTheirServicesAlone) {
  StartRunner("job_network: none\n");
  const std::string attempt =
      build_.Enqueue(WebSpec(absl::StrCat(kAskWeb, "while [ ! -e go ]; do sleep 0.02; done\n")));
  ASSERT_TRUE(WaitForLine("hello\n")) << Log();
  const json networks = Inspect(ServiceContainer("web"))["NetworkSettings"]["Networks"];
  ASSERT_EQ(networks.size(), 1u) << networks;
  const auto network = docker().http().Call(
      {.method = "GET",
       .path = "/networks/" + networks.begin()->at("NetworkID").get<std::string>()});
  ASSERT_TRUE(network.ok()) << network.status();
  EXPECT_EQ(json::parse(network->body)["Internal"], true);
  Give("go");
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 0);
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerServicesTest, P18JobsOfANetworkOfTheAdministratorsStayInIt) {
  const std::string network = "kozmic-test-" + name_;
  ASSERT_TRUE(docker().CreateNetwork({.name = network, .labels = {}}).ok());
  StartRunner(absl::StrCat("job_network: ", network, "\n"));
  const std::string attempt = build_.Enqueue(
      WebSpec(absl::StrCat(kAskWeb, "echo ready\nwhile [ ! -e go ]; do sleep 0.02; done\n")));
  ASSERT_TRUE(WaitForLine("ready\n")) << Log();
  for (const std::string& container :
       {ServiceContainer("web"), absl::StrCat("kozmic-", name_, "-1-1-1-1.1")}) {
    const json networks = Inspect(container)["NetworkSettings"]["Networks"];
    EXPECT_EQ(networks.size(), 2u) << networks;
    EXPECT_TRUE(networks.contains(network)) << networks;
  }
  Give("go");
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 0);
  EXPECT_TRUE(NothingIsLeft());
  EXPECT_TRUE(docker().RemoveNetwork(network).ok());
}

TEST_F(RunnerServicesTest, P18JobsOfTheHostsNetworkHaveNone) {
  StartRunner("job_network: host\n");
  const FinishJobRequest end = Run(WebSpec(kAskWeb));
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_FAILED);
  EXPECT_THAT(end.reason(), HasSubstr("(its job_network), where services cannot be reached"));
}

}  // namespace
}  // namespace kozmic::runner
