#include "services/build/permission_checker.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/rpc/client.h"
#include "services/build/fake_project_service.h"

namespace kozmic::build {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class PermissionCheckerTest : public ::testing::Test {
 protected:
  static Caller User(const std::string& name) {
    return {.kind = Caller::Kind::kUser, .name = name, .bearer = "the bearer of " + name};
  }

  FakeProjectService projects_;
  FakeClock clock_{absl::UnixEpoch()};
  // Remembers three grants.
  PermissionChecker permissions_{MakeChannel(projects_.address()), clock_, 3};
};

TEST_F(PermissionCheckerTest, AGrantIsRememberedPerUserAndProject) {
  projects_.SetViewable({"projects/1", "projects/2"});
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(permissions_.MayView(User("users/7"), 1).ok());
    EXPECT_TRUE(permissions_.MayView(User("users/7"), 2).ok());
    EXPECT_TRUE(permissions_.MayView(User("users/8"), 1).ok());
  }
  EXPECT_THAT(projects_.Checked(), ElementsAre("projects/1", "projects/2", "projects/1"));
}

// N13
TEST_F(PermissionCheckerTest, ARevokedRightServesNoLongerThanItsAnswerMayBeKept) {
  projects_.SetViewable({"projects/1"});
  ASSERT_TRUE(permissions_.MayView(User("users/7"), 1).ok());
  projects_.SetViewable({});
  clock_.Advance(absl::Seconds(29));
  EXPECT_TRUE(permissions_.MayView(User("users/7"), 1).ok()) << "used in between";
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(permissions_.MayView(User("users/7"), 1).code(), absl::StatusCode::kNotFound);
}

TEST_F(PermissionCheckerTest, ARefusalIsNeverRemembered) {
  EXPECT_EQ(permissions_.MayView(User("users/7"), 1).code(), absl::StatusCode::kNotFound);
  projects_.SetViewable({"projects/1"});
  EXPECT_TRUE(permissions_.MayView(User("users/7"), 1).ok());
}

TEST_F(PermissionCheckerTest, WhatWasUsedLongestAgoMakesRoom) {
  projects_.SetViewable({"projects/1", "projects/2", "projects/3", "projects/4"});
  for (const int project : {1, 2, 3, 1, 4}) {
    ASSERT_TRUE(permissions_.MayView(User("users/7"), project).ok());
  }
  ASSERT_THAT(projects_.Checked(), SizeIs(4));
  for (const int project : {3, 1, 4}) {
    EXPECT_TRUE(permissions_.MayView(User("users/7"), project).ok());
  }
  EXPECT_THAT(projects_.Checked(), SizeIs(4)) << "the others stay";
  EXPECT_TRUE(permissions_.MayView(User("users/7"), 2).ok());
  EXPECT_THAT(projects_.Checked(), SizeIs(5));
}

TEST_F(PermissionCheckerTest, ServicesMayAndTheAnonymousMayNotWithoutAsking) {
  Caller service = User("gateway");
  service.kind = Caller::Kind::kService;
  EXPECT_TRUE(permissions_.MayView(service, 1).ok());
  EXPECT_EQ(permissions_.MayView({}, 1).code(), absl::StatusCode::kUnauthenticated);
  EXPECT_THAT(projects_.Checked(), SizeIs(0));
}

}  // namespace
}  // namespace kozmic::build
