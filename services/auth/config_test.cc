#include "services/auth/config.h"

#include <map>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kozmic::auth {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kComplete[] = R"(
service_key: a service key that is long enough to be one
secret_key: a secret key that is long enough to be one!
database_url: postgresql://kozmic_auth@127.0.0.1/kozmic
public_url: http://127.0.0.1:8080
github: {client_id: id, client_secret: hush}
)";

absl::StatusOr<Config> Read(const std::string& yaml) {
  auto reader = ConfigReader::Parse(yaml, [](const std::string&) { return std::nullopt; });
  if (!reader.ok()) return reader.status();
  return ReadConfig(*reader);
}

TEST(ConfigTest, APreviousSecretKeyNeedNotBe) {
  const auto config = Read(kComplete);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_THAT(config->previous_secret_keys, IsEmpty());
  EXPECT_THAT(Read(std::string(kComplete) + "previous_secret_keys: []")->previous_secret_keys,
              IsEmpty());
}

TEST(ConfigTest, PreviousSecretKeysAreAsStrongAsTheOneNowAndNeverTold) {
  const std::string key = "one that was replaced " + std::string(20, 'x');
  EXPECT_THAT(Read(kComplete + ("previous_secret_keys: [" + key + "]"))->previous_secret_keys,
              ElementsAre(key));
  const absl::Status status =
      Read(kComplete + ("previous_secret_keys: [" + key + ", hunter2]")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("previous_secret_keys"), Not(HasSubstr("hunter2")),
                    Not(HasSubstr("one that was replaced"))));
}

}  // namespace
}  // namespace kozmic::auth
