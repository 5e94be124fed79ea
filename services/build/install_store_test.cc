// Who runs an install script, and what it led to, among runners that share a registry. P52, N9

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/status/annotate.h"
#include "services/build/stores_fixture.h"

namespace kozmic::build {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

const std::string kDigest = "sha256:" + std::string(64, 'd');
const std::string kRegistry = "registry.test/kozmic";

class InstallStoreTest : public StoresFixture {
 protected:
  InstallStoreTest() {
    for (const char* runner : {"one", "two", "three"}) OpenSession(runner, runner);
  }

  // A job that the runner has; each of a build of its own.
  AttemptKey Leased(const std::string& runner, const std::string& fork = "") {
    v1::CreateBuildRequest request = Request(absl::StrCat("r", ++requests_));
    request.set_fork(fork);
    EXPECT_TRUE(Create(1, request).ok());
    return Grant(runner, absl::StrCat("g", requests_)).key;
  }
  InstallStore::Claimed Claim(const std::string& runner, const AttemptKey& key,
                              int64_t waited_for = 0, const std::string& missing = "",
                              const std::string& cache = "a") {
    const auto claimed = installs_->Claim({.session = runner,
                                           .key = key,
                                           .registry = kRegistry,
                                           .cache_id = cache,
                                           .waited_for = waited_for,
                                           .missing_digest = missing});
    EXPECT_TRUE(claimed.ok()) << claimed.status();
    return claimed.value_or(InstallStore::Claimed());
  }
  absl::Status Finish(const std::string& runner, int64_t claim, const std::string& digest = kDigest,
                      int kept = 3) {
    return installs_->Finish({.session = runner,
                              .claim = claim,
                              .image = InstallImage{.digest = digest, .inputs = "inputs"},
                              .kept = kept});
  }
  void Expire() {
    pqxx::connection connection(url_);
    pqxx::work tx(connection);
    tx.exec0(
        "UPDATE installs SET claim_expire_time = now() - interval '1 second' "
        "WHERE claim_expire_time IS NOT NULL");
    tx.commit();
  }
  InstallStore::Tidied Tidy(const std::vector<int64_t>& projects,
                            const std::vector<InstallStore::Removal>& removed = {}) {
    const auto tidied = installs_->Tidy(
        {.session = "one", .registry = kRegistry, .projects = projects, .removed = removed});
    EXPECT_TRUE(tidied.ok()) << tidied.status();
    return tidied.value_or(InstallStore::Tidied());
  }

