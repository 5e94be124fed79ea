// What every CredentialStore must keep, on a real PostgreSQL; and the rules about secrets' names.

#include "services/project/credentials/credential_store.h"

#include "gtest/gtest.h"
#include "lib/status/annotate.h"
#include "lib/testing/postgres.h"
#include "services/project/credentials/postgres_credential_store.h"
#include "services/project/credentials/secrets.h"
#include "services/project/credentials/ssh_hosts.h"
#include "services/project/projects/postgres_project_store.h"

namespace kozmic::project {
namespace {

class CredentialStoreTest : public ::testing::Test {
 protected:
  CredentialStoreTest() {
    PostgresProjectStore projects(pool_);
    project_ = projects.AddProject({.repository_id = 9}, 1)->project_id;
    EXPECT_TRUE(projects.FinishProject(project_, {}, absl::Hours(1)).ok());
  }

  DeployKeyRecord Key(const std::string& fingerprint) const {
    return {.project_id = project_,
            .public_key = "ssh-ed25519 " + fingerprint,
            .sealed_private_key = "sealed " + fingerprint,
            .fingerprint = fingerprint};
  }

  PostgresPool pool_{{.url = SharedTestPostgres().CreateDatabase("project"), .size = 4}};
  PostgresCredentialStore store_{pool_};
  int64_t project_ = 0;
};

TEST_F(CredentialStoreTest, AProjectHasOneDeployKey) {
  // K12
  EXPECT_EQ(store_.GetDeployKey(project_).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(store_.AddDeployKey(Key("a"), {})->fingerprint, "a");
  EXPECT_EQ(store_.AddDeployKey(Key("b"), {})->fingerprint, "a");
  ASSERT_TRUE(store_.NoteDeployKey(project_, "a", 500, "").ok());
  auto key = *store_.GetDeployKey(project_);
  EXPECT_EQ(key.github_key_id, 500);
  EXPECT_GT(key.check_time, absl::Now() - absl::Minutes(5));
  // Of another key than there is.
  ASSERT_TRUE(store_.NoteDeployKey(project_, "b", std::nullopt, "away").ok());
  EXPECT_EQ(store_.GetDeployKey(project_)->github_key_id, 500);
  ASSERT_TRUE(store_.NoteDeployKey(project_, "a", std::nullopt, "away").ok());
  EXPECT_EQ(store_.GetDeployKey(project_)->github_key_id, std::nullopt);
  EXPECT_EQ(store_.GetDeployKey(project_)->error, "away");

  DeployKeyRecord next = Key("c");
  next.github_key_id = 501;
  EXPECT_EQ(store_.ReplaceDeployKey(next, "b", {}).code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(store_.ReplaceDeployKey(next, "a", {}).ok());
  key = *store_.GetDeployKey(project_);
  EXPECT_EQ(key.fingerprint, "c");
  EXPECT_EQ(key.github_key_id, 501);
  EXPECT_EQ(key.error, "");
}

TEST_F(CredentialStoreTest, SecretsAreAddedReplacedAndForgotten) {
  // P5
  const auto set = [&](const std::string& name, int64_t size) {
    return store_.SetSecret(project_, {.name = name, .sealed_value = "v" + name, .size = size}, 2,
                            100, {});
  };
  ASSERT_TRUE(set("B", 10).ok());
  ASSERT_TRUE(set("A", 20).ok());
  EXPECT_EQ(set("C", 1).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(set("A", 91).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(set("A", 90)->size, 90);
  const auto secrets = *store_.ListSecrets(project_);
  ASSERT_EQ(secrets.size(), 2u);
  EXPECT_EQ(secrets[0].name, "A");
  EXPECT_EQ(secrets[0].sealed_value, "vA");
  EXPECT_EQ(secrets[0].size, 90);
  ASSERT_TRUE(store_.DeleteSecret(project_, "A", {}).ok());
  EXPECT_EQ(store_.DeleteSecret(project_, "A", {}).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(store_.SetSecret(404, {.name = "A"}, 2, 100, {}).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(SecretNameTest, IsThatOfAnEnvironmentVariableOfTheProjects) {
  for (const std::string& name :
       std::vector<std::string>{"TOKEN", "npm_token", "_x", "A1", std::string(100, 'A')}) {
    EXPECT_TRUE(CheckSecretName(name).ok()) << name;
  }
  for (const std::string& name :
       std::vector<std::string>{"", "1A", "A-B", "A B", "A=B", "Ä", "KOZMIC_X", "CI", "CI_TOKEN",
                                "a/b", std::string(101, 'A')}) {
    EXPECT_EQ(Detail(CheckSecretName(name), "field"), "name") << name;
  }
}

TEST(KnownHostNameTest, IsWhatSshLooksFor) {
  EXPECT_EQ(KnownHostName("ssh://git@github.com"), "github.com");
  EXPECT_EQ(KnownHostName("ssh://git@github.com:22/x"), "github.com");
  EXPECT_EQ(KnownHostName("ssh://root@127.0.0.1:2222"), "[127.0.0.1]:2222");
  EXPECT_EQ(KnownHostName("ssh://git@[::1]:2222/o/r.git"), "[::1]:2222");
}

}  // namespace
}  // namespace kozmic::project
