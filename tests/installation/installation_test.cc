#include "tests/installation/installation.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "lib/base/json.h"
#include "tests/installation/person.h"
#include "tests/installation/played_runner.h"
#include "tests/installation/webhook_sender.h"

namespace kozmic {
namespace {

TEST(InstallationTest, BuildsWhatIsPushedAndWhatIsSentStraightToTheGateway) {
  Installation installation({.replicas = 2});
  installation.Start();
  absl::StatusOr<Person> octo = Person::SignIn(installation, "octo");
  ASSERT_TRUE(octo.ok()) << octo.status();
  const auto project =
      octo->Change("POST", "/projects", {{"repository", GithubSimulator::kRepository}});
  ASSERT_TRUE(project.ok()) << project.status();
  const std::string id = DumpJson((*project)["id"]);
  const auto hook = octo->Change("POST", absl::StrCat("/projects/", id, "/hooks"),
                                 {{"title", "Play"},
                                  {"image", "debian:12"},
                                  {"script", PlayedRunner::Script(1000, absl::ZeroDuration())}});
  ASSERT_TRUE(hook.ok()) << hook.status();
  const PlayedRunner runner({.name = "played",
                             .slots = 4,
                             .build_address = installation.build_address(),
                             .logstream_address = installation.logstream_address(),
                             .token = Installation::RunnerToken()});
  const auto succeeded = [&] {
    return installation.Number("build", "SELECT count(*) FROM builds WHERE state = 3");
  };
  const auto await = [&](int64_t count) {
    const absl::Time deadline = absl::Now() + absl::Seconds(60);
    while (succeeded() < count && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(20));
    EXPECT_EQ(succeeded(), count);
  };
  ASSERT_TRUE(installation.github()
                  .Control("POST",
                           absl::StrCat("/repositories/", GithubSimulator::kRepository, "/commits"),
                           {{"login", "octo"}, {"message", "Play"}})
                  .ok());
  await(1);
  const auto direct = WebhookSender::Find(installation, GithubSimulator::kRepository);
  ASSERT_TRUE(direct.ok()) << direct.status();
  for (const auto& sent : WebhookSender::Send({*direct}, 1, 20, 4)) {
    EXPECT_EQ(sent.status, 200) << sent.guid;
  }
  await(21);
  EXPECT_EQ(runner.played().size(), 21U);
  for (const std::string name :
       {"gateway", "auth", "project-1", "project-2", "build-1", "build-2", "logstream"}) {
    EXPECT_EQ(installation.at(name).Terminate(), 0) << name;
  }
}

}  // namespace
}  // namespace kozmic
