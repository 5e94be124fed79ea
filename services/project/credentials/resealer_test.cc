// What was sealed under a secret key that was replaced.

#include "services/project/credentials/resealer.h"

#include "gtest/gtest.h"
#include "lib/base/random.h"
#include "lib/testing/postgres.h"
#include "services/project/credentials/deploy_keys.h"
#include "services/project/credentials/postgres_credential_store.h"
#include "services/project/credentials/postgres_registry_store.h"
#include "services/project/credentials/postgres_sealed_store.h"
#include "services/project/credentials/registry_credentials.h"
#include "services/project/credentials/secrets.h"
#include "services/project/hooks/postgres_hook_store.h"
#include "services/project/projects/badges.h"
#include "services/project/projects/postgres_project_store.h"
#include "services/project/webhooks/webhook_inbox.h"

namespace kozmic::project {
namespace {

constexpr char kOld[] = "the old secret key, which is long enough";
constexpr char kNew[] = "the new secret key, which is long enough";

class ResealerTest : public ::testing::Test {
 protected:
  // The boxes of an installation with these keys.
  struct Boxes {
    Boxes(const SecretKeys& keys, Random& random)
        : hook(keys, "hook_secret", random),
          key(keys, "deploy_key", random),
          secret(keys, "secret", random),
          badge(keys, "badge_token", random),
          registry(keys, "registry_password", random) {}
    std::map<SealedKind, const SealedBox*> ByKind() const {
      return {{SealedKind::kHookSecret, &hook},
              {SealedKind::kDeployKey, &key},
              {SealedKind::kSecret, &secret},
              {SealedKind::kBadgeToken, &badge},
              {SealedKind::kRegistryPassword, &registry}};
    }
    SealedBox hook, key, secret, badge, registry;
  };

  ResealerTest() {
    PostgresProjectStore projects(pool_);
    project_ = projects.AddProject({.repository_id = 9}, 1)->project_id;
    EXPECT_TRUE(projects.FinishProject(project_, {}, absl::Hours(1)).ok());
    EXPECT_TRUE(projects.BadgeToken(project_, old_.badge.Seal("b", BadgePlace(project_))).ok());
    hook_ = *hooks_.NextHookId();
    EXPECT_TRUE(hooks_
                    .AddHook({.hook_id = hook_, .project_id = project_},
                             old_.hook.Seal("h", SecretPlace(hook_)), {}, false)
                    .ok());
    EXPECT_TRUE(
        credentials_
            .AddDeployKey({.project_id = project_,
                           .public_key = "p",
                           .sealed_private_key = old_.key.Seal("k", DeployKeyPlace(project_)),
                           .fingerprint = "f"},
                          {})
            .ok());
    for (const std::string name : {"A", "B", "C"}) {
      EXPECT_TRUE(Secrets(credentials_, old_.secret).Set(project_, name, "value " + name, {}).ok());
    }
    EXPECT_TRUE(
        RegistryCredentials(registries_, old_.registry)
            .Set(project_, {.registry = "r.example:5000", .username = "u", .password = "p"}, {})
            .ok());
  }

  absl::StatusOr<Resealer::Outcome> Reseal(const Boxes& boxes, int batch = 2) {
    return Resealer(store_, boxes.ByKind(), batch).Run();
  }

  PostgresPool pool_{{.url = SharedTestPostgres().CreateDatabase("project"), .size = 4}};
  SystemRandom random_;
  const Boxes old_{{.current = kOld}, random_};
  const Boxes both_{{.current = kNew, .previous = {kOld}}, random_};
  const Boxes new_{{.current = kNew}, random_};
  PostgresSealedStore store_{pool_};
  PostgresHookStore hooks_{pool_};
  PostgresCredentialStore credentials_{pool_};
  PostgresRegistryStore registries_{pool_};
  int64_t project_ = 0;
  int64_t hook_ = 0;
};

TEST_F(ResealerTest, EverythingOpensWithTheNewKeyAloneAfterwards) {
  const auto outcome = Reseal(both_);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->resealed, 7);
  EXPECT_EQ(outcome->unopened, 0);
  EXPECT_EQ(*new_.hook.Open(*hooks_.GetSealedSecret(hook_), SecretPlace(hook_)), "h");
  EXPECT_EQ(*new_.key.Open(credentials_.GetDeployKey(project_)->sealed_private_key,
                           DeployKeyPlace(project_)),
            "k");
  EXPECT_EQ(Secrets(credentials_, new_.secret).Open(project_)->at("B"), "value B");
  const auto credentials =
      RegistryCredentials(registries_, new_.registry).Open(project_, {"r.example:5000/image"});
  ASSERT_TRUE(credentials.ok()) << credentials.status();
  ASSERT_EQ(credentials->size(), 1u);
  EXPECT_EQ(credentials->front().password, "p");
  const auto badge = PostgresProjectStore(pool_).BadgeToken(project_, "unused");
  EXPECT_EQ(*new_.badge.Open(*badge, BadgePlace(project_)), "b");
  EXPECT_EQ(Reseal(both_)->resealed, 0);
  EXPECT_EQ(Reseal(new_)->unopened, 0);
}

TEST_F(ResealerTest, WhatNoKeyOpensStaysAndIsCounted) {
  const auto outcome = Reseal(new_);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->resealed, 0);
  EXPECT_EQ(outcome->unopened, 7);
  // Nothing is lost: with the old key it goes on.
  EXPECT_EQ(Reseal(both_)->resealed, 7);
}

TEST_F(ResealerTest, AChangeMeanwhileWins) {
  const auto read = *store_.List(SealedKind::kSecret, "", 1);
  ASSERT_EQ(read.size(), 1u);
  ASSERT_TRUE(Secrets(credentials_, both_.secret).Set(project_, "A", "newer", {}).ok());
  EXPECT_FALSE(*store_.Replace(SealedKind::kSecret, read[0], "x"));
  EXPECT_EQ(Reseal(both_)->resealed, 6);
  EXPECT_EQ(Secrets(credentials_, new_.secret).Open(project_)->at("A"), "newer");
}

}  // namespace
}  // namespace kozmic::project
