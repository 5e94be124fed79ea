#include "services/runner/containers/isolation.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kozmic::runner {
namespace {

using ::testing::HasSubstr;

std::string Refusal(const ContainerPolicy& policy, const docker::EngineIsolation& isolation) {
  const absl::Status checked = CheckIsolation(policy, isolation);
  EXPECT_TRUE(checked.ok() || absl::IsFailedPrecondition(checked)) << checked;
  return std::string(checked.message());
}

TEST(IsolationTest, IsolatedJobsNeedARuntimeThatTheEngineKnows) {
  ContainerPolicy policy;
  policy.fork_profile = Profile::kIsolated;
  EXPECT_THAT(Refusal(policy, {.runtimes = {"runc"}}), HasSubstr("need a container runtime"));
  policy.runtime = "runsc";
  EXPECT_THAT(Refusal(policy, {.runtimes = {"io.containerd.runc.v2", "runc"}}),
              HasSubstr("no container runtime \"runsc\" (job_runtime), only io.containerd.runc.v2, "
                        "runc;"));
  EXPECT_EQ(Refusal(policy, {.runtimes = {"runc", "runsc"}}), "");
}

TEST(IsolationTest, EngineWithoutRightsIsIsolationEnough) {
  ContainerPolicy policy;
  policy.profile = Profile::kIsolated;
  EXPECT_EQ(Refusal(policy, {.runtimes = {"runc"}, .rootless = true}), "");
}

TEST(IsolationTest, OthersNeedNothing) { EXPECT_EQ(Refusal({}, {.runtimes = {"runc"}}), ""); }

TEST(IsolationTest, EngineThatRemapsUsersIsRefused) {
  EXPECT_THAT(Refusal({}, {.runtimes = {"runc"}, .remaps_users = true}), HasSubstr("userns-remap"));
}

TEST(IsolationTest, ForksNeverGetLess) {
  ContainerPolicy policy;
  policy.profile = Profile::kIsolated;
  policy.fork_profile = Profile::kCompat;
  v1::JobSpec fork;
  fork.set_fork(true);
  EXPECT_EQ(ProfileOf(policy, fork), Profile::kIsolated);
  policy.profile = Profile::kCompat;
  policy.fork_profile = Profile::kHardened;
  EXPECT_EQ(ProfileOf(policy, fork), Profile::kHardened);
  EXPECT_EQ(ProfileOf(policy, {}), Profile::kCompat);
}

TEST(IsolationTest, NamesAreTheConfigurations) {
  EXPECT_EQ(ProfileNamed("compat"), Profile::kCompat);
  EXPECT_EQ(ProfileNamed("hardened"), Profile::kHardened);
  EXPECT_EQ(ProfileNamed("isolated"), Profile::kIsolated);
}

}  // namespace
}  // namespace kozmic::runner
