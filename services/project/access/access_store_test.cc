// What every AccessStore must keep, on a real PostgreSQL.

#include "services/project/access/access_store.h"

#include <map>
#include <random>

#include "gtest/gtest.h"
#include "lib/testing/postgres.h"
#include "services/project/access/postgres_access_store.h"
#include "services/project/projects/postgres_project_store.h"

namespace kozmic::project {
namespace {

constexpr int64_t kAnn = 1;
constexpr int64_t kBob = 2;
constexpr absl::Duration kClaim = absl::Hours(1);
constexpr absl::Duration kLater = absl::Hours(2);

RepositoryFacts Facts(int64_t repository_id, const std::string& name = "") {
  return {.repository_id = repository_id,
          .repository = name.empty() ? "o/r" + std::to_string(repository_id) : name,
          .url = "u",
          .default_branch = "main"};
}

RepositoryAccess Pulls(int64_t repository_id) { return {.facts = Facts(repository_id)}; }
RepositoryAccess Pushes(int64_t repository_id) {
  return {.facts = Facts(repository_id), .may_push = true};
}
RepositoryAccess Admins(int64_t repository_id) {
  return {.facts = Facts(repository_id), .may_push = true, .may_admin = true};
}

class AccessStoreTest : public ::testing::Test {
 protected:
  int64_t Make(int64_t repository_id, const std::vector<Membership>& members) {
    const int64_t project = projects_.AddProject(Facts(repository_id), kAnn)->project_id;
    EXPECT_TRUE(projects_.FinishProject(project, members, absl::ZeroDuration()).ok());
    return project;
  }

  Role RoleOf(int64_t user, int64_t project) {
    const auto found = projects_.GetProjectOf(user, project);
    return found.ok() ? found->role : Role::kNone;
  }

  UserSyncClaim Begin(int64_t user) {
    EXPECT_TRUE(store_.WantUserSync(user).ok());
    const auto claimed = store_.ClaimUserSync(kClaim);
    EXPECT_TRUE(claimed.ok() && claimed->has_value());
    EXPECT_EQ((*claimed)->user_id, user);
    return **claimed;
  }

  void Sync(int64_t user, const std::vector<RepositoryAccess>& access) {
    const auto claimed = Begin(user);
    const auto finished = store_.FinishUserSync(claimed, access, {}, {}, kLater);
    EXPECT_TRUE(finished.ok()) << finished.status();
  }

  ProjectSyncClaim BeginProject(int64_t project) {
    const auto claimed = store_.ClaimProjectSync(kClaim, project);
    EXPECT_TRUE(claimed.ok() && claimed->has_value());
    return **claimed;
  }

  bool IsDue(int64_t project) {
    bool due = false;
    EXPECT_TRUE(pool_
                    .Autocommit([&](pqxx::nontransaction& tx) {
                      due = tx.exec_params1(
                                  "SELECT due_time <= now() FROM projects WHERE project_id = $1",
                                  project)[0]
                                .as<bool>();
                      return absl::OkStatus();
                    })
                    .ok());
    return due;
  }

