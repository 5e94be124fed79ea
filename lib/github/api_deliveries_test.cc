#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/json.h"
#include "lib/github/api_fixture.h"

namespace kozmic::github {
namespace {

using ::testing::IsEmpty;

constexpr char kPath[] = "/repos/ann/app/hooks/77/deliveries";

nlohmann::json Delivery(int64_t id, int status = 200) {
  return {{"id", id},
          {"guid", absl::StrCat("guid-", id)},
          {"delivered_at", "2026-05-01T10:00:00.5Z"},
          {"redelivery", false},
          {"status_code", status}};
}

TEST_F(ApiTest, I3ListsDeliveriesBackToAKnownOne) {
  int pages = 0;
  github_.server().Get(absl::StrCat("/api/v3", kPath), [&](const httplib::Request& request,
                                                           httplib::Response& answer) {
    ++pages;
    const std::string cursor = request.get_param_value("cursor");
    const int64_t newest = cursor.empty() ? 1000 : std::stoll(cursor);
    nlohmann::json page = nlohmann::json::array();
    for (int64_t id = newest; id > newest - 100; --id) page.push_back(Delivery(id, 502));
    answer.set_header("Link", absl::StrCat("<", github_.url(), "/api/v3", kPath,
                                           "?cursor=", newest - 100, ">; rel=\"next\""));
    answer.set_header("ETag", "\"x\"");
    answer.set_content(page.dump(), "application/json");
  });
  Start();
  const auto listing = api_.ListHookDeliveries("t", "ann/app", 77, 850, "");
  ASSERT_TRUE(listing.ok()) << listing.status();
  ASSERT_EQ(listing->deliveries.size(), 150u);
  EXPECT_EQ(pages, 2);
  EXPECT_EQ(listing->deliveries.front().id, 1000);
  EXPECT_EQ(listing->deliveries.back().id, 851);
  EXPECT_EQ(listing->deliveries.front().guid, "guid-1000");
  EXPECT_EQ(listing->deliveries.front().status_code, 502);
  EXPECT_EQ(listing->deliveries.front().time, absl::FromUnixMillis(1777629600500));
  EXPECT_EQ(listing->etag, "\"x\"");
  EXPECT_FALSE(listing->is_cut);
}

TEST_F(ApiTest, I3AListWithoutEndIsCutAndSaysSo) {
  github_.server().Get(absl::StrCat("/api/v3", kPath), [&](const httplib::Request& request,
                                                           httplib::Response& answer) {
    const std::string cursor = request.get_param_value("cursor");
    const int64_t id = cursor.empty() ? 1000 : std::stoll(cursor);
    answer.set_header("Link", absl::StrCat("<", github_.url(), "/api/v3", kPath, "?cursor=", id - 1,
                                           ">; rel=\"next\""));
    answer.set_content(nlohmann::json::array({Delivery(id)}).dump(), "application/json");
  });
  Start();
  const auto listing = api_.ListHookDeliveries("t", "ann/app", 77, 0, "");
  ASSERT_TRUE(listing.ok()) << listing.status();
  EXPECT_TRUE(listing->is_cut);
  EXPECT_EQ(listing->deliveries.size(), 50u);
}

TEST_F(ApiTest, I3AnUnchangedListCostsNothing) {
  github_.server().Get(absl::StrCat("/api/v3", kPath),
                       [&](const httplib::Request& request, httplib::Response& answer) {
                         EXPECT_EQ(request.get_header_value("If-None-Match"), "\"x\"");
                         answer.status = 304;
                       });
  Start();
  const auto listing = api_.ListHookDeliveries("t", "ann/app", 77, 0, "\"x\"");
  ASSERT_TRUE(listing.ok()) << listing.status();
  EXPECT_TRUE(listing->not_modified);
  EXPECT_EQ(listing->etag, "\"x\"");
  EXPECT_THAT(listing->deliveries, IsEmpty());
}

// Bad input 74
TEST_F(ApiTest, ChecksTheFieldsOfADelivery) {
  ExpectFieldsAreChecked(
      kPath, Delivery(5),
      {{"id", true},
       {"guid", true},
       {"delivered_at", true},
       {"redelivery", false},
       {"status_code", false}},
      [&] { return api_.ListHookDeliveries("t", "ann/app", 77, 0, "").status(); },
      [](const nlohmann::json& one) { return nlohmann::json::array({one}); });
}

TEST_F(ApiTest, AsksForAnotherAttempt) {
  github_.server().Post(absl::StrCat("/api/v3", kPath, "/5/attempts"),
                        [](const httplib::Request&, httplib::Response& answer) {
                          answer.status = 202;
                          answer.set_content("{}", "application/json");
                        });
  Start();
  EXPECT_EQ(api_.RedeliverHookDelivery("t", "ann/app", 77, 5), absl::OkStatus());
  EXPECT_EQ(api_.RedeliverHookDelivery("t", "ann/app", 77, 6).code(), absl::StatusCode::kNotFound);
}

TEST_F(ApiTest, P8FindsTheCommitOfARef) {
  const std::string sha(40, 'a');
  std::string asked;
  github_.server().Get(R"(/api/v3/repos/ann/app/commits/.*)", [&](const httplib::Request& request,
                                                                  httplib::Response& answer) {
    asked = request.target;
    answer.set_content(
        nlohmann::json({{"sha", sha},
                        {"commit", {{"message", "Fix"}, {"author", {{"name", "Ann"}}}}},
                        {"author", nullptr}})
            .dump(),
        "application/json");
  });
  Start();
  const auto commit = api_.GetCommit("t", "ann/app", "heads/a b/?#%/ü");
  ASSERT_TRUE(commit.ok()) << commit.status();
  EXPECT_EQ(asked, "/api/v3/repos/ann/app/commits/heads/a%20b/%3F%23%25/%C3%BC");
  EXPECT_EQ(commit->id, sha);
  EXPECT_EQ(commit->message, "Fix");
  EXPECT_EQ(commit->author_name, "Ann");
  EXPECT_EQ(commit->author_login, "");
}

// Bad input 74
TEST_F(ApiTest, ChecksTheFieldsOfACommit) {
  ExpectFieldsAreChecked("/repos/ann/app/commits/heads/main",
                         {{"sha", std::string(40, 'a')},
                          {"commit", {{"message", "Fix"}, {"author", {{"name", "Ann"}}}}},
                          {"author", {{"login", "ann"}, {"avatar_url", "http://a/1"}}}},
                         {{"sha", true},
                          {"commit", false},
                          {"commit.message", false},
                          {"commit.author.name", false},
                          {"author.login", false},
                          {"author.avatar_url", false}},
                         [&] { return api_.GetCommit("t", "ann/app", "heads/main").status(); });
}

}  // namespace
}  // namespace kozmic::github
