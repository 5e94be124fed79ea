// That tests can steer the simulator: its routes themselves are tested beside it.

#include "lib/testing/github_simulator.h"

#include "gtest/gtest.h"
#include "lib/base/json.h"

namespace kozmic {
namespace {

TEST(GithubSimulatorTest, TheDemoHasAnOrganisationWithAPrivateRepository) {
  GithubSimulator simulator;
  const auto repository = simulator.Api(GithubSimulator::kToken, "GET", "/repos/acme/rocket");
  ASSERT_TRUE(repository.ok()) << repository.status();
  EXPECT_EQ(JsonBool(*repository, "private"), true);
  EXPECT_EQ(JsonText(*repository, "role_name"), "admin");
  EXPECT_EQ(JsonText(*repository, "ssh_url"), simulator.ssh_url() + "/acme/rocket.git");
}

TEST(GithubSimulatorTest, ControlActsForAPersonAndTheJournalTells) {
  GithubSimulator simulator({.seed = "team"});
  const auto before = simulator.Journal(0);
  ASSERT_TRUE(before.ok()) << before.status();
  const auto gone = simulator.Control("DELETE", "/as/ada/orgs/acme/members/bob");
  ASSERT_TRUE(gone.ok()) << gone.status();
  EXPECT_TRUE(gone->is_null());

  const auto after = simulator.Journal(*JsonInteger(*before, "last"), 1000);
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ(JsonText(after->at("entries").at(0), "type"), "membership_ended");
  const auto refused =
      simulator.Api(GithubSimulator::TeamToken("bob"), "GET", "/repos/acme/rocket");
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(refused.status().message().find("404"), std::string::npos) << refused.status();
}

TEST(GithubSimulatorTest, ABodyIsSentAndAnswered) {
  GithubSimulator simulator({.seed = "team"});
  const auto changed = simulator.Api(GithubSimulator::TeamToken("grace"), "PATCH",
                                     "/repos/acme/rocket", {{"description", "Lands"}});
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(JsonText(*changed, "description"), "Lands");
}

}  // namespace
}  // namespace kozmic
