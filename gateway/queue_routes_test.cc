#include <gtest/gtest.h>

#include <string>

#include "gateway/testing/gateway_fixture.h"

namespace kozmic::gateway {
namespace {

using http::StatusOf;
using nlohmann::json;

constexpr char kMove[] = "/api/v1/admin/projects/7/builds/3/jobs/2/move";

class QueueRoutesTest : public GatewayTest {};

TEST_F(QueueRoutesTest, AJobIsPutFirstOrLast) {
  const std::string moved = Change("POST", kMove, R"({"place": "first"})");
  EXPECT_EQ(StatusOf(moved), 200);
  EXPECT_EQ(Json(moved)["job"], 2);
  {
    absl::MutexLock lock(&admin_.mutex);
    EXPECT_EQ(admin_.move_asked.name(), "projects/7/builds/3/jobs/2");
    EXPECT_EQ(admin_.move_asked.place(), build::v1::MoveQueuedJobRequest::PLACE_FIRST);
  }
  Change("POST", kMove, R"({"place": "last"})");
  absl::MutexLock lock(&admin_.mutex);
  EXPECT_EQ(admin_.move_asked.place(), build::v1::MoveQueuedJobRequest::PLACE_LAST);
}

TEST_F(QueueRoutesTest, APlaceThatIsNoneIsRefusedByField) {
  const std::string refused = Change("POST", kMove, R"({"place": "middle"})");
  EXPECT_EQ(StatusOf(refused), 422);
  EXPECT_EQ(Json(refused)["field"], "place");
  EXPECT_EQ(StatusOf(Change("POST", kMove, "{}")), 400);
}

TEST_F(QueueRoutesTest, AProjectIsPausedAndResumed) {
  EXPECT_EQ(Json(Change("POST", "/api/v1/admin/projects/7/pause"))["paused_by"], "ada");
  EXPECT_EQ(Json(Get("/api/v1/admin/paused-projects"))[0]["project_id"], 7);
  EXPECT_EQ(Json(Change("POST", "/api/v1/admin/projects/7/resume"))["paused_by"], nullptr);
  EXPECT_EQ(Json(Get("/api/v1/admin/paused-projects")), json::array());
}

TEST_F(QueueRoutesTest, OthersAreRefused) {
  EXPECT_EQ(StatusOf(Get("/api/v1/admin/paused-projects", CookieOf("session-8"))), 403);
  for (const char* path : {"/api/v1/admin/projects/7/pause", "/api/v1/admin/projects/7/resume"}) {
    EXPECT_EQ(StatusOf(Send("POST", path, "", ChangingAs("session-8"))), 403) << path;
    EXPECT_EQ(StatusOf(Send("POST", path, "", kCookie)), 403) << "without the CSRF token";
    EXPECT_EQ(StatusOf(Send("POST", path, "")), 401) << path;
  }
}

}  // namespace
}  // namespace kozmic::gateway
