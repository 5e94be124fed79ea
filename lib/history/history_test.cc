// Who changed what, on a real PostgreSQL with the table of one of the services.

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/history/change.h"
#include "lib/history/history_rpcs.h"
#include "lib/history/settings_history.h"
#include "lib/testing/postgres.h"

namespace kozmic {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(FieldChangesTest, NamesWhatDiffersInTheOrderOfAReader) {
  EXPECT_THAT(FieldChanges({{"a", 1}, {"b", "x"}, {"gone", true}, {"same", {"l"}}},
                           {{"new", 0}, {"b", "y"}, {"same", {"l"}}, {"a", 2}}),
              ElementsAre(FieldChange{"new", nullptr, 0}, FieldChange{"b", "x", "y"},
                          FieldChange{"a", 1, 2}, FieldChange{"gone", true, nullptr}));
  EXPECT_THAT(FieldChanges({{"a", 1}}, {{"a", 1}}), IsEmpty());
}

class SettingsHistoryTest : public ::testing::Test {
 protected:
  SettingsHistoryTest() : project_(MakeProject(1)), other_(MakeProject(2)) {}

  int64_t MakeProject(int64_t repository) {
    int64_t project = 0;
    EXPECT_TRUE(pool_
                    .Autocommit([&](pqxx::nontransaction& tx) {
                      project = tx.exec_params1(
                                      "INSERT INTO projects (repository_id, repository, private,"
                                      " url, owner_user_id) VALUES ($1, 'a/b', false, '', 1)"
                                      " RETURNING project_id",
                                      repository)[0]
                                    .as<int64_t>();
                      return absl::OkStatus();
                    })
                    .ok());
    return project;
  }

  void Add(int64_t project, const Change& change, const HistoryLimits& limits = {}) {
    ASSERT_TRUE(pool_
                    .Transact([&](pqxx::work& tx) {
                      AddChange(tx, project, kAda, change, limits);
                      return absl::OkStatus();
                    })
                    .ok());
  }

  std::vector<std::string> Titles(int64_t project, int64_t before = 0, int limit = 100) {
    std::vector<std::string> titles;
    const auto changes = history_.List(project, before, limit);
    for (const ChangeRecord& one : *changes) titles.push_back(one.change.title);
    return titles;
  }

