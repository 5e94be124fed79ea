#include "services/project/hooks/hook_fields.h"

#include <functional>

#include "gtest/gtest.h"
#include "lib/status/annotate.h"

namespace kozmic::project {
namespace {

const HookFields kGood = {.title = "Tests", .image = "debian:12", .script = "#!/bin/sh\nmake\n"};

HookFields With(const std::function<void(HookFields&)>& change) {
  HookFields fields = kGood;
  change(fields);
  return fields;
}

std::string FaultyField(const HookFields& fields) {
  const absl::Status status = ValidateHook(fields).status();
  EXPECT_TRUE(status.ok() || absl::IsInvalidArgument(status)) << status;
  return Detail(status, "field");
}

HookFields WithTitle(const std::string& title) {
  HookFields fields = kGood;
  fields.title = title;
  return fields;
}

HookFields WithImage(const std::string& image) {
  HookFields fields = kGood;
  fields.image = image;
  return fields;
}

HookFields WithScript(const std::string& script) {
  HookFields fields = kGood;
  fields.script = script;
  return fields;
}

TEST(ValidateHookTest, KeepsWhatIsGood) {
  const auto fields = ValidateHook(kGood);
  ASSERT_TRUE(fields.ok()) << fields.status();
  EXPECT_EQ(fields->title, "Tests");
  EXPECT_EQ(fields->image, "debian:12");
  EXPECT_EQ(fields->script, "#!/bin/sh\nmake\n");
}

TEST(ValidateHookTest, NormalisesBlanksAndLineEnds) {
  const auto fields = ValidateHook(
      {.title = " Tests ", .image = " debian:12\n", .script = "#!/bin/sh\r\n\r\nmake\r\n"});
  ASSERT_TRUE(fields.ok()) << fields.status();
  EXPECT_EQ(fields->title, "Tests");
  EXPECT_EQ(fields->image, "debian:12");
  EXPECT_EQ(fields->script, "#!/bin/sh\n\nmake\n");
}

TEST(ValidateHookTest, BadInput69AScriptNeedsNoInterpreterLine) {
  EXPECT_EQ(FaultyField(WithScript("make test")), "");
}

TEST(ValidateHookTest, NamesTheFaultyField) {
  EXPECT_EQ(FaultyField(WithTitle("  ")), "title");
  EXPECT_EQ(FaultyField(WithTitle("a\nb")), "title");
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "ü";
  EXPECT_EQ(FaultyField(WithTitle(umlauts)), "");
  EXPECT_EQ(FaultyField(WithTitle(umlauts + "x")), "title");

  for (const std::string image : {"", "x; id", "--privileged", "a:b:c", "UPPER", "a b"}) {
    EXPECT_EQ(FaultyField(WithImage(image)), "image") << image;
  }
  EXPECT_EQ(FaultyField(WithImage(std::string(300, 'a'))), "image");

  EXPECT_EQ(FaultyField(WithScript("")), "script");
  EXPECT_EQ(FaultyField(WithScript("\xEF\xBB\xBF#!/bin/sh")), "script");
  EXPECT_EQ(FaultyField(WithScript(std::string("a\0b", 3))), "script");
  EXPECT_EQ(FaultyField(WithScript(std::string(1 << 20, 'x'))), "");
  EXPECT_EQ(FaultyField(WithScript(std::string((1 << 20) + 1, 'x'))), "script");
}

// P18
TEST(ValidateHookTest, ServicesAreCheckedAndCleaned) {
  const auto fields = ValidateHook(With([](HookFields& f) {
    f.services = {{" db ", " postgres:16\n", {{"POSTGRES_PASSWORD", "x"}}}};
  }));
  ASSERT_TRUE(fields.ok()) << fields.status();
  ASSERT_EQ(fields->services.size(), 1u);
  EXPECT_EQ(fields->services[0], (HookService{"db", "postgres:16", {{"POSTGRES_PASSWORD", "x"}}}));
  EXPECT_EQ(FaultyField(With([](HookFields& f) {
              f.services = {{"DB", "postgres", {}}};
            })),
            "services");
}

TEST(ValidateHookTest, AnInstallScriptIsOptionalAndKeptLikeTheScript) {
  // K19, K20
  EXPECT_EQ(ValidateHook(With([](HookFields& f) { f.install_script = " \n\t"; }))->install_script,
            "");
  EXPECT_EQ(ValidateHook(With([](HookFields& f) { f.install_script = "a\r\nb"; }))->install_script,
            "a\nb");
  EXPECT_EQ(FaultyField(With([](HookFields& f) { f.install_script = "\xEF\xBB\xBFx"; })),
            "install_script");
  EXPECT_EQ(FaultyField(With([](HookFields& f) { f.install_script = std::string(2 << 20, 'x'); })),
            "install_script");
  EXPECT_EQ(FaultyField(With([](HookFields& f) { f.tracked_files = {"../x"}; })), "tracked_files");
}

TEST(ValidateHookTest, BranchesAreDistinctPatterns) {
  // P11
  const auto fields = ValidateHook(With([](HookFields& f) {
    f.branches = {" main ", "", "release/*", "main"};
  }));
  EXPECT_EQ(fields->branches, (std::vector<std::string>{"main", "release/*"}));
  EXPECT_EQ(FaultyField(With([](HookFields& f) { f.branches = {"a\nb"}; })), "branches");
  EXPECT_EQ(FaultyField(With([](HookFields& f) { f.branches = {std::string(251, 'x')}; })),
            "branches");
  EXPECT_EQ(FaultyField(With([](HookFields& f) {
              for (int i = 0; i < 51; ++i) f.branches.push_back("b" + std::to_string(i));
            })),
            "branches");
}

TEST(ValidateHookTest, AHookIsForSomething) {
  EXPECT_EQ(FaultyField(With([](HookFields& f) { f.events = 0; })), "events");
  EXPECT_EQ(FaultyField(With([](HookFields& f) { f.events = kOnPush | 64; })), "events");
  EXPECT_EQ(FaultyField(With([](HookFields& f) { f.events = kOnTag; })), "");
}

TEST(ValidateHookTest, P21LabelsAreDistinctWords) {
  const auto fields = ValidateHook(With([](HookFields& f) {
    f.labels = {" gpu ", "", "arm64", "gpu", "a.b_c-1"};
  }));
  EXPECT_EQ(fields->labels, (std::vector<std::string>{"gpu", "arm64", "a.b_c-1"}));
  for (const std::string label : {"GPU", "a b", "a/b", "ü", "a\nb"}) {
    EXPECT_EQ(FaultyField(With([&](HookFields& f) { f.labels = {label}; })), "labels") << label;
  }
  EXPECT_EQ(FaultyField(With([](HookFields& f) { f.labels = {std::string(63, 'x')}; })), "");
  EXPECT_EQ(FaultyField(With([](HookFields& f) { f.labels = {std::string(64, 'x')}; })), "labels");
  EXPECT_EQ(FaultyField(With([](HookFields& f) {
              for (int i = 0; i < 11; ++i) f.labels.push_back("l" + std::to_string(i));
            })),
            "labels");
}

TEST(ValidateHookTest, P16K46TimeoutsAndTheLimitHaveBounds) {
  const auto defaults = ValidateHook(With([](HookFields& f) {
    f.timeout_seconds = 0;
    f.stall_timeout_seconds = 0;
  }));
  EXPECT_EQ(defaults->timeout_seconds, 3600);
  EXPECT_EQ(defaults->stall_timeout_seconds, 900);
  EXPECT_EQ(defaults->max_parallel, 0);
  const auto timeout = [](int seconds) {
    return FaultyField(With([&](HookFields& f) { f.timeout_seconds = seconds; }));
  };
  const auto stall = [](int seconds) {
    return FaultyField(With([&](HookFields& f) { f.stall_timeout_seconds = seconds; }));
  };
  const auto parallel = [](int jobs) {
    return FaultyField(With([&](HookFields& f) { f.max_parallel = jobs; }));
  };
  for (const int good : {60, 604800}) EXPECT_EQ(timeout(good), "");
  for (const int bad : {-1, 59, 604801}) EXPECT_EQ(timeout(bad), "timeout_seconds");
  for (const int good : {10, 86400}) EXPECT_EQ(stall(good), "");
  for (const int bad : {-1, 9, 86401}) EXPECT_EQ(stall(bad), "stall_timeout_seconds");
  for (const int good : {0, 1, 1000}) EXPECT_EQ(parallel(good), "");
  for (const int bad : {-1, 1001}) EXPECT_EQ(parallel(bad), "max_parallel");
}

TEST(WantsTest, ChoosesBySwitchEventAndBranch) {
  // P10, P11
  const HookFields all = kGood;
  EXPECT_TRUE(Wants(all, kOnPush, "refs/heads/x"));
  EXPECT_TRUE(Wants(all, kOnPullRequest, "refs/heads/x"));
  EXPECT_FALSE(Wants(all, kOnTag, "refs/tags/v1"));
  EXPECT_FALSE(Wants(With([](HookFields& f) { f.enabled = false; }), kOnPush, "refs/heads/x"));
  const HookFields some = With([](HookFields& f) {
    f.branches = {"main", "release/*"};
    f.events = kOnAnything;
  });
  EXPECT_TRUE(Wants(some, kOnPush, "refs/heads/main"));
  EXPECT_TRUE(Wants(some, kOnPush, "refs/heads/release/1"));
  EXPECT_FALSE(Wants(some, kOnPush, "refs/heads/feature"));
  EXPECT_TRUE(Wants(some, kOnTag, "refs/tags/anything"));
}

}  // namespace
}  // namespace kozmic::project
