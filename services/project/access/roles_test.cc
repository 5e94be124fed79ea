#include "services/project/access/roles.h"

#include <algorithm>
#include <random>

#include "gtest/gtest.h"

namespace kozmic::project {
namespace {

constexpr Access Pulls(int64_t user) { return {.user_id = user}; }
constexpr Access Pushes(int64_t user) { return {.user_id = user, .may_push = true}; }
constexpr Access Admins(int64_t user) {
  return {.user_id = user, .may_push = true, .may_admin = true};
}

TEST(RolesTest, WhatEachRoleMay) {
  // K15
  EXPECT_TRUE(Allows(Role::kOwner, Permission::kDelete));
  EXPECT_TRUE(Allows(Role::kManager, Permission::kConfigure));
  EXPECT_FALSE(Allows(Role::kManager, Permission::kDelete));
  EXPECT_TRUE(Allows(Role::kMember, Permission::kView));
  EXPECT_FALSE(Allows(Role::kMember, Permission::kConfigure));
  EXPECT_FALSE(Allows(Role::kNone, Permission::kView));
}

TEST(RolesTest, WhoMayPushManagesAndTheOthersWatch) {
  // K15, K16
  const auto members = MembersOf({Pulls(4), Pushes(3), Admins(2), Admins(1)}, 2);
  ASSERT_EQ(members.size(), 4u);
  EXPECT_EQ(members[0], (Membership{1, Role::kManager, true}));
  EXPECT_EQ(members[1], (Membership{2, Role::kOwner, true}));
  EXPECT_EQ(members[2], (Membership{3, Role::kManager, false}));
  EXPECT_EQ(members[3], (Membership{4, Role::kMember, false}));
}

TEST(RolesTest, AnOwnerWhoMayStillPushStaysOne) {
  EXPECT_EQ(MembersOf({Pushes(2), Admins(1)}, 2)[1].role, Role::kOwner);
  EXPECT_EQ(MembersOf({Pushes(2), Admins(1)}, 2)[0].role, Role::kManager);
}

TEST(RolesTest, WhenTheOwnerLeavesTheAdministratorKnownLongestInherits) {
  const auto members = MembersOf({Pushes(1), Admins(5), Admins(3)}, 2);
  EXPECT_EQ(members[0].role, Role::kManager);
  EXPECT_EQ(members[1], (Membership{3, Role::kOwner, true}));
  EXPECT_EQ(members[2].role, Role::kManager);
  // Demoted to pulling: no owner any more, and only a member.
  EXPECT_EQ(MembersOf({Pulls(2), Admins(3)}, 2)[0].role, Role::kMember);
}

TEST(RolesTest, WithoutAnAdministratorThereIsNoOwner) {
  for (const Membership& member : MembersOf({Pushes(1), Pulls(3)}, 2)) {
    EXPECT_NE(member.role, Role::kOwner);
  }
  EXPECT_TRUE(MembersOf({}, 2).empty());
}

TEST(RolesTest, RandomCrowdsKeepTheRules) {
  for (unsigned seed = 1; seed <= 5000; ++seed) {
    std::mt19937 random(seed);
    std::vector<Access> access;
    for (unsigned n = random() % 8; n > 0; --n) {
      const bool admin = random() % 3 == 0;
      access.push_back({.user_id = static_cast<int64_t>(random() % 10),
                        .may_push = admin || random() % 2 == 0,
                        .may_admin = admin});
    }
    const int64_t owner = static_cast<int64_t>(random() % 10);
    const auto members = MembersOf(access, owner);
    int owners = 0;
    for (size_t i = 0; i < members.size(); ++i) {
      ASSERT_TRUE(i == 0 || members[i - 1].user_id < members[i].user_id) << "seed " << seed;
      owners += members[i].role == Role::kOwner ? 1 : 0;
      const bool known = std::any_of(access.begin(), access.end(), [&](const Access& one) {
        return one.user_id == members[i].user_id &&
               (members[i].role == Role::kMember) == !one.may_push;
      });
      ASSERT_TRUE(known) << "seed " << seed;
    }
    ASSERT_LE(owners, 1) << "seed " << seed;
  }
}

}  // namespace
}  // namespace kozmic::project
