#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/testing/gateway_fixture.h"

namespace kozmic::gateway {
namespace {

using http::StatusOf;
using nlohmann::json;

constexpr char kRunners[] = "/api/v1/admin/runners";
constexpr char kQueue[] = "/api/v1/admin/queue";

class AdminRoutesTest : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    absl::MutexLock lock(&admin_.mutex);
    admin_.runner.set_name("runners/big-1");
  }
};

// P44
TEST_F(AdminRoutesTest, ARunnerIsShownWithItsJobs) {
  {
    absl::MutexLock lock(&admin_.mutex);
    build::v1::Runner& runner = admin_.runner;
    runner.add_labels("gpu");
    runner.set_slots(4);
    runner.set_version("1.2.3");
    runner.set_online(true);
    runner.mutable_seen_time()->set_seconds(1700000000);
    runner.mutable_session_time()->set_seconds(1600000000);
    runner.set_busy(1);
    build::v1::RunningJob& job = *runner.add_jobs();
    job.set_name("projects/7/builds/3/jobs/2");
    job.set_repository("ada/engine");
    job.set_title("tests");
    job.set_phase("script");
    job.mutable_start_time()->set_seconds(1700000000);
  }
  const std::string answer = Get(absl::StrCat(kRunners, "?limit=2&page_token=a"));
  EXPECT_EQ(StatusOf(answer), 200);
  EXPECT_EQ(Json(answer), json::parse(R"({"runners": [{"name": "big-1", "labels": ["gpu"],
      "slots": 4, "version": "1.2.3", "online": true, "seen_at": "2023-11-14T22:13:20.000Z",
      "started_at": "2020-09-13T12:26:40.000Z", "paused_by": null, "paused_at": null, "busy": 1,
      "jobs": [{"project_id": 7, "build": 3, "job": 2, "repository": "ada/engine",
                "title": "tests", "phase": "script",
                "started_at": "2023-11-14T22:13:20.000Z"}], "registration": null}],
      "next_page_token": "next"})"));
  absl::MutexLock lock(&admin_.mutex);
  EXPECT_EQ(admin_.runners_asked.page_size(), 2);
  EXPECT_EQ(admin_.runners_asked.page_token(), "a");
}

TEST_F(AdminRoutesTest, ARunnerIsPausedResumedAndForgotten) {
  const std::string runner = absl::StrCat(kRunners, "/big-1");
  EXPECT_EQ(Json(Change("POST", runner + "/pause"))["paused_by"], "ada");
  EXPECT_EQ(Json(Change("POST", runner + "/resume"))["paused_by"], nullptr);
  EXPECT_EQ(StatusOf(Change("DELETE", runner)), 204);
  {
    absl::MutexLock lock(&admin_.mutex);
    admin_.runner.set_online(true);
  }
  const std::string refused = Change("DELETE", runner);
  EXPECT_EQ(StatusOf(refused), 409);
  EXPECT_EQ(Json(refused)["code"], "runner_online");
  EXPECT_EQ(StatusOf(Change("POST", absl::StrCat(kRunners, "/other/pause"))), 404);
}

TEST_F(AdminRoutesTest, TheQueueIsShownWithWhyEachWaits) {
  {
    absl::MutexLock lock(&admin_.mutex);
    build::v1::QueuedJob& job = admin_.job;
    job.set_name("projects/7/builds/3/jobs/2");
    job.set_repository("ada/engine");
    job.set_ref("refs/heads/main");
    job.set_title("tests");
    job.mutable_queue_time()->set_seconds(1700000000);
    job.mutable_wait()->set_sentence("It is next.");
    job.mutable_wait()->set_job(2);
    job.mutable_wait()->set_gate(build::v1::GATE_OPEN);
  }
  const json page = Json(Get(absl::StrCat(kQueue, "?limit=100")));
  EXPECT_EQ(page["waiting"], 7);
  EXPECT_EQ(page["running"], 2);
  EXPECT_EQ(page["next_page_token"], nullptr);
  const json& job = page["jobs"][0];
  EXPECT_EQ(job["project_id"], 7);
  EXPECT_EQ(job["build"], 3);
  EXPECT_EQ(job["job"], 2);
  EXPECT_EQ(job["branch"], "main");
  EXPECT_EQ(job["wait"]["sentence"], "It is next.");
  EXPECT_EQ(StatusOf(Get(absl::StrCat(kQueue, "?limit=101"))), 400);
}

TEST_F(AdminRoutesTest, OthersAreRefused) {
  EXPECT_EQ(StatusOf(Get(kRunners, "")), 401);
  const std::string refused = Get(kQueue, CookieOf("session-8"));
  EXPECT_EQ(StatusOf(refused), 403);
  EXPECT_EQ(Json(refused)["code"], "admin_needed");
  EXPECT_EQ(StatusOf(Send("POST", absl::StrCat(kRunners, "/big-1/pause"), "", kCookie)), 403)
      << "without the CSRF token";
}

TEST_F(AdminRoutesTest, ThePageIsToldWhoAdministers) {
  EXPECT_EQ(Json(Get("/api/v1/me"))["admin"], false);
  {
    absl::MutexLock lock(&auth_.mutex);
    auth_.admins = {"users/7"};
  }
  EXPECT_EQ(Json(Get("/api/v1/me"))["admin"], true);
}

}  // namespace
}  // namespace kozmic::gateway