  const Author kAda = {.user_id = 7, .login = "ada", .by_access_token = true};
  PostgresPool pool_{{.url = SharedTestPostgres().CreateDatabase("project"), .size = 4}};
  const SettingsHistory history_{pool_};
  const int64_t project_;
  const int64_t other_;
};

TEST_F(SettingsHistoryTest, KeepsAllOfAChange) {
  const std::vector<FieldChange> fields = {{"script", "a \"b\"\n\\ü\t", nullptr},
                                           {"events", {"push"}, {"push", "tag"}},
                                           {"services", nullptr, {{{"name", "db"}}}},
                                           {"enabled", false, true},
                                           {"timeout_seconds", 60, 3600}};
  const absl::Time start = absl::Now() - absl::Seconds(5);
  Add(project_,
      {.subject = "hooks/3", .title = "Tests", .action = Change::Action::kAdded, .fields = fields});
  const auto list = history_.List(project_, 0, 10);
  ASSERT_EQ(list->size(), 1u);
  const auto one = history_.Get(project_, list->front().number);
  for (const ChangeRecord& record : {list->front(), *one}) {
    EXPECT_EQ(record.project_id, project_);
    EXPECT_GT(record.time, start);
    EXPECT_LT(record.time, start + absl::Seconds(30));
    EXPECT_EQ(record.author.user_id, 7);
    EXPECT_EQ(record.author.login, "ada");
    EXPECT_TRUE(record.author.by_access_token);
    EXPECT_EQ(record.change.subject, "hooks/3");
    EXPECT_EQ(record.change.title, "Tests");
    EXPECT_EQ(record.change.action, Change::Action::kAdded);
    EXPECT_EQ(record.change.fields, fields);
  }
  EXPECT_TRUE(absl::IsNotFound(history_.Get(other_, list->front().number).status()));
  EXPECT_TRUE(absl::IsNotFound(history_.Get(project_, 404).status()));
}

TEST_F(SettingsHistoryTest, ListsEachProjectsOwnNewestFirstPageByPage) {
  for (const char* title : {"1", "2", "3", "4"}) Add(project_, {.title = title});
  Add(other_, {.title = "other"});
  EXPECT_THAT(Titles(project_), ElementsAre("4", "3", "2", "1"));
  EXPECT_THAT(Titles(other_), ElementsAre("other"));
  const auto first = history_.List(project_, 0, 2);
  ASSERT_EQ(first->size(), 2u);
  EXPECT_THAT(Titles(project_, first->back().number, 2), ElementsAre("2", "1"));
  EXPECT_THAT(Titles(404), IsEmpty());
}

TEST_F(SettingsHistoryTest, KeepsTheNewestWithinItsLimits) {
  const HistoryLimits few = {.changes = 3};
  for (const char* title : {"1", "2", "3", "4", "5"}) Add(project_, {.title = title}, few);
  EXPECT_THAT(Titles(project_), ElementsAre("5", "4", "3"));

  const HistoryLimits small = {.bytes = 1000};
  Add(project_, {.title = "6", .fields = {{"script", "", std::string(700, 'x')}}}, small);
  EXPECT_THAT(Titles(project_), ElementsAre("6", "5", "4", "3"));
  Add(project_, {.title = "7", .fields = {{"script", "", std::string(700, 'x')}}}, small);
  EXPECT_THAT(Titles(project_), ElementsAre("7"));
  // However large it is.
  Add(project_, {.title = "8", .fields = {{"script", "", std::string(7000, 'x')}}}, small);
  EXPECT_THAT(Titles(project_), ElementsAre("8"));
}

TEST_F(SettingsHistoryTest, ListsLeaveLongValuesOut) {
  const std::string script(kLongestListedValues, 'x');
  Add(project_, {.subject = "hooks/3",
                 .title = "Tests",
                 .fields = {{"script", "make\n", script}, {"image", "debian:11", "debian:12"}}});
  history::v1::ListSettingsChangesResponse response;
  ASSERT_TRUE(AnswerListSettingsChanges(history_, project_, {}, &response).ok());
  ASSERT_EQ(response.changes_size(), 1);
  const history::v1::SettingsChange& listed = response.changes(0);
  EXPECT_EQ(listed.login(), "ada");
  EXPECT_EQ(listed.user(), "users/7");
  EXPECT_EQ(listed.action(), history::v1::SettingsChange::ACTION_CHANGED);
  ASSERT_EQ(listed.fields_size(), 2);
  EXPECT_TRUE(listed.fields(0).omitted());
  EXPECT_FALSE(listed.fields(0).has_after());
  EXPECT_FALSE(listed.fields(1).omitted());
  EXPECT_EQ(listed.fields(1).before().string_value(), "debian:11");

  const int64_t number = history_.List(project_, 0, 1)->front().number;
  EXPECT_EQ(listed.name(), absl::StrCat("projects/", project_, "/settingsChanges/", number));
  history::v1::SettingsChange whole;
  ASSERT_TRUE(AnswerGetSettingsChange(history_, project_, number, &whole).ok());
  EXPECT_EQ(whole.fields(0).before().string_value(), "make\n");
  EXPECT_EQ(whole.fields(0).after().string_value(), script);
}

TEST_F(SettingsHistoryTest, RefusesPagesThatThereAreNot) {
  history::v1::ListSettingsChangesRequest request;
  history::v1::ListSettingsChangesResponse response;
  request.set_page_size(101);
  EXPECT_TRUE(
      absl::IsInvalidArgument(AnswerListSettingsChanges(history_, project_, request, &response)));
  request.set_page_size(-1);
  EXPECT_TRUE(
      absl::IsInvalidArgument(AnswerListSettingsChanges(history_, project_, request, &response)));
  request.set_page_size(1);
  request.set_before(-1);
  EXPECT_TRUE(
      absl::IsInvalidArgument(AnswerListSettingsChanges(history_, project_, request, &response)));
}

}  // namespace
}  // namespace kozmic
