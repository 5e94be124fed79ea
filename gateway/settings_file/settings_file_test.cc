#include "gateway/settings_file/settings_file.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kozmic::gateway {
namespace {

using ::testing::HasSubstr;

ProjectConfiguration Some() {
  ProjectConfiguration some;
  some.hooks.emplace();
  project::v1::Hook& tests = some.hooks->emplace_back();
  tests.set_name("projects/1/hooks/3");
  tests.set_title("Tests");
  tests.set_image("debian:12");
  tests.set_script("#!/bin/bash\nset -e\nmake test\n");
  tests.add_events(project::v1::Hook::EVENT_PUSH);
  tests.set_timeout_seconds(600);
  project::v1::Hook& all = some.hooks->emplace_back();
  all.set_name("projects/1/hooks/4");
  all.set_title("Deploy: \"live\"");
  all.set_image("127.0.0.1:5000/deploy@sha256:" + std::string(64, 'a'));
  all.set_script("make deploy");
  all.set_install_script("apt-get update\napt-get install make");
  all.add_tracked_files("Makefile");
  all.set_disabled(true);
  all.add_branches("release/*");
  all.add_events(project::v1::Hook::EVENT_PUSH);
  all.add_events(project::v1::Hook::EVENT_TAG);
  all.add_labels("arm64");
  all.set_max_parallel(2);
  build::v1::Service& service = *all.add_services();
  service.set_name("db");
  service.set_image("postgres:16");
  (*service.mutable_environment())["POSTGRES_PASSWORD"] = "true";
  some.builds.emplace().set_max_parallel(4);
  some.builds->set_mail(true);
  some.builds->set_log_failures(10);
  some.secrets = {"TOKEN"};
  some.registries = {{"ghcr.io", "robot"}};
  some.notifications = {"https://chat.example.org"};
  return some;
}

constexpr char kFile[] =
    R"(# What octo/hello is set to in Kozmic CI. The values of secrets, passwords and the paths of
# notifications' addresses are not told.
version: 1
builds:
  fail_fast: false
  cancel_superseded_pull_requests: false
  cancel_superseded_branches: false
  max_parallel: 4
  retry_lost: false
  mail: true
  submodules: false
  log_days: 0
  log_builds: 0
  log_failures: 10
hooks:
  - title: Tests
    image: debian:12
    script: |
      #!/bin/bash
      set -e
      make test
    events:
      - push
    timeout_seconds: 600
    stall_timeout_seconds: 900
  - title: "Deploy: \"live\""
    enabled: false
    image: "127.0.0.1:5000/deploy@sha256:DIGEST"
    script: "make deploy"
    install_script: |-
      apt-get update
      apt-get install make
    tracked_files:
      - Makefile
    events:
      - push
      - tag
    branches:
      - "release/*"
    labels:
      - arm64
    timeout_seconds: 3600
    stall_timeout_seconds: 900
    max_parallel: 2
    services:
      - environment:
          POSTGRES_PASSWORD: "true"
        image: postgres:16
        name: db
secrets:
  - TOKEN
registries:
  - registry: ghcr.io
    username: robot
notifications:
  - https://chat.example.org
)";

TEST(SettingsFileTest, P51IsReadByPeople) {
  EXPECT_EQ(WriteSettingsFile("octo/hello", Some()),
            absl::StrReplaceAll(kFile, {{"DIGEST", std::string(64, 'a')}}));
}

TEST(SettingsFileTest, WhatIsWrittenIsReadAgain) {
  const ProjectConfiguration some = Some();
  const auto read = ReadSettingsFile(WriteSettingsFile("octo/hello", some));
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->hooks->size(), 2u);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ((*read->hooks)[i].name(), "");
    EXPECT_EQ(HookFieldsJson((*read->hooks)[i]), HookFieldsJson((*some.hooks)[i]));
  }
  EXPECT_EQ(read->builds->max_parallel(), 4);
  EXPECT_TRUE(read->builds->mail());
  EXPECT_EQ(read->secrets, some.secrets);
  ASSERT_EQ(read->registries.size(), 1u);
  EXPECT_EQ(read->registries[0].username, "robot");
  EXPECT_EQ(read->notifications, some.notifications);
  EXPECT_EQ(WriteSettingsFile("octo/hello", *read), WriteSettingsFile("octo/hello", some));
}

TEST(SettingsFileTest, AFileNeedNotSayAll) {
  const auto read = ReadSettingsFile("version: 1\nhooks: [{title: T, image: i, script: make}]\n");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_FALSE(read->builds.has_value());
  EXPECT_FALSE(ReadSettingsFile("version: 1\n")->hooks.has_value()) << "it does not say";
  EXPECT_EQ((*read->hooks)[0].events_size(), 2) << "as the REST interface has it";
}

// Bad input 41.
TEST(SettingsFileTest, SaysWhatIsWrongAndWhere) {
  const auto fault = [](const std::string& text) {
    const auto read = ReadSettingsFile(text);
    EXPECT_TRUE(absl::IsInvalidArgument(read.status())) << text;
    return std::string(read.status().message());
  };
  const std::string good = "version: 1\n";
  EXPECT_THAT(fault(""), HasSubstr("must have keys"));
  EXPECT_THAT(fault("- a\n"), HasSubstr("must have keys"));
  EXPECT_THAT(fault("hooks: []\n"), HasSubstr("version: say 1"));
  EXPECT_THAT(fault("version: 2\n"), HasSubstr("version: this release reads version 1"));
  EXPECT_THAT(fault(good + "steps: []\n"), HasSubstr("there is no setting \"steps\""));
  EXPECT_THAT(fault(good + "hooks: x\n"), HasSubstr("hooks: must be a list"));
  EXPECT_THAT(fault(good + "hooks: [x]\n"), HasSubstr("hooks, number 1"));
  EXPECT_THAT(fault(good + "hooks: [{title: T, image: i}]\n"), HasSubstr("the hook \"T\": script"));
  EXPECT_THAT(fault(good + "hooks: [{title: T, image: i, script: s, when: x}]\n"),
              HasSubstr("the hook \"T\": "));
  EXPECT_THAT(fault(good + "hooks: [{title: T, image: i, script: s, events: [fly]}]\n"),
              HasSubstr("events may be"));
  std::string many = good + "hooks:\n";
  for (int i = 0; i < 21; ++i)
    absl::StrAppend(&many, "  - {title: T", i, ", image: i, script: s}\n");
  EXPECT_THAT(fault(many), HasSubstr("hooks: a project has at most 20"));
  EXPECT_THAT(fault(good + "secrets: [\"\xff\"]\n"), HasSubstr("not UTF-8"));
  EXPECT_THAT(fault(good + "builds: {mail: true}\n"), HasSubstr("builds: fail_fast"));
  EXPECT_THAT(fault(good + "builds: []\n"), HasSubstr("builds: must have keys"));
  EXPECT_THAT(fault(good + "secrets: [1]\n"), HasSubstr("secrets: must be a list of texts"));
  EXPECT_THAT(fault(good + "registries: [{registry: r}]\n"), HasSubstr("registries: each has"));
  EXPECT_THAT(fault(good + "registries: [{registry: r, username: u, password: p}]\n"),
              HasSubstr("registries: each has"));
  EXPECT_THAT(fault("version: 1\nhooks: [\n"), HasSubstr("line 3"));
}

}  // namespace
}  // namespace kozmic::gateway
