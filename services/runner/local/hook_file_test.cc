#include "services/runner/local/hook_file.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kozmic::runner {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const LocalCommit kCommit = {
    .repository = "octo/hello", .ref = "refs/heads/main", .commit = "c0ffee"};

// N10
TEST(HookFileTest, SaysWhatTheHookWouldRun) {
  const auto spec = ReadHookFile(R"(
title: Tests
image: debian:12
install_script: |
  #!/bin/sh
  apt-get install -y make
script: |
  #!/bin/sh
  make test
tracked_files: [Makefile, deps]
timeout_seconds: 60
environment:
  COLOR: "1"
services:
  - name: db
    image: postgres:16
    environment: {POSTGRES_PASSWORD: secret}
  - {name: cache, image: redis}
)",
                                 kCommit);
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->title(), "Tests");
  EXPECT_EQ(spec->image(), "debian:12");
  EXPECT_EQ(spec->script(), "#!/bin/sh\nmake test\n");
  EXPECT_EQ(spec->install_script(), "#!/bin/sh\napt-get install -y make\n");
  EXPECT_THAT(spec->tracked_files(), ElementsAre("Makefile", "deps"));
  ASSERT_EQ(spec->services_size(), 2);
  EXPECT_EQ(spec->services(0).name(), "db");
  EXPECT_EQ(spec->services(0).environment().at("POSTGRES_PASSWORD"), "secret");
  EXPECT_EQ(spec->services(1).image(), "redis");
  EXPECT_EQ(spec->timeout_seconds(), 60);
  EXPECT_EQ(spec->stall_timeout_seconds(), 900);
  EXPECT_EQ(spec->commit(), "c0ffee");
  EXPECT_EQ(spec->environment().at("KOZMIC_BRANCH"), "main");
  EXPECT_EQ(spec->environment().at("CI_COMMIT_SHA"), "c0ffee");
  EXPECT_EQ(spec->environment().at("COLOR"), "1");
  EXPECT_FALSE(spec->environment().contains("KOZMIC_BUILD_URL"));
}

TEST(HookFileTest, MayBeJson) {
  const auto spec = ReadHookFile(R"({"image": "a", "script": "#!/bin/sh\ntrue\n"})", kCommit);
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->script(), "#!/bin/sh\ntrue\n");
}

TEST(HookFileTest, NamesWhatIsWrong) {
  const auto fault = [](const std::string& yaml) {
    const auto spec = ReadHookFile(yaml, kCommit);
    EXPECT_TRUE(absl::IsInvalidArgument(spec.status())) << yaml;
    return std::string(spec.status().message());
  };
  EXPECT_EQ(fault("script: a"), "hook file: image: is missing");
  EXPECT_EQ(fault("image: a"), "hook file: script: is missing");
  EXPECT_EQ(fault("image: a\nscript: b\nscirpt: c"),
            "hook file: scirpt: is no setting of a hook that is known here");
  EXPECT_THAT(fault("image: a\nscript: b\ntimeout_seconds: soon"),
              HasSubstr("timeout_seconds: yaml-cpp: error at line 3"));
  EXPECT_EQ(fault("image: a\nscript: b\ntimeout_seconds: 0"),
            "hook file: timeout_seconds: must be at least 1");
  EXPECT_EQ(fault("image: a\nscript: b\nservices: [{name: A_B, image: c}]"),
            "hook file: services: \"A_B\" is no host name");
  EXPECT_EQ(fault("- a"), "hook file: not a mapping of settings");
  EXPECT_THAT(fault("a: [b"), HasSubstr("line 1"));
}

}  // namespace
}  // namespace kozmic::runner
