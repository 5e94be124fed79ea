#include "gateway/settings_history/merged_changes.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kozmic::gateway {
namespace {

using history::v1::ListSettingsChangesResponse;
using ::testing::ElementsAre;

// A service's whole history, newest first.
ListSettingsChangesResponse History(const std::vector<int>& seconds) {
  ListSettingsChangesResponse list;
  for (size_t i = 0; i < seconds.size(); ++i) {
    auto& change = *list.add_changes();
    change.set_name(absl::StrCat("projects/1/settingsChanges/", 10 * (seconds.size() - i)));
    change.mutable_time()->set_seconds(seconds[i]);
  }
  return list;
}

// What the service answers.
ListSettingsChangesResponse Page(const ListSettingsChangesResponse& all, int64_t before,
                                 size_t limit) {
  ListSettingsChangesResponse page;
  for (const auto& one : all.changes()) {
    const int64_t number = std::stoll(one.name().substr(one.name().rfind('/') + 1));
    if (before != 0 && number >= before) continue;
    if (static_cast<size_t>(page.changes_size()) < limit) *page.add_changes() = one;
  }
  return page;
}

std::vector<std::string> Told(const ChangePage& page) {
  std::vector<std::string> told;
  for (const auto& one : page.entries) {
    told.push_back(
        absl::StrCat(one.keeper == Keeper::kProject ? "p" : "b", one.change->time().seconds()));
  }
  return told;
}

TEST(MergedChangesTest, TellsTheNewestOfBothFirst) {
  const auto project = History({9, 5, 3});
  const auto build = History({7, 5, 1});
  const ChangePage page = MergeChanges(project, build, 5, {});
  EXPECT_THAT(Told(page), ElementsAre("p9", "b7", "p5", "b5", "p3"));
  ASSERT_TRUE(page.next.has_value());
  EXPECT_EQ(*page.next, (ChangeCursor{.project = 1, .build = 20}));
  EXPECT_FALSE(MergeChanges(project, build, 7, {}).next.has_value());
}

TEST(MergedChangesTest, PagesTellEachChangeOnceInOrder) {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    std::mt19937 dice(seed);
    const auto history = [&dice] {
      std::vector<int> seconds(dice() % 12);
      for (int& one : seconds) one = static_cast<int>(dice() % 10);
      std::sort(seconds.rbegin(), seconds.rend());
      return History(seconds);
    };
    const auto project = history();
    const auto build = history();
    const size_t limit = 1 + dice() % 5;
    std::vector<std::string> told;
    ChangeCursor from;
    for (int pages = 0;; ++pages) {
      ASSERT_LT(pages, 50) << "seed " << seed;
      const auto p = Page(project, from.project, limit);
      const auto b = Page(build, from.build, limit);
      const ChangePage page = MergeChanges(p, b, limit, from);
      ASSERT_LE(page.entries.size(), limit);
      for (const std::string& one : Told(page)) told.push_back(one);
      if (!page.next) break;
      from = *page.next;
    }
    EXPECT_EQ(told, Told(MergeChanges(project, build, 1000, {}))) << "seed " << seed;
    EXPECT_EQ(told.size(), static_cast<size_t>(project.changes_size() + build.changes_size()));
  }
}

// What is changed while somebody reads belongs on a page that they have read.
TEST(MergedChangesTest, WhatIsAddedMeanwhileIsNotToldOnALaterPage) {
  const ChangePage page = MergeChanges(History({5, 4}), History({}), 2, {});
  ASSERT_TRUE(page.next.has_value());
  EXPECT_EQ(Page(History({9}), page.next->build, 2).changes_size(), 0);

  const ChangePage crowded = MergeChanges(History({5, 4}), History({3}), 2, {});
  ASSERT_TRUE(crowded.next.has_value());
  const auto rest = Page(History({9, 3}), crowded.next->build, 2);
  ASSERT_EQ(rest.changes_size(), 1);
  EXPECT_EQ(rest.changes(0).time().seconds(), 3);
}

TEST(MergedChangesTest, CursorsAndIdsAreReadAsTheyAreWritten) {
  EXPECT_EQ(ParseChangeCursor(""), ChangeCursor());
  EXPECT_EQ(ParseChangeCursor(ChangeCursorText({.project = 12, .build = 0})),
            (ChangeCursor{.project = 12, .build = 0}));
  for (const char* bad :
       {"12", "12.", ".4", "-1.2", "1.2.3", "a.b", "1.02", "99999999999999999999.1"}) {
    EXPECT_FALSE(ParseChangeCursor(bad).has_value()) << bad;
  }
  EXPECT_EQ(ChangeIdText({.keeper = Keeper::kBuild, .number = 4}), "b4");
  EXPECT_EQ(ParseChangeId("p12")->number, 12);
  EXPECT_EQ(ParseChangeId("b4")->keeper, Keeper::kBuild);
  for (const char* bad : {"", "p", "4", "x4", "p0", "p-1", "p04", "pp4"}) {
    EXPECT_FALSE(ParseChangeId(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace kozmic::gateway
