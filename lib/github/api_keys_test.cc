#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/json.h"
#include "lib/github/api_fixture.h"

namespace kozmic::github {
namespace {

// K12
TEST_F(ApiTest, CreatesADeployKeyThatMayOnlyRead) {
  github_.server().Post(
      "/api/v3/repos/ann/app/keys", [](const httplib::Request& request, httplib::Response& answer) {
        EXPECT_EQ(*ParseJson(request.body),
                  *ParseJson(R"({"title":"Kozmic CI","key":"ssh-ed25519 AAAA","read_only":true})"));
        answer.status = 201;
        answer.set_content(R"({"id":3,"key":"ssh-ed25519 AAAA","title":"Kozmic CI","verified":true,
                           "read_only":true})",
                           "application/json");
      });
  Start();
  const auto key = api_.CreateDeployKey("t", "ann/app", "Kozmic CI", "ssh-ed25519 AAAA");
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->id, 3);
  EXPECT_EQ(key->title, "Kozmic CI");
  EXPECT_EQ(key->key, "ssh-ed25519 AAAA");
  EXPECT_TRUE(key->read_only);
}

TEST_F(ApiTest, AKeyThatIsInUseElsewhereIsRefusedInWords) {
  github_.server().Post(
      "/api/v3/repos/ann/app/keys", [](const httplib::Request&, httplib::Response& answer) {
        answer.status = 422;
        answer.set_content(R"({"message":"Validation Failed","errors":[{"resource":"PublicKey",
                           "code":"custom","field":"key","message":"key is already in use"}]})",
                           "application/json");
      });
  Start();
  const absl::Status status = api_.CreateDeployKey("t", "ann/app", "a", "b").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), ::testing::HasSubstr("key is already in use"));
}

TEST_F(ApiTest, DeletesADeployKey) {
  github_.server().Delete(
      "/api/v3/repos/ann/app/keys/3",
      [](const httplib::Request&, httplib::Response& answer) { answer.status = 204; });
  Start();
  const absl::Status deleted = api_.DeleteDeployKey("t", "ann/app", 3);
  EXPECT_TRUE(deleted.ok()) << deleted;
  EXPECT_EQ(api_.DeleteDeployKey("t", "ann/app", 4).code(), absl::StatusCode::kNotFound);
}

TEST_F(ApiTest, ListsDeployKeysWithoutTheirComments) {
  Answers("/repos/ann/app/keys", 200,
          R"([{"id":1,"title":"a","key":"ssh-rsa AAAA","read_only":false},
              {"id":2,"title":"b","key":"ssh-ed25519 BBBB me@home","read_only":true}])");
  Start();
  const auto keys = api_.ListDeployKeys("t", "ann/app");
  ASSERT_TRUE(keys.ok()) << keys.status();
  ASSERT_EQ(keys->size(), 2u);
  EXPECT_EQ((*keys)[0].key, "ssh-rsa AAAA");
  EXPECT_FALSE((*keys)[0].read_only);
  EXPECT_EQ((*keys)[1].key, "ssh-ed25519 BBBB");
  EXPECT_TRUE((*keys)[1].read_only);
}

// Bad input 74
TEST_F(ApiTest, ChecksTheFieldsOfADeployKey) {
  ExpectFieldsAreChecked(
      "/repos/ann/app/keys",
      {{"id", 1}, {"title", "a"}, {"key", "ssh-rsa AAAA"}, {"read_only", true}},
      {{"id", true}, {"title", false}, {"key", true}, {"read_only", true}},
      [&] { return api_.ListDeployKeys("t", "ann/app").status(); },
      [](const nlohmann::json& key) { return nlohmann::json::array({key}); });
}

}  // namespace
}  // namespace kozmic::github
