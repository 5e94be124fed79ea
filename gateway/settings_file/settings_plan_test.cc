#include "gateway/settings_file/settings_plan.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kozmic::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Action = SettingsPlan::Action;

project::v1::Hook SomeHook(const std::string& title, const std::string& name = "") {
  project::v1::Hook hook;
  hook.set_name(name);
  hook.set_title(title);
  hook.set_image("debian:12");
  hook.set_script("make\n");
  hook.add_events(project::v1::Hook::EVENT_PUSH);
  return hook;
}

ProjectConfiguration Now() {
  ProjectConfiguration now;
  now.hooks = std::vector<project::v1::Hook>{SomeHook("Tests", "projects/1/hooks/3"),
                                             SomeHook("Lint", "projects/1/hooks/4")};
  now.builds.emplace().set_mail(true);
  now.secrets = {"A"};
  now.registries = {{"ghcr.io", "robot"}};
  now.notifications = {"https://chat.example.org"};
  return now;
}

TEST(SettingsPlanTest, NothingIsDoneForWhatIsThere) {
  ProjectConfiguration wanted = Now();
  (*wanted.hooks)[0].set_timeout_seconds(3600);
  const auto plan = PlanSettings(Now(), wanted, true);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(plan->hooks, IsEmpty()) << "3600 is what no number means";
  EXPECT_FALSE(plan->builds.has_value());
  EXPECT_THAT(plan->missing, IsEmpty());
}

TEST(SettingsPlanTest, SaysWhatIsToBeDone) {
  ProjectConfiguration wanted = Now();
  (*wanted.hooks)[0].set_script("make test\n");
  (*wanted.hooks)[0].set_disabled(true);
  (*wanted.hooks)[0].clear_name();
  (*wanted.hooks)[1] = SomeHook("Deploy");
  wanted.builds->set_mail(false);
  wanted.builds->set_max_parallel(2);
  const auto plan = *PlanSettings(Now(), wanted, false);
  ASSERT_EQ(plan.hooks.size(), 2u) << "Lint stays";
  EXPECT_EQ(plan.hooks[0].action, Action::kChange);
  EXPECT_EQ(plan.hooks[0].hook.name(), "projects/1/hooks/3");
  EXPECT_EQ(plan.hooks[0].hook.script(), "make test\n");
  EXPECT_THAT(plan.hooks[0].fields, ElementsAre("enabled", "script"));
  EXPECT_EQ(plan.hooks[1].action, Action::kAdd);
  EXPECT_EQ(plan.hooks[1].hook.title(), "Deploy");
  EXPECT_THAT(plan.build_fields, ElementsAre("max_parallel", "mail"));
  EXPECT_EQ(plan.builds->max_parallel(), 2);

  const auto strict = *PlanSettings(Now(), wanted, true);
  ASSERT_EQ(strict.hooks.size(), 3u);
  EXPECT_EQ(strict.hooks[0].action, Action::kRemove) << "what goes makes room";
  EXPECT_EQ(strict.hooks[0].hook.name(), "projects/1/hooks/4");
  EXPECT_EQ(strict.hooks[2].action, Action::kAdd);
}

// A file without hooks once meant that all were to go.
TEST(SettingsPlanTest, AFileThatDoesNotSpeakOfHooksRemovesNone) {
  ProjectConfiguration wanted;
  wanted.builds = Now().builds;
  EXPECT_THAT(PlanSettings(Now(), wanted, true)->hooks, IsEmpty());
  wanted.hooks.emplace();
  EXPECT_EQ(PlanSettings(Now(), wanted, true)->hooks.size(), 2u);
}

TEST(SettingsPlanTest, NamesWhatOnlyPeopleCanGive) {
  ProjectConfiguration wanted = Now();
  wanted.builds.reset();
  wanted.secrets.push_back("B");
  wanted.registries[0].username = "other";
  wanted.notifications.push_back("https://x.example.org");
  const auto plan = *PlanSettings(Now(), wanted, false);
  EXPECT_FALSE(plan.builds.has_value());
  EXPECT_THAT(plan.missing,
              ElementsAre("The secret B has no value here.",
                          "The registry ghcr.io has no password here for other.",
                          "No notification goes to https://x.example.org from here."));
}

TEST(SettingsPlanTest, MoreHooksThanGithubAllowsAreRefusedBeforeAnythingIsDone) {
  ProjectConfiguration wanted;
  wanted.hooks.emplace();
  for (int i = 0; i < 19; ++i) wanted.hooks->push_back(SomeHook(std::string(1, 'a' + i)));
  EXPECT_THAT(PlanSettings(Now(), wanted, false).status().message(), HasSubstr("more than 20"));
  EXPECT_TRUE(PlanSettings(Now(), wanted, true).ok());
}

TEST(SettingsPlanTest, TwoHooksOfOneTitleCannotBeToldApart) {
  ProjectConfiguration now = Now();
  now.hooks->push_back(SomeHook("Tests", "projects/1/hooks/5"));
  const auto plan = PlanSettings(now, Now(), false);
  EXPECT_TRUE(absl::IsFailedPrecondition(plan.status()));
  EXPECT_THAT(plan.status().message(), HasSubstr("two hooks \"Tests\""));
  ProjectConfiguration others;
  others.hooks = std::vector<project::v1::Hook>{SomeHook("Lint")};
  EXPECT_TRUE(PlanSettings(now, others, false).ok());
  ProjectConfiguration twice;
  twice.hooks = std::vector<project::v1::Hook>{SomeHook("Lint"), SomeHook("Lint")};
  EXPECT_THAT(PlanSettings(Now(), twice, false).status().message(), HasSubstr("The file has two"));
}

}  // namespace
}  // namespace kozmic::gateway
