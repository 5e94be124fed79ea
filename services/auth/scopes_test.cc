#include "services/auth/scopes.h"

#include "gtest/gtest.h"

namespace kozmic::auth {
namespace {

TEST(ScopesTest, WhatIsGrantedOrImpliedIsNotMissing) {
  for (const char* organisations : {"read:org", "write:org", "admin:org"}) {
    EXPECT_EQ(MissingScope({"repo", organisations}), std::nullopt) << organisations;
    EXPECT_EQ(MissingScope({organisations, "user", "repo"}), std::nullopt) << organisations;
  }
}

// Bad input 33.
TEST(ScopesTest, TheFirstMissingOneIsNamed) {
  EXPECT_EQ(MissingScope({}), "repo");
  EXPECT_EQ(MissingScope({"read:org", "repo:status"}), "repo");
  EXPECT_EQ(MissingScope({"repo", "read:user"}), "read:org");
  EXPECT_EQ(MissingScope({"repo", "admin:org_hook"}), "read:org");
}

}  // namespace
}  // namespace kozmic::auth
