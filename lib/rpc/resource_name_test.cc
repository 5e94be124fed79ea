#include "lib/rpc/resource_name.h"

#include "gtest/gtest.h"

namespace kozmic {
namespace {

TEST(ResourceNameTest, TakesTheNumbersOut) {
  int64_t project = 0, build = 0;
  EXPECT_TRUE(ParseName("projects/{p}/builds/{b}", "projects/7/builds/9223372036854775807",
                        {&project, &build})
                  .ok());
  EXPECT_EQ(project, 7);
  EXPECT_EQ(build, INT64_MAX);
}

TEST(ResourceNameTest, RefusesEverythingElse) {
  int64_t project = 0;
  for (const char* bad :
       {"", "projects", "projects/", "projects/0", "projects/-1", "projects/+1", "projects/01",
        "projects/1e3", "projects/9223372036854775808", "projects/1/", "/projects/1", "project/1",
        "projects/ 1", "projects/1/builds/2", "projects/%00"}) {
    EXPECT_EQ(ParseName("projects/{p}", bad, {&project}).code(), absl::StatusCode::kInvalidArgument)
        << bad;
  }
}

}  // namespace
}  // namespace kozmic