  PostgresPool pool_{{.url = SharedTestPostgres().CreateDatabase("project"), .size = 4}};
  PostgresAccessStore store_{pool_};
  PostgresProjectStore projects_{pool_};
};

const Membership kAnnOwns = {.user_id = kAnn, .role = Role::kOwner, .may_admin = true};

TEST_F(AccessStoreTest, AProjectSyncReplacesItsMembers) {
  // K16, K17
  const int64_t project = Make(9, {kAnnOwns, {.user_id = kBob, .role = Role::kMember}});
  const auto claimed = BeginProject(project);
  ASSERT_TRUE(store_
                  .FinishProjectSync(project, claimed.claim,
                                     {kAnnOwns, {.user_id = 3, .role = Role::kManager}}, kLater)
                  .ok());
  EXPECT_EQ(RoleOf(kAnn, project), Role::kOwner);
  EXPECT_EQ(RoleOf(kBob, project), Role::kNone);
  EXPECT_EQ(RoleOf(3, project), Role::kManager);
  EXPECT_FALSE(IsDue(project));
  EXPECT_EQ(projects_.GetProject(project)->sync_error, "");
}

TEST_F(AccessStoreTest, OwnershipGoesToWhoInheritsIt) {
  const int64_t project = Make(9, {kAnnOwns});
  const auto claimed = BeginProject(project);
  ASSERT_TRUE(store_
                  .FinishProjectSync(project, claimed.claim,
                                     {{.user_id = kBob, .role = Role::kOwner, .may_admin = true}},
                                     kLater)
                  .ok());
  EXPECT_EQ(projects_.GetProject(project)->owner_user_id, kBob);
  EXPECT_EQ(RoleOf(kAnn, project), Role::kNone);
}

TEST_F(AccessStoreTest, AFailedSyncChangesNobody) {
  const int64_t project = Make(9, {kAnnOwns});
  const auto claimed = BeginProject(project);
  ASSERT_TRUE(store_.FailProjectSync(project, claimed.claim, "GitHub is away", kLater).ok());
  EXPECT_EQ(RoleOf(kAnn, project), Role::kOwner);
  EXPECT_EQ(projects_.GetProject(project)->sync_error, "GitHub is away");
  EXPECT_EQ(BeginProject(project).claim.failures, 1);
}

TEST_F(AccessStoreTest, ProjectsAreSyncedWhenTheyAreDueByOneAtATime) {
  const int64_t project = Make(9, {kAnnOwns});
  const auto first = store_.ClaimProjectSync(kClaim, std::nullopt);
  ASSERT_TRUE(first->has_value());
  EXPECT_FALSE(store_.ClaimProjectSync(kClaim, std::nullopt)->has_value());
  // A wish during a sync is followed by another.
  ASSERT_TRUE(store_.WantProjectSync(project).ok());
  ASSERT_TRUE(store_.FinishProjectSync(project, (*first)->claim, {kAnnOwns}, kLater).ok());
  const auto second = store_.ClaimProjectSync(kClaim, std::nullopt);
  ASSERT_TRUE(second->has_value());
  ASSERT_TRUE(store_.FinishProjectSync(project, (*second)->claim, {kAnnOwns}, kLater).ok());
  EXPECT_FALSE(store_.ClaimProjectSync(kClaim, std::nullopt)->has_value());
  // One that is removed is not.
  ASSERT_TRUE(store_.WantProjectSync(project).ok());
  ASSERT_TRUE(projects_.BeginRemoval(project).ok());
  EXPECT_FALSE(store_.ClaimProjectSync(kClaim, std::nullopt)->has_value());
  EXPECT_FALSE(store_.ClaimProjectSync(kClaim, project)->has_value());
}

TEST_F(AccessStoreTest, AUserSyncReplacesTheirMemberships) {
  // K5
  const int64_t kept = Make(1, {kAnnOwns, {.user_id = kBob, .role = Role::kMember}});
  const int64_t lost = Make(2, {kAnnOwns, {.user_id = kBob, .role = Role::kMember}});
  const int64_t won = Make(3, {kAnnOwns});
  const int64_t watched = Make(4, {kAnnOwns});
  for (const int64_t project : {kept, lost, won, watched}) {
    const auto claimed = BeginProject(project);
    store_.FailProjectSync(project, claimed.claim, "", kLater).IgnoreError();
  }
  Sync(kBob, {Pushes(1), Admins(3), Pulls(4), Admins(99)});
  EXPECT_EQ(RoleOf(kBob, kept), Role::kManager);
  EXPECT_EQ(RoleOf(kBob, lost), Role::kNone);
  EXPECT_EQ(RoleOf(kBob, won), Role::kManager);
  EXPECT_EQ(RoleOf(kBob, watched), Role::kMember);
  EXPECT_EQ(RoleOf(kAnn, lost), Role::kOwner);
  // Who loses someone is asked about itself: a listing in pages can miss one.
  EXPECT_TRUE(IsDue(lost));
  EXPECT_FALSE(IsDue(kept));
}

TEST_F(AccessStoreTest, AnOwnersOwnSyncKeepsThemOwner) {
  const int64_t project = Make(9, {kAnnOwns});
  Sync(kAnn, {Admins(9)});
  EXPECT_EQ(RoleOf(kAnn, project), Role::kOwner);
  Sync(kAnn, {Pulls(9)});
  EXPECT_EQ(RoleOf(kAnn, project), Role::kMember);
}

TEST_F(AccessStoreTest, AnOlderAnswerChangesNothingThatANewerOneHasSettled) {
  const int64_t project = Make(9, {kAnnOwns, {.user_id = kBob, .role = Role::kMember}});
  // Bob's listing is asked for, then he is removed, and the project hears of it first.
  const auto listing = Begin(kBob);
  const auto members = BeginProject(project);
  ASSERT_TRUE(store_.FinishProjectSync(project, members.claim, {kAnnOwns}, kLater).ok());
  ASSERT_TRUE(store_.FinishUserSync(listing, {Pulls(9)}, {}, {}, kLater).ok());
  EXPECT_EQ(RoleOf(kBob, project), Role::kNone);

  // The project's list is asked for, then Bob is added, and his own listing tells first.
  const auto older = BeginProject(project);
  Sync(kBob, {Pushes(9)});
  EXPECT_EQ(RoleOf(kBob, project), Role::kManager);
  ASSERT_TRUE(store_.FinishProjectSync(project, older.claim, {kAnnOwns}, kLater).ok());
  EXPECT_EQ(RoleOf(kBob, project), Role::kManager);
  // Two lists of one project: the one asked for later stands.
  const auto first = BeginProject(project);
  const auto second = BeginProject(project);
  ASSERT_TRUE(store_.FinishProjectSync(project, second.claim, {kAnnOwns}, kLater).ok());
  ASSERT_TRUE(store_
                  .FinishProjectSync(project, first.claim,
                                     {kAnnOwns, {.user_id = 7, .role = Role::kManager}}, kLater)
                  .ok());
  EXPECT_EQ(RoleOf(7, project), Role::kNone);
}

TEST_F(AccessStoreTest, TheMembersOfADeletedRepositoryStayAsTheyWere) {
  const int64_t project = Make(9, {kAnnOwns, {.user_id = kBob, .role = Role::kMember}});
  ASSERT_TRUE(store_.MarkGone(project).ok());
  Sync(kAnn, {});
  Sync(kBob, {});
  EXPECT_EQ(RoleOf(kAnn, project), Role::kOwner);
  EXPECT_EQ(RoleOf(kBob, project), Role::kMember);
  EXPECT_NE(projects_.GetProject(project)->sync_error, "");
  EXPECT_FALSE(store_.ClaimProjectSync(kClaim, std::nullopt)->has_value());
}

TEST_F(AccessStoreTest, ARepositoryThatIsBackIsSyncedAgain) {
  const int64_t project = Make(9, {kAnnOwns});
  ASSERT_TRUE(store_.MarkGone(project).ok());
  const auto asked = store_.ClaimProjectSync(kClaim, project);
  ASSERT_TRUE(asked.ok() && asked->has_value()) << asked.status();
  ASSERT_TRUE(
      store_.FinishProjectSync(project, (*asked)->claim, {kAnnOwns}, absl::ZeroDuration()).ok());
  EXPECT_EQ(projects_.GetProject(project)->sync_error, "");
  EXPECT_TRUE(store_.ClaimProjectSync(kClaim, std::nullopt)->has_value()) << "by itself";
}

TEST_F(AccessStoreTest, TellsWhichRepositoriesAreDescribedOtherwise) {
  // P53
  const int64_t renamed = Make(9, {kAnnOwns});
  Make(10, {kAnnOwns});
  const auto claimed = Begin(kAnn);
  RepositoryAccess now = Admins(9);
  now.facts.repository = "o/other";
  const auto changed = store_.FinishUserSync(claimed, {now, Admins(10)}, {}, {}, kLater);
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(*changed, std::vector<int64_t>{renamed});
}

TEST_F(AccessStoreTest, TellsHowFarAUsersSyncIs) {
  EXPECT_FALSE(store_.GetUserSync(kAnn)->running);
  ASSERT_TRUE(store_.WantUserSync(kAnn).ok());
  EXPECT_TRUE(store_.GetUserSync(kAnn)->running);
  auto claimed = **store_.ClaimUserSync(kClaim);
  EXPECT_FALSE(store_.ClaimUserSync(kClaim)->has_value());
  // Who joins does not start another one.
  ASSERT_TRUE(store_.WantUserSync(kAnn).ok());
  EXPECT_FALSE(store_.ClaimUserSync(kClaim)->has_value());
  ASSERT_TRUE(store_.ReportUserSync(claimed, kClaim, 3, 50, 300).ok());
  const auto half = *store_.GetUserSync(kAnn);
  EXPECT_TRUE(half.running);
  EXPECT_EQ(half.pages_done, 3);
  EXPECT_EQ(half.pages_total, 50);
  EXPECT_EQ(half.repositories, 300);
  EXPECT_EQ(half.success_time, absl::InfinitePast());

  ASSERT_TRUE(
      store_.FailUserSync(claimed, "github_unavailable", "away", absl::ZeroDuration()).ok());
  auto again = **store_.ClaimUserSync(kClaim);
  EXPECT_EQ(again.claim.failures, 1);
  ASSERT_TRUE(store_.FinishUserSync(again, {}, {}, {"\"e1\"", "W/\"e2\""}, kLater).ok());
  const auto done = *store_.GetUserSync(kAnn);
  EXPECT_FALSE(done.running);
  EXPECT_EQ(done.error_reason, "");
  EXPECT_GT(done.success_time, absl::Now() - absl::Minutes(5));

  ASSERT_TRUE(store_.WantUserSync(kAnn).ok());
  const auto third = **store_.ClaimUserSync(kClaim);
  EXPECT_EQ(third.etags, (std::vector<std::string>{"\"e1\"", "W/\"e2\""}));
  ASSERT_TRUE(store_.ConfirmUserSync(third, kLater).ok());
  EXPECT_FALSE(store_.GetUserSync(kAnn)->running);
}

TEST_F(AccessStoreTest, AFailureForGoodWaitsUntilItIsWanted) {
  const auto claimed = Begin(kAnn);
  ASSERT_TRUE(
      store_.FailUserSync(claimed, "sign_in_needed", "sign in", absl::InfiniteDuration()).ok());
  EXPECT_FALSE(store_.ClaimUserSync(kClaim)->has_value());
  EXPECT_EQ(store_.GetUserSync(kAnn)->error_reason, "sign_in_needed");
  ASSERT_TRUE(store_.WantUserSync(kAnn).ok());
  EXPECT_TRUE(store_.ClaimUserSync(kClaim)->has_value());
}

TEST_F(AccessStoreTest, WhoseClaimHasRunOutChangesNothing) {
  ASSERT_TRUE(store_.WantUserSync(kAnn).ok());
  auto slow = **store_.ClaimUserSync(absl::ZeroDuration());
  const auto fast = **store_.ClaimUserSync(kClaim);
  EXPECT_EQ(store_.ReportUserSync(slow, kClaim, 1, 1, 1).code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(store_.FinishUserSync(slow, {}, {}, {}, kLater).status().code(),
            absl::StatusCode::kCancelled);
  EXPECT_TRUE(store_.FailUserSync(slow, "r", "e", kLater).ok());
  EXPECT_TRUE(store_.GetUserSync(kAnn)->running);
  EXPECT_TRUE(store_.FinishUserSync(fast, {}, {}, {}, kLater).ok());
}

TEST_F(AccessStoreTest, ListsRepositoriesWithoutAProjectByName) {
  // K9
  Make(2, {kAnnOwns});
  const int64_t given_up = Make(4, {kAnnOwns});
  ASSERT_TRUE(projects_.BeginRemoval(given_up).ok());
  const auto named = [](int64_t id, const std::string& name) {
    return UserRepository{.repository_id = id,
                          .repository = name,
                          .owner_avatar_url = "a",
                          .owner_is_organization = true,
                          .is_private = true,
                          .description = "It's {\"quoted\", \\}",
                          .url = "u"};
  };
  const auto claimed = Begin(kAnn);
  ASSERT_TRUE(store_
                  .FinishUserSync(claimed, {},
                                  {named(1, "b/one"), named(2, "a/taken"), named(3, "A/zero"),
                                   named(4, "c/free")},
                                  {}, kLater)
                  .ok());
  const auto all = *store_.ListRepositories(kAnn, "", 10);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0], named(3, "A/zero"));
  EXPECT_EQ(all[1], named(1, "b/one"));
  EXPECT_EQ(all[2], named(4, "c/free"));
  const auto page = *store_.ListRepositories(kAnn, "a/zero", 1);
  ASSERT_EQ(page.size(), 1u);
  EXPECT_EQ(page[0].repository, "b/one");
  EXPECT_TRUE(store_.ListRepositories(kBob, "", 10)->empty());
  EXPECT_EQ(store_.GetUserSync(kAnn)->repositories, 4);
}

TEST_F(AccessStoreTest, RandomSchedulesEndWithWhatGithubSaysLast) {
  // One project, three users; GitHub's truth changes, syncs of both kinds begin and end in any
  // order. When all have ended and each was asked once more, everybody has what GitHub says.
  for (unsigned seed = 1; seed <= 60; ++seed) {
    std::mt19937 random(seed);
    const int64_t repository = 1000 + seed;
    const int64_t project = Make(repository, {kAnnOwns});
    std::map<int64_t, int> truth = {{kAnn, 2}};  // 0 none, 1 pulls, 2 administrates
    struct Open {
      ProjectSyncClaim claim;
      std::map<int64_t, int> heard;
    };
    std::vector<Open> open;
    const auto members_of = [&](const std::map<int64_t, int>& heard) {
      std::vector<Access> access;
      for (const auto& [user, level] : heard) {
        if (level > 0) access.push_back({user, level == 2, level == 2});
      }
      return MembersOf(access, kAnn);
    };
    const auto sync_user = [&](int64_t user) {
      std::vector<RepositoryAccess> access;
      if (truth[user] == 1) access = {Pulls(repository)};
      if (truth[user] == 2) access = {Admins(repository)};
      Sync(user, access);
    };
    for (int step = 0; step < 12; ++step) {
      switch (random() % 4) {
        case 0:
          truth[1 + random() % 3] = static_cast<int>(random() % 3);
          break;
        case 1:
          open.push_back({BeginProject(project), truth});
          break;
        case 2:
          if (!open.empty()) {
            const size_t at = random() % open.size();
            ASSERT_TRUE(store_
                            .FinishProjectSync(project, open[at].claim.claim,
                                               members_of(open[at].heard), kLater)
                            .ok());
            open.erase(open.begin() + static_cast<std::ptrdiff_t>(at));
          }
          break;
        default:
          sync_user(1 + static_cast<int64_t>(random() % 3));
      }
    }
    for (const int64_t user : {int64_t{1}, int64_t{2}, int64_t{3}}) sync_user(user);
    const auto last = BeginProject(project);
    ASSERT_TRUE(store_.FinishProjectSync(project, last.claim, members_of(truth), kLater).ok());
    for (const Open& late : open) {
      ASSERT_TRUE(
          store_.FinishProjectSync(project, late.claim.claim, members_of(late.heard), kLater).ok());
    }
    for (const int64_t user : {int64_t{1}, int64_t{2}, int64_t{3}}) {
      ASSERT_EQ(RoleOf(user, project) != Role::kNone, truth[user] > 0)
          << "seed " << seed << " user " << user;
    }
  }
}

}  // namespace
}  // namespace kozmic::project
