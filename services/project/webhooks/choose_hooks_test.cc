// Which hooks an event builds, and in which build.

#include <map>
#include <random>
#include <set>

#include "gtest/gtest.h"
#include "services/project/webhooks/dispatcher.h"

namespace kozmic::project {
namespace {

constexpr char kMain[] = "refs/heads/main";

HookRecord Hook(int64_t id, unsigned events, const std::vector<std::string>& branches = {},
                bool enabled = true) {
  HookRecord hook{.hook_id = id};
  hook.fields.events = events;
  hook.fields.branches = branches;
  hook.fields.enabled = enabled;
  return hook;
}

// Hooks of each build, by its suffix.
std::map<std::string, std::set<int64_t>> Choose(const std::vector<HookRecord>& hooks,
                                                Trigger trigger, const std::string& ref = kMain) {
  std::map<std::string, std::set<int64_t>> builds;
  for (const ChosenHooks& chosen : ChooseHooks(hooks, trigger, ref)) {
    for (const HookRecord& hook : chosen.hooks) builds[chosen.suffix].insert(hook.hook_id);
  }
  return builds;
}

using Builds = std::map<std::string, std::set<int64_t>>;

TEST(ChooseHooksTest, TakesThoseThatWantIt) {
  const std::vector<HookRecord> hooks = {Hook(1, kOnPush), Hook(2, kOnTag),
                                         Hook(3, kOnPush, {"release/*"}),
                                         Hook(4, kOnPush, {}, /*enabled=*/false)};
  EXPECT_EQ(Choose(hooks, kOnPush), (Builds{{"", {1}}}));
  EXPECT_EQ(Choose(hooks, kOnPush, "refs/heads/release/1"), (Builds{{"", {1, 3}}}));
  EXPECT_EQ(Choose(hooks, kOnTag, "refs/tags/v1"), (Builds{{"", {2}}}));
  EXPECT_EQ(Choose(hooks, kOnPullRequest), Builds());
}

TEST(ChooseHooksTest, APullRequestJoinsThePushesBuildAndAddsItsOwnHooks) {
  const std::vector<HookRecord> hooks = {Hook(1, kOnPush | kOnPullRequest), Hook(2, kOnPush),
                                         Hook(3, kOnPullRequest)};
  EXPECT_EQ(Choose(hooks, kOnPush), (Builds{{"", {1, 2}}}));
  EXPECT_EQ(Choose(hooks, kOnPullRequest), (Builds{{"", {1, 2}}, {"/pull_request", {3}}}));
  EXPECT_EQ(Choose({Hook(2, kOnPush), Hook(3, kOnPullRequest)}, kOnPullRequest),
            (Builds{{"/pull_request", {3}}}));
}

TEST(ChooseHooksTest, P7ABuildIsForTheSameWhicheverEventAsksForIt) {
  const std::vector<HookRecord> hooks = {Hook(1, kOnPush | kOnPullRequest),
                                         Hook(2, kOnPullRequest)};
  const auto push = ChooseHooks(hooks, kOnPush, kMain);
  ASSERT_EQ(push.size(), 1u);
  EXPECT_EQ(push[0].trigger, kOnPush);
  const auto pull_request = ChooseHooks(hooks, kOnPullRequest, kMain);
  ASSERT_EQ(pull_request.size(), 2u);
  EXPECT_EQ(pull_request[0].trigger, kOnPush);
  EXPECT_EQ(pull_request[1].trigger, kOnPullRequest);
}

TEST(ChooseHooksTest, P4OfAForkNothingButItsPullRequestIsBuilt) {
  const std::vector<HookRecord> hooks = {Hook(1, kOnPush | kOnPullRequest), Hook(2, kOnPush),
                                         Hook(3, kOnPullRequest)};
  const auto builds = ChooseHooks(hooks, kOnPullRequest, kMain, /*is_fork=*/true);
  ASSERT_EQ(builds.size(), 1u);
  EXPECT_EQ(builds[0].trigger, kOnPullRequest);
  EXPECT_EQ(builds[0].suffix, "");
  ASSERT_EQ(builds[0].hooks.size(), 2u);
  EXPECT_EQ(builds[0].hooks[0].hook_id, 1);
  EXPECT_EQ(builds[0].hooks[1].hook_id, 3);
}

TEST(ChooseHooksTest, InAnyOrderEachHookThatWantsACommitIsBuiltOnce) {
  for (unsigned seed = 1; seed <= 5000; ++seed) {
    std::mt19937 random(seed);
    std::vector<HookRecord> hooks;
    for (int64_t id = 1; id <= static_cast<int64_t>(random() % 5); ++id) {
      hooks.push_back(
          Hook(id, 1 + random() % 7,
               random() % 2 == 0 ? std::vector<std::string>() : std::vector<std::string>{"ma*"},
               random() % 4 != 0));
    }
    const std::string ref = random() % 2 == 0 ? kMain : "refs/heads/other";
    // What either event asks for must be the same where both ask for the same build.
    Builds all = Choose(hooks, kOnPush, ref);
    for (const auto& [suffix, ids] : Choose(hooks, kOnPullRequest, ref)) {
      ASSERT_TRUE(all.count(suffix) == 0 || all[suffix] == ids) << "seed " << seed;
      all[suffix] = ids;
    }
    std::map<int64_t, int> times;
    for (const auto& [suffix, ids] : all) {
      for (const int64_t id : ids) ++times[id];
    }
    for (const HookRecord& hook : hooks) {
      const bool wants =
          Wants(hook.fields, kOnPush, ref) || Wants(hook.fields, kOnPullRequest, ref);
      ASSERT_EQ(times[hook.hook_id], wants ? 1 : 0) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace kozmic::project
