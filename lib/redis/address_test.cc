#include "lib/redis/address.h"

#include "gtest/gtest.h"

namespace kozmic {
namespace {

TEST(ParseRedisUrlTest, ReadsEveryPart) {
  const auto address = ParseRedisUrl("redis://me:p%40ss:w@rd@redis.local:7000/3");
  ASSERT_TRUE(address.ok()) << address.status();
  EXPECT_EQ(address->host, "redis.local");
  EXPECT_EQ(address->port, 7000);
  EXPECT_EQ(address->user, "me");
  EXPECT_EQ(address->password, "p@ss:w@rd");
  EXPECT_EQ(address->database, 3);
}

TEST(ParseRedisUrlTest, HasFallbacks) {
  const auto address = ParseRedisUrl("redis://:secret@127.0.0.1");
  ASSERT_TRUE(address.ok()) << address.status();
  EXPECT_EQ(address->host, "127.0.0.1");
  EXPECT_EQ(address->port, 6379);
  EXPECT_EQ(address->user, "");
  EXPECT_EQ(address->password, "secret");
  EXPECT_EQ(address->database, 0);
}

TEST(ParseRedisUrlTest, RefusesTheRestWithoutTellingThePassword) {
  for (const char* url :
       {"", "redis://", "http://h:1", "redis://h:0", "redis://h:70000", "redis://:hunter2@h:x",
        "redis://:hunter2@h/x", "redis://:hunter2%4@h", "redis://:hunter2@", "redis://h/-1"}) {
    const auto address = ParseRedisUrl(url);
    EXPECT_EQ(address.status().code(), absl::StatusCode::kInvalidArgument) << url;
    EXPECT_EQ(address.status().message().find("hunter2"), absl::string_view::npos) << url;
  }
}

}  // namespace
}  // namespace kozmic
