#include "services/build/job_environment.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kozmic::build {
namespace {

using ::testing::Contains;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;

GrantedLease Lease() {
  GrantedLease lease;
  lease.key = {.project = 7, .build = 12, .job = 1, .attempt = 1};
  lease.repository = "octo/hello";
  lease.ref = "refs/heads/topic/a";
  lease.commit = "c0ffee";
  lease.title = "Tests";
  lease.trigger = v1::TRIGGER_PUSH;
  return lease;
}

TEST(JobEnvironmentTest, P19TellsWhatIsBuiltByOurNamesAndOthers) {
  const auto all = JobEnvironment(Lease(), "https://ci.example.com");
  for (const auto& [name, value] : std::map<std::string, std::string>{
           {"KOZMIC_BRANCH", "topic/a"},
           {"CI_COMMIT_BRANCH", "topic/a"},
           {"KOZMIC_REF", "refs/heads/topic/a"},
           {"CI_COMMIT_SHA", "c0ffee"},
           {"KOZMIC_COMMIT", "c0ffee"},
           {"CI_REPO", "octo/hello"},
           {"CI_REPO_OWNER", "octo"},
           {"CI_REPO_NAME", "hello"},
           {"CI_PROJECT_DIR", "/kozmic/src"},
           {"KOZMIC_PROJECT", "7"},
           {"KOZMIC_BUILD_NUMBER", "12"},
           {"CI_PIPELINE_NUMBER", "12"},
           {"CI_PIPELINE_URL", "https://ci.example.com/projects/7/builds/12/"},
           {"KOZMIC_BUILD_URL", "https://ci.example.com/projects/7/builds/12/"},
           {"CI_PIPELINE_EVENT", "push"},
           {"CI_JOB_NAME", "Tests"}}) {
    EXPECT_THAT(all, Contains(Pair(name, value)));
  }
  for (const char* none : {"KOZMIC_TAG", "CI_COMMIT_TAG", "KOZMIC_PULL_REQUEST", "KOZMIC_FORK"}) {
    EXPECT_THAT(all, Not(Contains(Key(none))));
  }
}

TEST(JobEnvironmentTest, P19TellsTagsAndPullRequests) {
  GrantedLease tag = Lease();
  tag.ref = "refs/tags/v1";
  tag.trigger = v1::TRIGGER_TAG;
  EXPECT_THAT(JobEnvironment(tag, ""), Contains(Pair("CI_COMMIT_TAG", "v1")));
  EXPECT_THAT(JobEnvironment(tag, ""), Not(Contains(Key("CI_COMMIT_BRANCH"))));
  GrantedLease pull = Lease();
  pull.ref = "refs/pull/3/head";
  pull.pull_request = 3;
  pull.fork = "mona/hello";
  pull.trigger = v1::TRIGGER_PULL_REQUEST;
  const auto all = JobEnvironment(pull, "");
  EXPECT_THAT(all, Contains(Pair("CI_COMMIT_PULL_REQUEST", "3")));
  EXPECT_THAT(all, Contains(Pair("KOZMIC_FORK", "mona/hello")));
  EXPECT_THAT(all, Contains(Pair("KOZMIC_EVENT", "pull_request")));
  EXPECT_THAT(all, Not(Contains(Key("CI_COMMIT_BRANCH"))));
}

TEST(JobEnvironmentTest, P8GivenVariablesAreThereButNotInPlaceOfOurs) {
  GrantedLease lease = Lease();
  lease.variables = {{"AUDIENCE", "all"}, {"CI_COMMIT_SHA", "bad"}};
  const auto all = JobEnvironment(lease, "");
  EXPECT_THAT(all, Contains(Pair("AUDIENCE", "all")));
  EXPECT_THAT(all, Contains(Pair("CI_COMMIT_SHA", "c0ffee")));
}

}  // namespace
}  // namespace kozmic::build
