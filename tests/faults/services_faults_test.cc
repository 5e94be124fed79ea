// Rows of the fault matrix: gateway, auth, project, build.
#include <set>

#include "absl/strings/str_cat.h"
#include "httplib.h"
#include "lib/base/json.h"
#include "lib/crypto/digest.h"
#include "tests/faults/log_follower.h"
#include "tests/faults/row.h"

namespace kozmic::faults {
namespace {

constexpr int kPushes = 50;
constexpr int kDeliveries = 5000;
constexpr int kConnections = 64;

class Gateway : public Row {};
INSTANTIATE_TEST_SUITE_P(Faults, Gateway, ::testing::ValuesIn(Seeds()));

// I1, I13
TEST_P(Gateway, KilledLosesNothingAcknowledgedAndNoByteOfALog) {
  const World::SlowBuild slow = world_.PushSlow();
  const LogFollower follower(installation_, world_.octo(), slow.project,
                             world_.AwaitLog(slow.commit));
  std::vector<WebhookSender::Sent> sent;
  std::thread sender(
      [&] { sent = WebhookSender::Send({world_.quiet()}, journal_, kDeliveries, kConnections); });
  for (int kills = 0; kills < 3; ++kills) {
    Let(Some(0.2, 1));
    installation_.at("gateway").Kill();
    installation_.StartAgain("gateway");
  }
  sender.join();
  ExpectKept(sent);
  EXPECT_TRUE(follower.AwaitEnd(absl::Seconds(30)));
  EXPECT_EQ(follower.faults(), 0) << "gaps or repetitions";
  EXPECT_LE(follower.longest_absence(), absl::Seconds(10));
  ExpectAllBuiltWithin({slow.commit}, absl::Seconds(30));
  const auto played = world_.played();
  EXPECT_TRUE(std::any_of(played.begin(), played.end(), [&](const auto& one) {
    return one.second.sha256 == Sha256Hex(follower.text());
  }));
}

// I2, I3
TEST_P(Gateway, PausedForHalfAMinuteMissesNoPush) {
  Load before(world_, 10);
  Let(Some(0, 1));
  installation_.at("gateway").Pause();
  std::vector<std::string> commits = before.Commits();
  for (int i = 0; i < 5; ++i) commits.push_back(world_.Push());
  Let(absl::Seconds(30));
  installation_.at("gateway").Resume();
  ExpectAllBuiltWithin(commits, absl::Minutes(6));
}

class Auth : public Row {};
INSTANTIATE_TEST_SUITE_P(Faults, Auth, ::testing::ValuesIn(Seeds()));

TEST_P(Auth, DownTakesWebhooksAndKeepsSessionsGoing) {
  ASSERT_TRUE(world_.octo().Get("/projects").ok());
  Load load(world_, kPushes);
  Let(Some(0, 1));
  installation_.at("auth").Kill();
  EXPECT_TRUE(Within(absl::Seconds(3), [&] { return world_.octo().Get("/projects").ok(); }))
      << "a session that was used a moment ago";
  httplib::Client client(installation_.gateway_url());
  client.set_read_timeout(10);
  const httplib::Result login = client.Get("/_auth/");
  ASSERT_TRUE(login);
  EXPECT_EQ(login->status, 303);
  EXPECT_EQ(login->get_header_value("Location"), "/login/?error=unavailable");
  const std::vector<std::string> commits = load.Commits();
  Let(Some(0, 2));
  installation_.StartAgain("auth");
  ExpectAllBuiltWithin(commits, absl::Seconds(60));
  for (const nlohmann::json& entry : world_.JournalAfter(journal_)) {
    if (JsonText(entry, "type") != "delivery_done") continue;
    EXPECT_EQ(JsonInteger(entry, "outcome.status_code"), 200) << DumpJson(entry);
  }
}

class Project : public Row {};
INSTANTIATE_TEST_SUITE_P(Faults, Project, ::testing::ValuesIn(Seeds()));

// I1
TEST_P(Project, DownCatchesUpWithinHalfAMinute) {
  Load load(world_, kPushes);
  Let(Some(0, 2));
  installation_.at("project-1").Kill();
  installation_.at("project-2").Kill();
  Let(Some(0, 1));
  EXPECT_TRUE(absl::IsUnavailable(world_.octo().Get("/projects").status()));
  const std::vector<std::string> commits = load.Commits();
  installation_.StartAgain("project-1");
  installation_.StartAgain("project-2");
  EXPECT_TRUE(Within(absl::Seconds(30), [&] {
    return installation_.Number("project", "SELECT count(*) FROM deliveries WHERE state = 1") == 0;
  })) << "what was acknowledged";
  // The others GitHub could not deliver, and is asked for.
  ExpectAllBuiltWithin(commits, absl::Seconds(90));
}

class Build : public Row {};
INSTANTIATE_TEST_SUITE_P(Faults, Build, ::testing::ValuesIn(Seeds()));

// I4 to I9
TEST_P(Build, KilledInTheMiddleOfWhateverItDoes) {
  Load load(world_, kPushes);
  for (int kills = 0; kills < 5; ++kills) {
    Let(Some(0.1, 1));
    const std::string victim = OneOf<std::string>({"build-1", "build-2"});
    installation_.at(victim).Kill();
    Let(Some(0, 0.5));
    installation_.StartAgain(victim);
  }
  ExpectAllBuiltWithin(load.Commits(), absl::Seconds(75));
}

// I5, I6
TEST_P(Build, PausedHasAReplicaTakeOver) {
  Load load(world_, kPushes);
  Let(Some(0, 3));
  const std::string victim = OneOf<std::string>({"build-1", "build-2"});
  const absl::Time paused = absl::Now();
  installation_.at(victim).Pause();
  const std::vector<std::string> commits = load.Commits();
  ExpectAllBuiltWithin(commits, absl::Seconds(75));
  Let(paused + absl::Seconds(90) - absl::Now());
  installation_.at(victim).Resume();
  // What it held in its hands comes too late now, and changes nothing.
  const std::string after = world_.Push();
  ExpectAllBuiltWithin({after}, absl::Seconds(30));
  ExpectAllBuiltWithin(commits, absl::ZeroDuration());
}

class Replicas : public Row {};
INSTANTIATE_TEST_SUITE_P(Faults, Replicas, ::testing::ValuesIn(Seeds()));

// I1 to I10, I20
TEST_P(Replicas, KilledAndPausedAtRandomKeepAllInvariants) {
  Load load(world_, 2 * kPushes);
  for (int faults = 0; faults < 6; ++faults) {
    const std::string victim = OneOf<std::string>({"project-1", "project-2", "build-1", "build-2"});
    Let(Some(0, 0.7));
    if (OneOf<int>({0, 1}) == 0) {
      installation_.at(victim).Kill();
      Let(Some(0, 0.5));
      installation_.StartAgain(victim);
    } else {
      installation_.at(victim).Pause();
      Let(Some(0.1, 3));
      installation_.at(victim).Resume();
    }
  }
  ExpectAllBuiltWithin(load.Commits(), absl::Seconds(75));
}

}  // namespace
}  // namespace kozmic::faults
