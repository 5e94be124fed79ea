#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/testing/gateway_fixture.h"

namespace kozmic::gateway {
namespace {

using http::StatusOf;
using nlohmann::json;

using SettingsHistoryRoutesTest = GatewayTest;

constexpr char kChanges[] = "/api/v1/projects/1/settings/changes";

history::v1::SettingsChange SomeChange(int number, int second) {
  history::v1::SettingsChange change;
  change.set_name(absl::StrCat("projects/1/settingsChanges/", number));
  change.mutable_time()->set_seconds(1'800'000'000 + second);
  change.set_user("users/7");
  change.set_login("ada");
  change.set_subject("hooks/3");
  change.set_title("Tests");
  change.set_action(history::v1::SettingsChange::ACTION_CHANGED);
  return change;
}

// P51
TEST_F(SettingsHistoryRoutesTest, BothServicesChangesAreOneHistory) {
  projects_.history.Put(SomeChange(1, 1));
  auto edit = SomeChange(2, 3);
  auto& image = *edit.add_fields();
  image.set_field("image");
  image.mutable_before()->set_string_value("debian:11");
  image.mutable_after()->set_string_value("debian:\"12\"");
  auto& events = *edit.add_fields();
  events.set_field("events");
  events.mutable_after()->mutable_list_value()->add_values()->set_string_value("push");
  auto& script = *edit.add_fields();
  script.set_field("script");
  script.set_omitted(true);
  projects_.history.Put(edit);
  auto settings = SomeChange(1, 2);
  settings.set_subject("settings");
  settings.clear_title();
  settings.set_by_access_token(true);
  auto& parallel = *settings.add_fields();
  parallel.set_field("max_parallel");
  parallel.mutable_before()->set_number_value(0);
  parallel.mutable_after()->set_number_value(1000);
  builds_.history.Put(settings);

  const json list = Json(Get(kChanges));
  ASSERT_EQ(list["changes"].size(), 3u);
  EXPECT_EQ(list["next_page_token"], nullptr);
  EXPECT_EQ(list["changes"][0], json::parse(R"({"id": "p2", "at": "2027-01-15T08:00:03.000Z",
      "login": "ada", "by_access_token": false, "subject": "hooks/3", "title": "Tests",
      "action": "changed", "fields": [
        {"field": "image", "before": "debian:11", "after": "debian:\"12\"", "omitted": false},
        {"field": "events", "before": null, "after": ["push"], "omitted": false},
        {"field": "script", "before": null, "after": null, "omitted": true}]})"));
  EXPECT_EQ(list["changes"][1], json::parse(R"({"id": "b1", "at": "2027-01-15T08:00:02.000Z",
      "login": "ada", "by_access_token": true, "subject": "settings", "title": null,
      "action": "changed", "fields": [
        {"field": "max_parallel", "before": 0, "after": 1000, "omitted": false}]})"));
  EXPECT_EQ(list["changes"][2]["id"], "p1");
  EXPECT_EQ(Json(Get(absl::StrCat(kChanges, "/p2"))), list["changes"][0]);
  EXPECT_EQ(Json(Get(absl::StrCat(kChanges, "/b1"))), list["changes"][1]);
  EXPECT_EQ(StatusOf(Get(absl::StrCat(kChanges, "/b2"))), 404);
  EXPECT_EQ(StatusOf(Get(absl::StrCat(kChanges, "/x2"))), 404);
}

TEST_F(SettingsHistoryRoutesTest, ComesInPages) {
  for (int i = 1; i <= 3; ++i) {
    projects_.history.Put(SomeChange(i, 10 * i));
    builds_.history.Put(SomeChange(i, 10 * i + 5));
  }
  std::string told;
  std::string token;
  for (int pages = 0; pages < 4; ++pages) {
    const json page = Json(Get(absl::StrCat(kChanges, "?limit=2&page_token=", token)));
    for (const json& one : page["changes"])
      absl::StrAppend(&told, one["id"].get<std::string>(), " ");
    if (page["next_page_token"].is_null()) break;
    token = page["next_page_token"].get<std::string>();
  }
  EXPECT_EQ(told, "b3 p3 b2 p2 b1 p1 ");
}

TEST_F(SettingsHistoryRoutesTest, IsForThoseWhoMayConfigure) {
  EXPECT_EQ(StatusOf(Get(kChanges, "")), 401);
  EXPECT_EQ(StatusOf(Get("/api/v1/projects/404/settings/changes")), 404);
  EXPECT_EQ(StatusOf(Get("/api/v1/projects/x/settings/changes")), 404);
  projects_.SetRole("users/7", 1, project::v1::ROLE_MEMBER);
  EXPECT_EQ(StatusOf(Get(kChanges)), 403);
  EXPECT_EQ(StatusOf(Get(absl::StrCat(kChanges, "/p1"))), 403);
}

// Bad input 41.
TEST_F(SettingsHistoryRoutesTest, WhatIsNotAPageIsRefused) {
  for (const char* query :
       {"?limit=0", "?limit=101", "?limit=x", "?page_token=x", "?page_token=1"}) {
    EXPECT_EQ(StatusOf(Get(absl::StrCat(kChanges, query))), 400) << query;
  }
}

}  // namespace
}  // namespace kozmic::gateway
