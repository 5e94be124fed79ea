#include "lib/status/annotate.h"

#include "gtest/gtest.h"

namespace kozmic {
namespace {

TEST(AnnotateTest, KeepsCodeAndReasonAndAddsContext) {
  const absl::Status inner = WithReason(absl::NotFoundError("no row"), "unknown_hook");
  const absl::Status outer = Annotate(inner, "hook 7");
  EXPECT_EQ(outer.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(outer.message(), "hook 7: no row");
  EXPECT_EQ(Reason(outer), "unknown_hook");
}

TEST(AnnotateTest, OkStaysOk) {
  EXPECT_TRUE(Annotate(absl::OkStatus(), "x").ok());
  EXPECT_TRUE(WithReason(absl::OkStatus(), "x").ok());
  EXPECT_EQ(Reason(absl::OkStatus()), "");
}

}  // namespace
}  // namespace kozmic
