#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/testing/gateway_fixture.h"
#include "lib/status/annotate.h"

namespace kozmic::gateway {
namespace {

using http::StatusOf;
using nlohmann::json;

using JobRoutesTest = GatewayTest;

constexpr char kBuild[] = "/api/v1/projects/1/builds/1";

// K38, P27: what was tried before the last restart stays readable.
TEST_F(JobRoutesTest, AttemptsAreListedNewestFirst) {
  builds_.Put(1, build::v1::STATE_PENDING);
  builds_.Edit(1, 1, [](build::v1::Build& build) { build.mutable_jobs(0)->set_title("tests"); });
  const std::string path = absl::StrCat(kBuild, "/jobs/1/attempts");
  const std::string answer = Get(path);
  EXPECT_EQ(StatusOf(answer), 200);
  ASSERT_EQ(Json(answer)["attempts"].size(), 2U);
  EXPECT_EQ(Json(answer)["attempts"][0], json::parse(R"({"number": 2, "status": "failure",
      "reason": "", "exit_code": 2, "queued_at": null, "started_at": null, "finished_at": null,
      "runner": null, "phases": [], "log": {"id": "1/1/1/2", "size": 0, "sealed": false, "sha256": null,
      "expired": false},
      "title": "tests", "image": ""})"));
  EXPECT_EQ(Json(answer)["attempts"][1]["number"], 1);
  EXPECT_EQ(builds_.Calls("ListAttempts"),
            (std::vector<std::string>{R"(session-7 parent: "projects/1/builds/1/jobs/1")"}));
  EXPECT_EQ(StatusOf(Get(absl::StrCat(kBuild, "/jobs/2/attempts"))), 404);
  builds_.AddJob(1, 2, 0);
  EXPECT_EQ(Json(Get(absl::StrCat(kBuild, "/jobs/2/attempts"))),
            json::parse(R"({"attempts": []})"));
}

// N10
TEST_F(JobRoutesTest, WhatAJobRunsIsToldAsRunnersAreTold) {
  builds_.Put(1, build::v1::STATE_SUCCESS);
  builds_.Edit(1, 1, [](build::v1::Build& build) {
    build.set_commit("c0ffee");
    build.mutable_jobs(0)->set_title("tests");
  });
  const std::string path = absl::StrCat(kBuild, "/jobs/1/spec");
  const std::string answer = Get(path);
  EXPECT_EQ(StatusOf(answer), 200);
  EXPECT_EQ(Json(answer), json::parse(R"({"commit": "c0ffee", "title": "tests",
      "script": "#!/bin/sh\necho \"ü\"\n", "tracked_files": ["a/b"],
      "environment": {"KOZMIC_BRANCH": "main"}})"));
  EXPECT_EQ(builds_.Calls("GetJobSpec"),
            (std::vector<std::string>{R"(session-7 job: "projects/1/builds/1/jobs/1")"}));
  EXPECT_EQ(StatusOf(Get(absl::StrCat(kBuild, "/jobs/2/spec"))), 404);
}

// P41.
TEST_F(JobRoutesTest, WhatAnEnqueuedJobWaitsForIsTold) {
  builds_.Put(1, build::v1::STATE_ENQUEUED);
  builds_.AddJob(1, 2, 1);
  builds_.Edit(1, 1, [](build::v1::Build& build) {
    build.mutable_jobs(0)->set_gate(build::v1::GATE_OPEN);
    build.mutable_jobs(0)->add_labels("gpu");
  });
  const std::string answer = Get(absl::StrCat(kBuild, "/waits"));
  EXPECT_EQ(StatusOf(answer), 200);
  EXPECT_EQ(Json(answer), json::parse(R"({"waits": [{"job": 1, "gate": "open", "ahead": 3,
      "fitting_runners": 0, "slots": 0, "busy_slots": 0, "missing_labels": ["gpu"], "limit": 0,
      "sentence": "Three jobs are before it."}]})"));
  builds_.Put(2, build::v1::STATE_SUCCESS);
  EXPECT_EQ(Json(Get("/api/v1/projects/1/builds/2/waits")), json::parse(R"({"waits": []})"));
  EXPECT_EQ(StatusOf(Get("/api/v1/projects/1/builds/3/waits")), 404);
}

// Bad inputs 34 to 36.
TEST_F(JobRoutesTest, WhatIsNotThereOrNotForYouIsRefused) {
  builds_.Put(1, build::v1::STATE_ENQUEUED);
  const std::vector<std::string> paths = {"/jobs/1/attempts", "/waits"};
  for (const char* id : {"-1", "0", "01", "9223372036854775808", "1e3", "%00", "x"}) {
    for (const std::string& path : paths) {
      EXPECT_EQ(StatusOf(Get(absl::StrCat("/api/v1/projects/1/builds/", id, path))), 404) << id;
      EXPECT_EQ(StatusOf(Get(absl::StrCat("/api/v1/projects/", id, "/builds/1", path))), 404) << id;
    }
    EXPECT_EQ(StatusOf(Get(absl::StrCat(kBuild, "/jobs/", id, "/attempts"))), 404) << id;
  }
  for (const std::string& path : paths) {
    EXPECT_EQ(StatusOf(Get(kBuild + path, "")), 401) << path;
    EXPECT_EQ(StatusOf(Change("POST", kBuild + path)), 405) << path;
  }
  builds_.Fail(absl::NotFoundError("no such build"));
  for (const std::string& path : paths) EXPECT_EQ(StatusOf(Get(kBuild + path)), 404) << path;
}

}  // namespace
}  // namespace kozmic::gateway
