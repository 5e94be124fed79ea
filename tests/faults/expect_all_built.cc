#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/json.h"
#include "lib/postgres/array.h"
#include "services/build/simulation/database_checker.h"
#include "tests/faults/world.h"

namespace kozmic::faults {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int kSuccess = 3;
// After the last build has ended its status may still be on its way.
constexpr absl::Duration kStatusTime = absl::Seconds(60);
// Its end is in the database a moment before the runner has its answer.
constexpr absl::Duration kAnswerTime = absl::Seconds(10);

struct BuildRow {
  std::string attempt;
  int state = 0;
  int64_t attempts = 0;
  int64_t log_size = 0;
  std::string log_sha256;
};

// By commit; each build's only job.
std::multimap<std::string, BuildRow> BuildsOf(World& world,
                                              const std::vector<std::string>& commits) {
  std::multimap<std::string, BuildRow> builds;
  const absl::Status status =
      world.installation().Database("build").Autocommit([&](pqxx::nontransaction& tx) {
        builds.clear();
        for (const auto& row : tx.exec_params(
                 "SELECT b.commit, b.project_id, b.number, j.number, j.attempt, b.state, "
                 "  coalesce(a.log_size, -1), coalesce(a.log_sha256, '') "
                 "FROM builds b JOIN jobs j USING (build_id) "
                 "LEFT JOIN attempts a ON a.job_id = j.job_id AND a.attempt = j.attempt "
                 "WHERE b.commit = ANY($1::text[])",
                 ToArray(commits))) {
          builds.insert(
              {row[0].c_str(),
               {.attempt = absl::StrCat("projects/", row[1].c_str(), "/builds/", row[2].c_str(),
                                        "/jobs/", row[3].c_str(), "/attempts/", row[4].c_str()),
                .state = row[5].as<int>(),
                .attempts = row[4].as<int64_t>(),
                .log_size = row[6].as<int64_t>(),
                .log_sha256 = row[7].c_str()}});
        }
        return absl::OkStatus();
      });
  EXPECT_TRUE(status.ok()) << status;
  return builds;
}

// By commit, oldest first.
std::map<std::string, std::vector<std::string>> StatusesOf(World& world, int64_t journal) {
  std::map<std::string, std::vector<std::string>> statuses;
  for (const nlohmann::json& entry : world.JournalAfter(journal)) {
    const std::string type = JsonText(entry, "type").value_or("");
    EXPECT_NE(type, "early_request") << DumpJson(entry);
    if (type != "status_created") continue;
    statuses[JsonText(entry, "status.sha").value_or("")].push_back(
        JsonText(entry, "status.state").value_or(""));
  }
  return statuses;
}

}  // namespace

void ExpectAllBuilt(World& world, const std::vector<std::string>& commits, int64_t journal,
                    absl::Duration time) {
  const std::set<std::string> wanted(commits.begin(), commits.end());
  ASSERT_EQ(wanted.size(), commits.size());
  Within(time, [&] {
    const auto builds = BuildsOf(world, commits);
    size_t ended = 0;
    for (const auto& [commit, build] : builds) ended += build.state >= kSuccess ? 1 : 0;
    return ended >= commits.size();
  });
  const auto builds = BuildsOf(world, commits);
  auto played = world.played();
  Within(kAnswerTime, [&] {
    played = world.played();
    return std::all_of(builds.begin(), builds.end(), [&](const auto& build) {
      const auto wrote = played.find(build.second.attempt);
      return wrote == played.end() || wrote->second.acknowledged;
    });
  });
  for (const std::string& commit : commits) {
    ASSERT_EQ(builds.count(commit), 1U) << commit;
    const BuildRow& build = builds.find(commit)->second;
    EXPECT_EQ(build.state, kSuccess) << build.attempt << " after " << time;
    EXPECT_EQ(build.attempts, 1) << build.attempt << ": nothing is run twice";
    const auto wrote = played.find(build.attempt);
    ASSERT_NE(wrote, played.end()) << build.attempt;
    EXPECT_TRUE(wrote->second.acknowledged) << build.attempt;
    EXPECT_EQ(build.log_size, wrote->second.size) << build.attempt;
    EXPECT_EQ(build.log_sha256, wrote->second.sha256) << build.attempt;
  }
  // Its end comes last, and once.
  Within(kStatusTime, [&] {
    auto statuses = StatusesOf(world, journal);
    for (const std::string& commit : commits) {
      if (statuses[commit].empty() || statuses[commit].back() == "pending") return false;
    }
    return true;
  });
  auto statuses = StatusesOf(world, journal);
  for (const std::string& commit : commits) {
    std::vector<std::string>& told = statuses[commit];
    ASSERT_FALSE(told.empty()) << commit;
    EXPECT_EQ(told.back(), "success") << commit << ": nothing after the verdict";
    std::erase(told, "pending");
    EXPECT_THAT(told, ElementsAre("success")) << commit << ": one verdict";
  }
  const auto broken = build::simulation::CheckDatabase(world.installation().Database("build"));
  ASSERT_TRUE(broken.ok()) << broken.status();
  EXPECT_THAT(*broken, IsEmpty());
}

}  // namespace kozmic::faults
