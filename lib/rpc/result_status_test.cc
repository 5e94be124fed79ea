#include "lib/rpc/result_status.h"

#include <gtest/gtest.h>

#include "kozmic/build/v1/build.pb.h"

namespace kozmic {
namespace {

using Result = build::v1::BatchCreateBuildsResponse::Result;

absl::Status Told(const absl::Status& error) {
  Result result;
  SetResultError(error, result);
  return ResultStatus(result);
}

TEST(ResultStatusTest, AnErrorIsToldAsItIs) {
  const absl::Status told = Told(WithReason(absl::FailedPreconditionError("not yours"), "other"));
  EXPECT_EQ(told.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(told.message(), "not yours");
  EXPECT_EQ(Reason(told), "other");
  EXPECT_EQ(Told(absl::NotFoundError("no")), absl::NotFoundError("no"));
}

TEST(ResultStatusTest, FaultsOfTheServerTellNothing) {
  for (const absl::Status& fault : {absl::InternalError("secret"), absl::UnknownError("secret")}) {
    EXPECT_EQ(Told(fault), absl::InternalError("internal error"));
  }
}

TEST(ResultStatusTest, AResultWithoutAnErrorIsOne) {
  Result result;
  result.set_number(7);
  EXPECT_TRUE(ResultStatus(result).ok());
}

}  // namespace
}  // namespace kozmic
