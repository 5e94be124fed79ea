#include "gateway/translate.h"

#include <gtest/gtest.h>

#include "gateway/translate_account.h"
#include "gateway/translate_build.h"
#include "gateway/translate_delivery.h"
#include "gateway/translate_project.h"
#include "gateway/translate_settings.h"
#include "nlohmann/json.hpp"

namespace kozmic::gateway {
namespace {

using nlohmann::json;

template <typename... Messages>
json Translated(const Messages&... messages) {
  return json::parse(ToJson(messages...).text);
}

TEST(TranslateTest, ABuildThatHasOnlyBegunHasNulls) {
  build::v1::Build build;
  build.set_name("projects/7/builds/3");
  build.set_number(3);
  build.set_state(build::v1::STATE_ENQUEUED);
  build.set_ref("refs/heads/feature/x");
  build.set_commit("abc");
  build.mutable_create_time()->set_seconds(1700000000);
  build.mutable_create_time()->set_nanos(5000000);
  build.set_revision(12);
  build::v1::Job* job = build.add_jobs();
  job->set_number(1);
  job->set_title("tests");
  job->set_state(build::v1::STATE_ENQUEUED);

  EXPECT_EQ(Translated(build), json::parse(R"({
    "project_id": 7, "number": 3, "status": "enqueued", "ref": "refs/heads/feature/x",
    "branch": "feature/x", "commit": "abc", "commit_url": "", "message": "", "author": null,
    "created_at": "2023-11-14T22:13:20.005Z", "started_at": null, "finished_at": null,
    "revision": 12, "trigger": "push", "pull_request": null, "fork": null, "approval": null,
    "variables": {}, "creator": "", "generation": 0, "trace_id": null, 
    "jobs": [{"number": 1, "title": "tests", "image": "", "status": "enqueued", "reason": "",
              "exit_code": null, "attempt": 0, "queued_at": null, "started_at": null,
              "finished_at": null, "runner": null, "phases": [], "log": null, "hook_id": null,
              "gate": null, "cancelling": false, "labels": []}]})"));
}

// P4, P8.
TEST(TranslateTest, WhatAskedForABuildIsTold) {
  const std::vector<std::pair<build::v1::Trigger, const char*>> triggers = {
      {build::v1::TRIGGER_PUSH, "push"},
      {build::v1::TRIGGER_TAG, "tag"},
      {build::v1::TRIGGER_PULL_REQUEST, "pull_request"},
      {build::v1::TRIGGER_MANUAL, "manual"}};
  build::v1::Build build;
  for (const auto& [trigger, word] : triggers) {
    build.set_trigger(trigger);
    EXPECT_EQ(Translated(build)["trigger"], word);
  }
  build.set_pull_request(17);
  build.set_fork("mallory/repo");
  build.mutable_approval()->set_needed(true);
  (*build.mutable_variables())["B"] = "2";
  (*build.mutable_variables())["A"] = "1";
  build.set_creator("ada");
  build.set_generation(2);
  EXPECT_EQ(Translated(build)["pull_request"], 17);
  EXPECT_EQ(Translated(build)["fork"], "mallory/repo");
  EXPECT_EQ(Translated(build)["approval"],
            json::parse(R"({"approver": null, "approved_at": null})"));
  EXPECT_EQ(Translated(build)["variables"], json::parse(R"({"A": "1", "B": "2"})"));
  EXPECT_EQ(Translated(build)["creator"], "ada");
  EXPECT_EQ(Translated(build)["generation"], 2);
}

// P21, P41.
TEST(TranslateTest, WhatAJobWaitsForHasItsWord) {
  const std::vector<std::pair<build::v1::Gate, json>> gates = {
      {build::v1::GATE_UNSPECIFIED, nullptr},
      {build::v1::GATE_OPEN, "open"},
      {build::v1::GATE_PROJECT_LIMIT, "project_limit"},
      {build::v1::GATE_HOOK_LIMIT, "hook_limit"},
      {build::v1::GATE_APPROVAL, "approval"}};
  build::v1::Build build;
  build::v1::Job* job = build.add_jobs();
  job->set_hook("projects/7/hooks/4");
  job->set_cancelling(true);
  job->add_labels("gpu");
  for (const auto& [gate, word] : gates) {
    job->set_gate(gate);
    EXPECT_EQ(Translated(build)["jobs"][0]["gate"], word);
  }
  const json seen = Translated(build)["jobs"][0];
  EXPECT_EQ(seen["hook_id"], 4);
  EXPECT_EQ(seen["cancelling"], true);
  EXPECT_EQ(seen["labels"], json({"gpu"}));
}

TEST(TranslateTest, ANotificationHookTellsWhatCameOfTheLastMessage) {
  build::v1::NotificationHook hook;
  hook.set_name("projects/7/notificationHooks/2");
  hook.set_url("https://chat.example/");
  hook.mutable_last_time()->set_seconds(1700000000);
  hook.set_last_result("HTTP 500");
  hook.set_waiting(3);
  EXPECT_EQ(Translated(hook), json::parse(R"({"id": 2, "url": "https://chat.example/",
      "created_at": null, "last_at": "2023-11-14T22:13:20.000Z", "last_result": "HTTP 500",
      "waiting": 3})"));
}

TEST(TranslateTest, ADeliverysBodyNeedNotBeUtf8) {
  project::v1::Delivery delivery;
  delivery.set_name("projects/7/deliveries/5");
  delivery.set_body("a\xff");
  EXPECT_FALSE(Translated(delivery).contains("body"));
  EXPECT_EQ(Translated(delivery)["hook_id"], nullptr) << "its hook is gone";
  EXPECT_EQ(json::parse(WithBodyToJson(delivery).text)["body"], "a\xef\xbf\xbd");
}

TEST(TranslateTest, AFinishedJobHasItsExitCodeAndLog) {
  build::v1::Build build;
  build.set_name("projects/7/builds/3");
  build.mutable_author()->set_display_name("Ada");
  build::v1::Job* job = build.add_jobs();
  job->set_state(build::v1::STATE_SUCCESS);
  job->set_exit_code(0);
  job->set_attempt(2);
  job->set_runner("r1");
  build::v1::Phase* phase = job->add_phases();
  phase->set_name("script");
  phase->set_log_offset(7);
  job->mutable_log()->set_name("logs/7-3-1-2");
  job->mutable_log()->set_sealed(true);
  job->mutable_log()->set_size(10);
  job->mutable_log()->set_sha256("ff");

  const json translated = Translated(build);
  EXPECT_EQ(translated["author"]["name"], "Ada");
  const json& seen = translated["jobs"][0];
  EXPECT_EQ(seen["exit_code"], 0);
  EXPECT_EQ(seen["phases"][0],
            json::parse(R"({"name": "script", "started_at": null, "log_offset": 7})"));
  EXPECT_EQ(seen["log"],
            json::parse(R"({"id": "7/3/1/2", "size": 10, "sealed": true, "sha256": "ff",
                            "expired": false})"));
}

TEST(TranslateTest, StatesAndRolesHaveTheirWords) {
  const std::vector<std::pair<build::v1::State, const char*>> states = {
      {build::v1::STATE_ENQUEUED, "enqueued"}, {build::v1::STATE_PENDING, "pending"},
      {build::v1::STATE_SUCCESS, "success"},   {build::v1::STATE_FAILURE, "failure"},
      {build::v1::STATE_ERROR, "error"},       {build::v1::STATE_CANCELLED, "cancelled"}};
  for (const auto& [state, word] : states) {
    build::v1::Build build;
    build.set_state(state);
    EXPECT_EQ(Translated(build)["status"], word);
  }
  project::v1::Project project;
  project.set_name("projects/9");
  project.set_repository("octo/repo");
  project.set_role(project::v1::ROLE_MANAGER);
  EXPECT_EQ(Translated(project, nullptr), json::parse(R"({"id": 9, "repository": "octo/repo",
      "private": false, "url": "", "role": "manager", "default_branch": "", "synced_at": null,
      "sync_error": "", "latest_build": null})"));
}

TEST(TranslateTest, AHooksEventsHaveTheirWords) {
  project::v1::Hook hook;
  hook.set_name("projects/1/hooks/4");
  hook.set_script("#!/bin/sh\n");
  hook.set_disabled(true);
  for (const auto event : {project::v1::Hook::EVENT_PUSH, project::v1::Hook::EVENT_PULL_REQUEST,
                           project::v1::Hook::EVENT_TAG}) {
    hook.add_events(event);
  }
  const json translated = Translated(hook);
  EXPECT_EQ(translated["id"], 4);
  EXPECT_EQ(translated["script"], "#!/bin/sh\n");
  EXPECT_EQ(translated["enabled"], false);
  EXPECT_EQ(translated["events"], json({"push", "pull_request", "tag"}));
  EXPECT_EQ(ParseHookEvent("tag"), project::v1::Hook::EVENT_TAG);
  for (const char* word : {"", "deploy", "Push"}) {
    EXPECT_EQ(ParseHookEvent(word), project::v1::Hook::EVENT_UNSPECIFIED) << word;
  }
}

TEST(TranslateTest, ASyncThatRunsTellsHowFarItIs) {
  project::v1::RepositorySync sync;
  sync.set_state(project::v1::RepositorySync::STATE_RUNNING);
  sync.set_pages_done(3);
  sync.set_pages_total(50);
  sync.set_repositories(300);
  sync.set_error("of the one before");
  EXPECT_EQ(Translated(sync),
            json::parse(R"({"state": "running", "pages_done": 3, "pages_total": 50,
      "repositories": 300, "started_at": null, "synced_at": null, "error": null})"));
}

TEST(TranslateTest, NamesThatAreNone) {
  EXPECT_EQ(LogId("other/1-2"), "");
  EXPECT_EQ(LastNumber("projects/x"), 0);
}

}  // namespace
}  // namespace kozmic::gateway
