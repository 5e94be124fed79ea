// P20: a project's credentials of image registries, on a real PostgreSQL.

#include "services/project/credentials/registry_credentials.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "lib/base/random.h"
#include "lib/status/annotate.h"
#include "lib/testing/postgres.h"
#include "services/project/credentials/postgres_registry_store.h"
#include "services/project/projects/postgres_project_store.h"

namespace kozmic::project {
namespace {

class RegistryCredentialsTest : public ::testing::Test {
 protected:
  RegistryCredentialsTest() : project_(AddProject(9)) {}

  int64_t AddProject(int64_t repository_id) {
    PostgresProjectStore projects(pool_);
    const int64_t project = projects.AddProject({.repository_id = repository_id}, 1)->project_id;
    EXPECT_TRUE(projects.FinishProject(project, {}, absl::Hours(1)).ok());
    return project;
  }
  absl::Status Set(const std::string& registry, const std::string& username = "u",
                   const std::string& password = "p") {
    return registries_.Set(project_, {registry, username, password}, {}).status();
  }
  std::vector<RegistryCredential> Open(const std::vector<std::string>& images) {
    const auto opened = registries_.Open(project_, images);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return opened.ok() ? *opened : std::vector<RegistryCredential>();
  }

  PostgresPool pool_{{.url = SharedTestPostgres().CreateDatabase("project"), .size = 4}};
  SystemRandom random_;
  const SealedBox box_{
      {.current = "a secret key that is long enough to be one"}, "registry_password", random_};
  PostgresRegistryStore store_{pool_};
  const RegistryCredentials registries_{store_, box_};
  const int64_t project_;
};

TEST_F(RegistryCredentialsTest, AreAddedReplacedListedAndRemoved) {
  ASSERT_TRUE(Set("Registry.Example.com:5000", "ann", "first password").ok());
  ASSERT_TRUE(Set("index.docker.io", "hub", "another").ok());
  ASSERT_TRUE(Set(" registry.example.com:5000 ", "bob", "second password").ok());
  const auto listed = *registries_.List(project_);
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_EQ(listed[0].registry, "docker.io");
  EXPECT_EQ(listed[1].registry, "registry.example.com:5000");
  EXPECT_EQ(listed[1].username, "bob");
  EXPECT_GT(listed[1].update_time, absl::Now() - absl::Minutes(5));
  EXPECT_EQ(listed[1].sealed_password.find("second"), std::string::npos);

  ASSERT_TRUE(registries_.Delete(project_, "DOCKER.io", {}).ok());
  EXPECT_EQ(registries_.Delete(project_, "docker.io", {}).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(registries_.List(project_)->size(), 1u);
  EXPECT_EQ(registries_.Set(404, {"r.io", "u", "p"}, {}).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(RegistryCredentialsTest, OnlyThoseOfTheImagesRegistriesAreOpened) {
  ASSERT_TRUE(Set("r.example", "one", "password 1").ok());
  ASSERT_TRUE(Set("r.example:5000", "two", "password 2").ok());
  ASSERT_TRUE(Set("docker.io", "hub", "password 3").ok());
  auto opened = Open({"R.example:5000/owner/image:1", "no image!"});
  ASSERT_EQ(opened.size(), 1u);
  EXPECT_EQ(opened[0].registry, "r.example:5000");
  EXPECT_EQ(opened[0].username, "two");
  EXPECT_EQ(opened[0].password, "password 2");
  opened = Open({"debian:12", "r.example/x", "debian"});
  ASSERT_EQ(opened.size(), 2u);
  EXPECT_EQ(opened[0].username, "hub");
  EXPECT_EQ(opened[1].username, "one");
  EXPECT_TRUE(Open({}).empty());
  EXPECT_TRUE(Open({"ghcr.io/x"}).empty());
  EXPECT_TRUE(registries_.Open(AddProject(10), {"debian"})->empty()) << "another project's";
}

TEST_F(RegistryCredentialsTest, FaultsAreNamed) {
  const auto field = [&](const std::string& registry, const std::string& username,
                         const std::string& password) {
    return Detail(Set(registry, username, password), "field");
  };
  EXPECT_EQ(field("", "u", "p"), "registry");
  EXPECT_EQ(field("https://ghcr.io", "u", "p"), "registry");
  EXPECT_EQ(field("owner", "u", "p"), "registry");
  EXPECT_EQ(field("ghcr.io", "", "p"), "username");
  EXPECT_EQ(field("ghcr.io", "a:b", "p"), "username");
  EXPECT_EQ(field("ghcr.io", "a\nb", "p"), "username");
  EXPECT_EQ(field("ghcr.io", std::string(256, 'u'), "p"), "username");
  EXPECT_EQ(field("ghcr.io", "u", ""), "password");
  EXPECT_EQ(field("ghcr.io", "u", std::string((16 << 10) + 1, 'p')), "password");
  EXPECT_EQ(field("ghcr.io", "u", std::string("a\0b", 3)), "password");
  EXPECT_TRUE(registries_.List(project_)->empty());
  // As cloud providers have them.
  EXPECT_EQ(field("ghcr.io", "_json_key", "{\n  \"type\": \"service_account\"\n}\n"), "");
}

TEST_F(RegistryCredentialsTest, AProjectHasAtMostTwenty) {
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Set("r" + std::to_string(i) + ".example").ok());
  EXPECT_EQ(Detail(Set("one-more.example"), "field"), "registry");
  EXPECT_TRUE(Set("r7.example", "other").ok()) << "replacing is no more";
}

}  // namespace
}  // namespace kozmic::project
