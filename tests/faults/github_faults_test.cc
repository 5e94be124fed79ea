// Rows of the fault matrix: GitHub.
#include "absl/strings/str_cat.h"
#include "lib/base/json.h"
#include "tests/faults/row.h"

namespace kozmic::faults {
namespace {

constexpr int kPushes = 30;
constexpr char kStatuses[] = "/statuses/";

class Github : public Row {
 protected:
  void SetFaults(const nlohmann::json& faults) {
    const auto set = world_.github().Control("PUT", "/faults", faults);
    EXPECT_TRUE(set.ok()) << set.status();
  }
  // The last build has ended, whatever GitHub says.
  void AwaitEnds() {
    EXPECT_TRUE(Within(absl::Seconds(60), [&] {
      return installation_.Number("build", "SELECT count(*) FROM builds WHERE end_time IS NULL") ==
             0;
    }));
  }
};
INSTANTIATE_TEST_SUITE_P(Faults, Github, ::testing::ValuesIn(Seeds()));

// I10
TEST_P(Github, AnsweringWith500OrNothingIsToldWithinAMinuteAfterItRecovers) {
  SetFaults(
      {{{"method", "POST"}, {"path_regex", kStatuses}, {"times", 5}, {"status", 500}},
       // The status is there, and nobody was told so.
       {{"method", "POST"}, {"path_regex", kStatuses}, {"times", 5}, {"drop_connection", "after"}},
       {{"method", "POST"}, {"path_regex", kStatuses}, {"times", nullptr}, {"status", 502}}});
  Load load(world_, kPushes);
  const std::vector<std::string> commits = load.Commits();
  AwaitEnds();
  Let(Some(0, 3));
  SetFaults(nlohmann::json::array());
  ExpectAllBuiltWithin(commits, absl::Seconds(60));
}

TEST_P(Github, SayingWaitIsObeyed) {
  const int status = OneOf<int>({403, 429});
  const auto limited =
      world_.github().Control("PUT", "/rate_limit",
                              {{"login", "octo"},
                               {"limit", 1000000},
                               {"secondary", {{"status", status}, {"retry_after_s", 6}}}});
  ASSERT_TRUE(limited.ok()) << limited.status();
  Load load(world_, kPushes);
  const std::vector<std::string> commits = load.Commits();
  AwaitEnds();
  const auto well =
      world_.github().Control("PUT", "/rate_limit", {{"login", "octo"}, {"limit", 1000000}});
  ASSERT_TRUE(well.ok()) << well.status();
  // No request comes early: it checks that too.
  ExpectAllBuiltWithin(commits, absl::Seconds(60));
}

TEST_P(Github, RefusingTheOwnersTokenKeepsStatusesUntilTheySignInAgain) {
  const auto revoked = world_.github().Control("DELETE", "/users/octo/grants/kozmic-demo");
  ASSERT_TRUE(revoked.ok()) << revoked.status();
  Load load(world_, kPushes);
  const std::vector<std::string> commits = load.Commits();
  AwaitEnds();
  for (const nlohmann::json& entry : world_.JournalAfter(journal_)) {
    EXPECT_NE(JsonText(entry, "type"), "status_created") << DumpJson(entry);
  }
  Let(Some(0, 2));
  world_.SignInAgain();
  ExpectAllBuiltWithin(commits, absl::Seconds(60));
}

TEST_P(Github, AnsweringAfterNineSecondsHoldsNoTransaction) {
  SetFaults({{{"method", "POST"}, {"path_regex", kStatuses}, {"times", 12}, {"delay_ms", 9000}}});
  Load load(world_, kPushes);
  const std::vector<std::string> commits = load.Commits();
  int64_t idle = 0;
  const absl::Time end = absl::Now() + absl::Seconds(10);
  while (absl::Now() < end) {
    idle += installation_.Number("build",
                                 "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in "
                                 "transaction%' AND state_change < now() - interval '1 second'");
    Let(absl::Milliseconds(100));
  }
  EXPECT_EQ(idle, 0);
  EXPECT_TRUE(world_.octo().Get("/projects").ok()) << "pages do not wait for GitHub";
  ExpectAllBuiltWithin(commits, absl::Seconds(90));
}

}  // namespace
}  // namespace kozmic::faults
