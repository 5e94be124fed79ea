// Rows of the fault matrix that touch logs: whoever dies, and whenever, what viewers read is what
// scripts wrote.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/crypto/digest.h"
#include "tests/faults/log_follower.h"
#include "tests/faults/raw_follower.h"
#include "tests/faults/row.h"

namespace kozmic::faults {
namespace {

constexpr int kFaults = 4;

class Logs : public Row {
 protected:
  bool WasWritten(const std::string& text) const {
    const auto played = world_.played();
    return std::any_of(played.begin(), played.end(),
                       [&](const auto& one) { return one.second.sha256 == Sha256Hex(text); });
  }
};
INSTANTIATE_TEST_SUITE_P(Faults, Logs, ::testing::ValuesIn(Seeds()));

// I11 to I14, N1, N2
TEST_P(Logs, WhoeverDiesViewersReadWhatTheScriptWrote) {
  const World::SlowBuild slow = world_.PushSlow();
  const std::string log = world_.AwaitLog(slow.commit);
  const LogFollower browser(installation_, world_.octo(), slow.project, log);
  const RawFollower program(installation_, world_.octo(), log);
  std::unique_ptr<LogFollower> late;
  for (int faults = 0; faults < kFaults; ++faults) {
    Let(Some(0, 1));
    installation_.KillAndRestart(
        OneOf<std::string>({"logstream", "logstream", "gateway", "postgres", "redis"}),
        Some(0, 0.7));
    // One comes in the middle.
    if (faults == 1) {
      late = std::make_unique<LogFollower>(installation_, world_.octo(), slow.project, log);
    }
  }
  EXPECT_TRUE(browser.AwaitEnd(absl::Seconds(60)));
  EXPECT_TRUE(program.AwaitEnd(absl::Seconds(60)));
  EXPECT_TRUE(late->AwaitEnd(absl::Seconds(60)));
  EXPECT_EQ(browser.faults(), 0) << "gaps or repetitions";
  EXPECT_EQ(late->faults(), 0) << "gaps or repetitions";
  const std::string text = browser.text();
  EXPECT_TRUE(WasWritten(text)) << text.size() << " bytes";
  EXPECT_EQ(late->text(), text);
  EXPECT_EQ(program.text(), text);
  ExpectAllBuiltWithin({slow.commit}, absl::Seconds(60));

  // What is kept, and the digest that is shown beside it.
  const std::vector<std::string> ids = absl::StrSplit(log, '/');
  const std::string build = absl::StrCat("/projects/", ids.at(0), "/builds/", ids.at(1));
  // Whoever died last is found again within a moment.
  absl::StatusOr<std::string> stored;
  EXPECT_TRUE(Within(absl::Seconds(5), [&] {
    stored = world_.octo().GetText(absl::StrCat(build, "/jobs/", ids.at(2), "/log"));
    return !absl::IsUnavailable(stored.status());
  }));
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(*stored, text);
  const auto shown = world_.octo().Get(build);
  ASSERT_TRUE(shown.ok()) << shown.status();
  EXPECT_EQ((*shown)["jobs"][0]["log"]["sha256"], Sha256Hex(text));
  EXPECT_EQ((*shown)["jobs"][0]["log"]["size"], text.size());
}

}  // namespace
}  // namespace kozmic::faults
