// What a build is created with, as the lease of its jobs tells it.

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/build/stores_fixture.h"

namespace kozmic::build {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using JobSpecTest = StoresFixture;

// K19, K21
TEST_F(JobSpecTest, InstallScriptAndTrackedFilesReachTheLeaseUnchanged) {
  auto request = Request("a", 2);
  request.set_fork("stranger/hello");
  request.mutable_jobs(0)->set_install_script("#!/bin/sh\napt-get install -y make\n");
  for (const char* path : {"package.json", "a \"quoted\", name", "back\\slash", "NULL", "ü/💥"}) {
    request.mutable_jobs(0)->add_tracked_files(path);
  }
  ASSERT_TRUE(Create(1, request).ok());
  OpenSession("one", "s1");
  const GrantedLease with = Grant("s1", "r1");
  EXPECT_EQ(with.install_script, "#!/bin/sh\napt-get install -y make\n");
  EXPECT_THAT(with.tracked_files,
              ElementsAre("package.json", "a \"quoted\", name", "back\\slash", "NULL", "ü/💥"));
  EXPECT_EQ(with.fork, "stranger/hello");
  const GrantedLease without = Grant("s1", "r2");
  EXPECT_EQ(without.install_script, "");
  EXPECT_THAT(without.tracked_files, IsEmpty());
  // A restarted runner is told the same.
  const auto held = Open("one", "s2");
  ASSERT_EQ(held->size(), 2u);
  EXPECT_EQ((*held)[0].install_script, with.install_script);
  EXPECT_EQ((*held)[0].tracked_files, with.tracked_files);
  EXPECT_EQ((*held)[0].fork, "stranger/hello");
}

TEST_F(JobSpecTest, SubmodulesAreAsTheProjectsSettingsSayWhenTheJobIsLeased) {
  ASSERT_TRUE(Create(1, Request("a", 2)).ok());
  OpenSession("one", "s1");
  EXPECT_FALSE(Grant("s1", "r1").submodules);
  v1::ProjectSettings settings = *control_->GetSettings(1);
  EXPECT_TRUE(settings.has_submodules());
  settings.set_submodules(true);
  ASSERT_TRUE(control_->UpdateSettings(1, settings, {}).ok());
  EXPECT_TRUE(Grant("s1", "r2").submodules);
  // As a caller of an earlier release does.
  settings.clear_submodules();
  ASSERT_TRUE(control_->UpdateSettings(1, settings, {}).ok());
  EXPECT_TRUE(control_->GetSettings(1)->submodules());
  settings.set_submodules(false);
  ASSERT_TRUE(control_->UpdateSettings(1, settings, {}).ok());
  EXPECT_FALSE(control_->GetSettings(1)->submodules());
}

// P18
TEST_F(JobSpecTest, ServicesReachTheLeaseUnchanged) {
  auto request = Request("a", 2);
  v1::Service& db = *request.mutable_jobs(0)->add_services();
  db.set_name("db");
  db.set_image("registry.example.com:5000/postgres:16");
  (*db.mutable_environment())["POSTGRES_PASSWORD"] = "a \"b\"\n\\ü";
  v1::Service& cache = *request.mutable_jobs(0)->add_services();
  cache.set_name("cache");
  cache.set_image("redis");
  ASSERT_TRUE(Create(1, request).ok());
  OpenSession("one", "s1");
  const GrantedLease with = Grant("s1", "r1");
  ASSERT_EQ(with.services.size(), 2u);
  EXPECT_EQ(with.services[0].SerializeAsString(), db.SerializeAsString());
  EXPECT_EQ(with.services[1].SerializeAsString(), cache.SerializeAsString());
  EXPECT_THAT(Grant("s1", "r2").services, IsEmpty());
  EXPECT_EQ((*Open("one", "s2"))[0].services.size(), 2u) << "a restarted runner is told the same";
}

TEST_F(JobSpecTest, ABuildFromBeforeThereWereInstallScriptsHasNone) {
  ASSERT_TRUE(
      pool_
          .Transact([](pqxx::work& tx) {
            tx.exec0(
                "INSERT INTO projects (project_id, last_number, revision) "
                "VALUES (1, 1, 1)");
            tx.exec0(
                "INSERT INTO builds (project_id, number, request_id, repository, ref, "
                "commit, commit_url, message, author_name, author_login, "
                "author_avatar, revision) VALUES (1, 1, 'a', 'octo/hello', "
                "'refs/heads/main', 'c0ffee', '', '', '', '', '', 1)");
            tx.exec0(
                "INSERT INTO jobs (build_id, project_id, number, hook, title, image, "
                "script) SELECT build_id, 1, 1, '', 'Test', 'debian:12', 'true' FROM builds");
            return absl::OkStatus();
          })
          .ok());
  OpenSession("one", "s1");
  const GrantedLease lease = Grant("s1", "r1");
  EXPECT_EQ(lease.install_script, "");
  EXPECT_THAT(lease.tracked_files, IsEmpty());
  EXPECT_EQ(lease.fork, "");
  EXPECT_THAT(lease.services, IsEmpty());
}

}  // namespace
}  // namespace kozmic::build
