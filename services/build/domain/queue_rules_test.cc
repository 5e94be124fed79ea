#include "services/build/domain/queue_rules.h"

#include <deque>
#include <map>
#include <random>
#include <set>

#include "gtest/gtest.h"

namespace kozmic::build {
namespace {

TEST(QueueRulesTest, ALimitIsOfTheProjectOrOfTheHook) {
  Admission admission(3, {{"a", 1}});
  EXPECT_EQ(admission.Admit("a", 1), v1::GATE_HOOK_LIMIT);
  EXPECT_EQ(admission.Admit("b", 1), v1::GATE_OPEN);
  EXPECT_EQ(admission.Admit("b", 1), v1::GATE_HOOK_LIMIT);
  EXPECT_EQ(admission.Admit("b", 0), v1::GATE_OPEN);
  EXPECT_EQ(admission.Admit("c", 5), v1::GATE_PROJECT_LIMIT);
  EXPECT_EQ(admission.running(), 3);
  Admission unlimited(0, {});
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(unlimited.Admit("a", 0), v1::GATE_OPEN);
}

// However projects enqueue: none that waits is passed over more than once by any other.
TEST(QueueRulesTest, ProjectsTakeTurns) {
  for (uint32_t seed = 1; seed <= 5000; ++seed) {
    std::mt19937 random(seed);
    const int projects = 2 + static_cast<int>(random() % 5);
    std::map<int, int64_t> last_rank;
    // (rank, order of arrival) → project
    std::map<std::pair<int64_t, int>, int> queue;
    std::map<int, std::deque<int>> arrivals;
    // Grants to each project since another's waiting job came to be its next.
    std::map<int, std::map<int, int>> passed;
    int64_t clock = 0;
    int arrival = 0;
    for (int step = 0; step < 200; ++step) {
      if (random() % 3 != 0) {
        const int project = static_cast<int>(random() % projects);
        for (int burst = random() % 10 == 0 ? 20 : 1; burst > 0; --burst) {
          last_rank[project] = NextRank(last_rank[project], clock);
          queue[{last_rank[project], arrival}] = project;
          arrivals[project].push_back(arrival++);
        }
        continue;
      }
      if (queue.empty()) continue;
      const auto [place, project] = *queue.begin();
      queue.erase(queue.begin());
      clock = std::max(clock, place.first);
      ASSERT_EQ(arrivals[project].front(), place.second) << "seed " << seed << ": not in order";
      arrivals[project].pop_front();
      for (auto& [other, waiting] : arrivals) {
        if (other == project || waiting.empty()) continue;
        ASSERT_LE(++passed[other][project], 2) << "seed " << seed;
      }
      passed.erase(project);
    }
  }
}

}  // namespace
}  // namespace kozmic::build
