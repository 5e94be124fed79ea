#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/json.h"
#include "lib/github/api_fixture.h"

namespace kozmic::github {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(ApiTest, CreatesAHookWithItsSecret) {
  github_.server().Post("/api/v3/repos/ann/app/hooks",
                        [](const httplib::Request& request, httplib::Response& answer) {
                          EXPECT_EQ(*ParseJson(request.body), *ParseJson(R"({
                            "name":"web","active":true,"events":["push"],"config":{
                            "url":"http://k/1","content_type":"json","secret":"s",
                            "insecure_ssl":"0"}})"));
                          answer.status = 201;
                          answer.set_content(R"({"id":77,"active":true,"events":["push"],
                              "config":{"url":"http://k/1","content_type":"json"}})",
                                             "application/json");
                        });
  Start();
  const auto hook =
      api_.CreateHook("t", "ann/app", {.url = "http://k/1", .secret = "s", .events = {"push"}});
  ASSERT_TRUE(hook.ok()) << hook.status();
  EXPECT_EQ(hook->id, 77);
  EXPECT_EQ(hook->url, "http://k/1");
  EXPECT_THAT(hook->events, ElementsAre("push"));
  EXPECT_TRUE(hook->active);
  EXPECT_EQ(hook->content_type, "json");
}

TEST_F(ApiTest, DeletesAHook) {
  github_.server().Delete(
      "/api/v3/repos/ann/app/hooks/77",
      [](const httplib::Request&, httplib::Response& answer) { answer.status = 204; });
  Start();
  const absl::Status deleted = api_.DeleteHook("t", "ann/app", 77);
  EXPECT_TRUE(deleted.ok()) << deleted;
  EXPECT_EQ(api_.DeleteHook("t", "ann/app", 78).code(), absl::StatusCode::kNotFound);
}

TEST_F(ApiTest, ListsHooksOverPages) {
  github_.server().Get("/api/v3/repos/ann/app/hooks", [&](const httplib::Request& request,
                                                          httplib::Response& answer) {
    nlohmann::json page = nlohmann::json::array();
    const bool first = !request.has_param("page");
    for (int i = 0; i < (first ? 100 : 3); ++i) page.push_back({{"id", i + (first ? 1 : 101)}});
    if (first) {
      answer.set_header("Link", absl::StrCat("<", github_.url(),
                                             "/api/v3/repos/ann/app/hooks?page=2>; rel=\"next\""));
    }
    answer.set_content(page.dump(), "application/json");
  });
  Start();
  EXPECT_EQ(api_.ListHooks("t", "ann/app")->size(), 103u);
}

TEST_F(ApiTest, UpdatesAHookWholly) {
  github_.server().Patch("/api/v3/repos/ann/app/hooks/77", [](const httplib::Request& request,
                                                              httplib::Response& answer) {
    EXPECT_EQ(*ParseJson(request.body), *ParseJson(R"({
                            "active":true,"events":["push","pull_request"],"config":{
                            "url":"http://k/2","content_type":"json","secret":"s2",
                            "insecure_ssl":"0"}})"));
    answer.set_content(R"({"id":77,"active":true,"events":["push","pull_request"],
                              "config":{"url":"http://k/2","content_type":"json"}})",
                       "application/json");
  });
  Start();
  const NewHook update{.url = "http://k/2", .secret = "s2", .events = {"push", "pull_request"}};
  const auto hook = api_.UpdateHook("t", "ann/app", 77, update);
  ASSERT_TRUE(hook.ok()) << hook.status();
  EXPECT_EQ(hook->url, "http://k/2");
  EXPECT_EQ(api_.UpdateHook("t", "ann/app", 78, update).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(ApiTest, ReadsAHookThatAnotherMade) {
  Answers("/repos/ann/app/hooks/5", 200, R"({"id":5,"name":"email","config":{},"events":[]})");
  Start();
  const auto hook = api_.GetHook("t", "ann/app", 5);
  ASSERT_TRUE(hook.ok()) << hook.status();
  EXPECT_EQ(hook->url, "");
  EXPECT_THAT(hook->events, IsEmpty());
  EXPECT_FALSE(hook->active);
}

// Bad input 74
TEST_F(ApiTest, ChecksTheFieldsOfAHook) {
  ExpectFieldsAreChecked("/repos/ann/app/hooks/5",
                         {{"id", 5},
                          {"active", true},
                          {"events", {"push"}},
                          {"config", {{"url", "http://k/1"}, {"content_type", "json"}}}},
                         {{"id", true},
                          {"active", false},
                          {"events", false},
                          {"config", false},
                          {"config.url", false},
                          {"config.content_type", false}},
                         [&] { return api_.GetHook("t", "ann/app", 5).status(); });
}

}  // namespace
}  // namespace kozmic::github
