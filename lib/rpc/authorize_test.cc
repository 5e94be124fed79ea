#include "lib/rpc/authorize.h"

#include "gtest/gtest.h"

namespace kozmic {
namespace {

TEST(RequireSessionTest, AUserMustHaveComeByASession) {
  Caller caller;
  EXPECT_EQ(RequireSession(caller).code(), absl::StatusCode::kUnauthenticated);
  caller.kind = Caller::Kind::kUser;
  EXPECT_TRUE(RequireSession(caller).ok());
  caller.by_access_token = true;
  EXPECT_TRUE(RequireUser(caller).ok());
  EXPECT_EQ(RequireSession(caller).code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Reason(RequireSession(caller)), "session_needed");
  for (const Caller::Kind other : {Caller::Kind::kService, Caller::Kind::kRunner}) {
    caller = Caller();
    caller.kind = other;
    EXPECT_EQ(RequireSession(caller).code(), absl::StatusCode::kPermissionDenied);
  }
}

}  // namespace
}  // namespace kozmic
