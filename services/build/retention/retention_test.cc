// P42: which logs are kept, on a real database.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/build/retention/log_expirer.h"
#include "services/build/retention/retention_store.h"
#include "services/build/stores_fixture.h"

namespace kozmic::build {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class RetentionTest : public StoresFixture {
 protected:
  RetentionTest() { OpenSession("one", "s1"); }

  // A build of one job in project 1 that ended so many days ago; its number.
  int64_t Build(int exit_code, int days_ago) {
    const std::string id = absl::StrCat("build-", ++builds_made_);
    EXPECT_TRUE(Create(1, Request(id)).ok());
    const GrantedLease lease = Grant("s1", id);
    AttemptEnd end = Exit(exit_code);
    end.log_size = 10;
    EXPECT_TRUE(Finish("s1", lease.key, end).ok());
    EXPECT_TRUE(
        pool_
            .Autocommit([&](pqxx::nontransaction& tx) {
              tx.exec0(absl::StrCat("UPDATE attempts SET end_time = now() - interval '", days_ago,
                                    " days' WHERE job_id = (SELECT max(job_id) FROM jobs)"));
              return absl::OkStatus();
            })
            .ok());
    return lease.key.build;
  }
  void Keep(int days, int builds, int failures) {
    v1::ProjectSettings settings = *control_->GetSettings(1);
    settings.set_log_days(days);
    settings.set_log_builds(builds);
    settings.set_log_failures(failures);
    ASSERT_TRUE(control_->UpdateSettings(1, settings, {}).ok());
  }
  std::vector<int64_t> Expired() {
    const auto found = retention_->FindExpired(100);
    EXPECT_TRUE(found.ok()) << found.status();
    std::vector<int64_t> builds;
    for (const AttemptKey& key : *found) builds.push_back(key.build);
    return builds;
  }

  const std::unique_ptr<RetentionStore> retention_ = NewPostgresRetentionStore(pool_);
  int builds_made_ = 0;
};

TEST_F(RetentionTest, P42EverythingIsKeptUnlessTheProjectSaysOtherwise) {
  Build(0, 9'999);
  EXPECT_THAT(Expired(), IsEmpty());
  const v1::ProjectSettings settings = *control_->GetSettings(1);
  EXPECT_EQ(settings.log_days(), 0);
  EXPECT_EQ(settings.log_builds(), 0);
  EXPECT_EQ(settings.log_failures(), 10);
  // An update by the release before this one says nothing of them.
  Keep(30, 5, 2);
  v1::ProjectSettings older = *control_->GetSettings(1);
  older.clear_log_days();
  older.clear_log_builds();
  older.clear_log_failures();
  ASSERT_TRUE(control_->UpdateSettings(1, older, {}).ok());
  EXPECT_EQ(control_->GetSettings(1)->log_days(), 30);
  EXPECT_EQ(control_->GetSettings(1)->log_builds(), 5);
  EXPECT_EQ(control_->GetSettings(1)->log_failures(), 2);
}

TEST_F(RetentionTest, P42LogsGoByAge) {
  const int64_t old = Build(0, 31);
  Build(0, 29);
  const int64_t older = Build(0, 40);
  Keep(30, 0, 0);
  EXPECT_THAT(Expired(), UnorderedElementsAre(old, older));
}

TEST_F(RetentionTest, P42LogsGoByNumber) {
  const int64_t first = Build(0, 0);
  const int64_t second = Build(0, 0);
  Build(0, 0);
  Build(0, 0);
  Keep(0, 2, 0);
  EXPECT_THAT(Expired(), UnorderedElementsAre(first, second));
}

TEST_F(RetentionTest, P42TheNewestFailuresAreKeptLonger) {
  const int64_t failed_first = Build(1, 50);
  const int64_t passed = Build(0, 50);
  Build(1, 50);
  Build(2, 50);
  Keep(30, 1, 2);
  EXPECT_THAT(Expired(), UnorderedElementsAre(failed_first, passed));
  Keep(30, 1, 3);
  EXPECT_THAT(Expired(), ElementsAre(passed));
  Keep(30, 1, 100);
  EXPECT_THAT(Expired(), ElementsAre(passed));
}

TEST_F(RetentionTest, WhatRunsOrHasNoLogIsLeftAlone) {
  ASSERT_TRUE(Create(1, Request("running")).ok());
  const GrantedLease lease = Grant("s1", "running");
  const int64_t old = Build(0, 99);
  Build(0, 0);
  ASSERT_TRUE(Create(1, Request("waiting")).ok());
  Keep(1, 2, 0);
  EXPECT_THAT(Expired(), ElementsAre(old));
  ASSERT_TRUE(deletions_->MarkDeleted(1).ok());
  EXPECT_THAT(Expired(), IsEmpty()) << "they are removed anyway";
}

TEST_F(RetentionTest, P42ExpiredLogsAreFreedOnceAndSaidToBe) {
  for (int i = 0; i < 3; ++i) Build(0, 5);
  Build(0, 0);
  Keep(1, 0, 0);
  std::vector<std::string> freed;
  absl::Status answer = absl::UnavailableError("away");
  LogExpirer expirer(*retention_, [&](const std::vector<std::string>& logs) {
    if (answer.ok()) freed.insert(freed.end(), logs.begin(), logs.end());
    return answer;
  });
  EXPECT_EQ(expirer.Step(), LogExpirer::kInterval);
  EXPECT_FALSE(builds_->Get(1, 1)->jobs(0).log().expired());
  answer = absl::OkStatus();
  EXPECT_EQ(expirer.Step(), LogExpirer::kInterval);
  EXPECT_EQ(expirer.Step(), LogExpirer::kInterval);
  EXPECT_THAT(freed, UnorderedElementsAre("logs/1-1-1-1", "logs/1-2-1-1", "logs/1-3-1-1"));
  EXPECT_TRUE(builds_->Get(1, 1)->jobs(0).log().expired());
  EXPECT_EQ(builds_->Get(1, 1)->jobs(0).log().size(), 10);
  EXPECT_FALSE(builds_->Get(1, 4)->jobs(0).log().expired());
}

}  // namespace
}  // namespace kozmic::build