  int requests_ = 0;
};

TEST_F(InstallStoreTest, N9OneRunsItAndTheOthersAreToldWho) {
  const AttemptKey first = Leased("one");
  const AttemptKey second = Leased("two");
  const int64_t claim = Claim("one", first).claim;
  ASSERT_NE(claim, 0);
  EXPECT_EQ(Claim("one", first).claim, claim) << "the same attempt has it still";
  const auto waiting = Claim("two", second);
  ASSERT_TRUE(waiting.holder.has_value());
  EXPECT_EQ(waiting.claim, 0);
  EXPECT_EQ(waiting.holder->claim, claim);
  EXPECT_EQ(waiting.holder->build, first.build);
  EXPECT_EQ(waiting.holder->runner, "one");
  EXPECT_GT(waiting.holder->time_left, kLease / 2);
  EXPECT_LE(waiting.holder->time_left, kLease);

  ASSERT_TRUE(Finish("one", claim).ok());
  const auto found = Claim("two", second, claim);
  ASSERT_TRUE(found.image.has_value());
  EXPECT_EQ(found.image->digest, kDigest);
  EXPECT_EQ(found.image->inputs, "inputs");
  EXPECT_EQ(found.image->build, first.build);
  EXPECT_EQ(found.image->runner, "one");
}

TEST_F(InstallStoreTest, N9WhenItFailedOneClaimsAndTheOthersDoNotWaitAgain) {
  const AttemptKey first = Leased("one");
  const AttemptKey second = Leased("two");
  const AttemptKey third = Leased("three");
  const int64_t claim = Claim("one", first).claim;
  EXPECT_TRUE(Claim("two", second).holder.has_value());
  EXPECT_TRUE(Claim("three", third).holder.has_value());
  ASSERT_TRUE(installs_->Finish({.session = "one", .claim = claim, .failed = true}).ok());
  EXPECT_GT(Claim("two", second, claim).claim, claim);
  const auto alone = Claim("three", third, claim);
  EXPECT_EQ(alone.claim, 0);
  EXPECT_FALSE(alone.holder.has_value() || alone.image.has_value());
  EXPECT_TRUE(Claim("three", third).holder.has_value()) << "who comes now waits";
}

TEST_F(InstallStoreTest, N9WhenItWasGivenUpOneGoesOnAndTheOthersWait) {
  const AttemptKey first = Leased("one");
  const AttemptKey second = Leased("two");
  const AttemptKey third = Leased("three");
  const int64_t claim = Claim("one", first).claim;
  ASSERT_TRUE(installs_->Finish({.session = "one", .claim = claim}).ok());
  EXPECT_NE(Claim("two", second, claim).claim, 0);
  EXPECT_TRUE(Claim("three", third, claim).holder.has_value());
}

TEST_F(InstallStoreTest, N9AClaimRunsOutAndItsOldHolderChangesNothing) {
  const AttemptKey first = Leased("one");
  const AttemptKey second = Leased("two");
  const int64_t claim = Claim("one", first).claim;
  Expire();
  EXPECT_THAT(*installs_->Renew("one", {claim, 4711}), ElementsAre(4711)) << "nobody took it";
  EXPECT_TRUE(Claim("two", second).holder.has_value());
  Expire();
  const int64_t taken = Claim("two", second).claim;
  EXPECT_GT(taken, claim);
  EXPECT_THAT(*installs_->Renew("one", {claim}), ElementsAre(claim));
  EXPECT_THAT(*installs_->Renew("one", {taken}), ElementsAre(taken)) << "another's";
  EXPECT_EQ(Reason(Finish("one", claim)), "stale_claim");
  EXPECT_EQ(Reason(Finish("one", taken)), "stale_claim");
  EXPECT_FALSE(Claim("two", second).image.has_value());
  ASSERT_TRUE(Finish("two", taken).ok());
  EXPECT_EQ(Reason(Finish("two", taken)), "stale_claim") << "only once";
}

TEST_F(InstallStoreTest, AClaimIsForALiveFenceAndANewestSession) {
  const AttemptKey key = Leased("one");
  const auto as = [&](const std::string& session) {
    return Reason(
        installs_->Claim({.session = session, .key = key, .registry = kRegistry, .cache_id = "a"})
            .status());
  };
  EXPECT_EQ(as("two"), "stale_fence");
  EXPECT_EQ(as("nobody"), "stale_fence");
  EXPECT_EQ(Reason(installs_->Renew("nobody", {1}).status()), "stale_session");
  EXPECT_EQ(Reason(Finish("nobody", 1)), "stale_session");
  EXPECT_EQ(Reason(installs_->Tidy({.session = "nobody"}).status()), "stale_session");
  ASSERT_TRUE(StoresFixture::Finish("one", key, Exit(0)).ok());
  EXPECT_EQ(as("one"), "stale_fence");
}

TEST_F(InstallStoreTest, TheClaimOutlivesItsJob) {
  const AttemptKey key = Leased("one");
  const int64_t claim = Claim("one", key).claim;
  ASSERT_TRUE(StoresFixture::Finish("one", key, Exit(0)).ok());
  EXPECT_THAT(*installs_->Renew("one", {claim}), IsEmpty());
  EXPECT_TRUE(Finish("one", claim).ok()) << "the image may be under way to the registry";
}

TEST_F(InstallStoreTest, I18AForkTakesButNeverGives) {
  const AttemptKey fork = Leased("one", "stranger/hello");
  const auto nothing = Claim("one", fork);
  EXPECT_EQ(nothing.claim, 0);
  EXPECT_FALSE(nothing.image.has_value() || nothing.holder.has_value());
  EXPECT_EQ(Count("installs"), 0) << "it leaves nothing";

  const AttemptKey own = Leased("two");
  const int64_t claim = Claim("two", own).claim;
  EXPECT_FALSE(Claim("one", fork).holder.has_value()) << "it waits for nobody";
  ASSERT_TRUE(Finish("two", claim).ok());
  EXPECT_EQ(Claim("one", fork).image.value_or(InstallImage()).digest, kDigest);
  EXPECT_FALSE(Claim("one", fork, 0, kDigest).image.has_value());
  EXPECT_TRUE(Claim("two", own).image.has_value()) << "what a fork says is missing is kept";
}

TEST_F(InstallStoreTest, WhatIsMissingIsForgottenAndMadeAgain) {
  const AttemptKey key = Leased("one");
  ASSERT_TRUE(Finish("one", Claim("one", key).claim).ok());
  EXPECT_TRUE(Claim("one", key, 0, "sha256:" + std::string(64, 'e')).image.has_value())
      << "another is missing";
  EXPECT_NE(Claim("one", key, 0, kDigest).claim, 0);
  EXPECT_TRUE(Claim("two", Leased("two")).holder.has_value());
}

TEST_F(InstallStoreTest, N8AClaimComesWithWhatIsKnown) {
  const AttemptKey key = Leased("one");
  ASSERT_TRUE(Finish("one", Claim("one", key, 0, "", "a").claim).ok());
  const auto claimed = Claim("two", Leased("two"), 0, "", "b");
  ASSERT_THAT(claimed.known, SizeIs(1));
  EXPECT_EQ(claimed.known[0].inputs, "inputs");
  EXPECT_EQ(claimed.known[0].build, key.build);
}

// K53, P52
TEST_F(InstallStoreTest, TheNewestAreKeptAndTheOthersRemovedFromTheRegistry) {
  const AttemptKey key = Leased("one");
  for (const char c : {'a', 'b', 'c'}) {
    const std::string digest = "sha256:" + std::string(64, c);
    ASSERT_TRUE(Finish("one", Claim("one", key, 0, "", std::string(1, c)).claim, digest, 2).ok());
  }
  EXPECT_EQ(Count("installs WHERE digest <> ''"), 2);
  const auto tidied = Tidy({1});
  EXPECT_THAT(tidied.deleted_projects, IsEmpty());
  ASSERT_THAT(tidied.removals, SizeIs(1));
  EXPECT_EQ(tidied.removals[0].project, 1);
  EXPECT_EQ(tidied.removals[0].digest, "sha256:" + std::string(64, 'a'));
  EXPECT_THAT(Tidy({}).removals, IsEmpty()) << "somebody is at it";
  EXPECT_EQ(Count("install_removals"), 1);
  Tidy({}, tidied.removals);
  EXPECT_EQ(Count("install_removals"), 0);
}

// K13
TEST_F(InstallStoreTest, ADeletedProjectsImagesGoAndNoneComes) {
  const AttemptKey key = Leased("one");
  ASSERT_TRUE(Finish("one", Claim("one", key).claim).ok());
  const int64_t claim = Claim("one", key, 0, "", "b").claim;
  ASSERT_TRUE(deletions_->MarkDeleted(1).ok());
  EXPECT_EQ(
      Reason(
          installs_->Claim({.session = "one", .key = key, .registry = kRegistry, .cache_id = "c"})
              .status()),
      "stale_fence");
  while (!*deletions_->RemovePart(1)) {
  }
  EXPECT_EQ(Count("installs"), 0);
  EXPECT_EQ(Reason(Finish("one", claim)), "stale_claim");
  const auto tidied = Tidy({1, 2});
  EXPECT_THAT(tidied.deleted_projects, ElementsAre(1));
  ASSERT_THAT(tidied.removals, SizeIs(1));
  EXPECT_EQ(tidied.removals[0].digest, kDigest);
}

}  // namespace
}  // namespace kozmic::build
