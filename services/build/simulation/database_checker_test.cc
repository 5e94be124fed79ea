#include "services/build/simulation/database_checker.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/build/stores_fixture.h"

namespace kozmic::build::simulation {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

using DatabaseCheckerTest = StoresFixture;

TEST_F(DatabaseCheckerTest, FindsNothingInASoundDatabaseAndWhatWasBroken) {
  ASSERT_TRUE(Create(1, Request("a", 2)).ok());
  ASSERT_TRUE(Create(1, Request("b")).ok());
  OpenSession("one", "s1");
  ASSERT_TRUE(Finish("s1", Grant("s1", "r1").key, Exit(0)).ok());
  Grant("s1", "r2");
  const auto sound = CheckDatabase(pool_);
  ASSERT_TRUE(sound.ok()) << sound.status();
  EXPECT_THAT(*sound, IsEmpty());
  ASSERT_TRUE(pool_
                  .Autocommit([](pqxx::nontransaction& tx) {
                    tx.exec0("UPDATE builds SET number = 5, state = 3 WHERE number = 2");
                    tx.exec0("UPDATE jobs SET state = 4, tries = 4 WHERE state = 2");
                    return absl::OkStatus();
                  })
                  .ok());
  // I4, I7, I8, and I9 of both builds.
  EXPECT_THAT(*CheckDatabase(pool_), SizeIs(4));
}

}  // namespace
}  // namespace kozmic::build::simulation
