#include "gateway/body_reader.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "lib/status/annotate.h"

namespace kozmic::gateway {
namespace {

struct Form {
  std::string title, note;
  bool enabled = false;
  std::optional<int64_t> days = 7;
  int32_t limit = 7;
  std::vector<std::string> files, events;
  BodyReader::Texts variables;
};

absl::Status Read(absl::string_view text, Form* form) {
  BodyReader body(text);
  body.Text("title", &form->title);
  body.Text("note", &form->note, "none");
  body.Bool("enabled", &form->enabled, true);
  body.Integer("limit", &form->limit, 1, 0);
  body.IntegerOrNull("days", &form->days, 1, 3650);
  body.TextList("files", &form->files);
  body.TextList("events", &form->events, std::vector<std::string>{"push"});
  body.TextMap("variables", &form->variables, BodyReader::Texts());
  return body.Finish();
}

TEST(BodyReaderTest, ReadsEveryType) {
  Form form;
  const absl::Status read = Read(R"({"title": "\u00e9", "note": "", "enabled": false, "days": 3650,
                                     "files": ["a", "b"], "events": [], "limit": 2147483647,
                                     "variables": {"B": "", "A": "x=\u00e9"}})",
                                 &form);
  ASSERT_TRUE(read.ok()) << read;
  EXPECT_EQ(form.title, "\xc3\xa9");
  EXPECT_EQ(form.note, "");
  EXPECT_FALSE(form.enabled);
  EXPECT_EQ(form.days, 3650);
  EXPECT_EQ(form.files, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(form.events.empty());
  EXPECT_EQ(form.limit, 2147483647);
  EXPECT_EQ(form.variables, (BodyReader::Texts{{"A", "x=\xc3\xa9"}, {"B", ""}}));
}

TEST(BodyReaderTest, WhatIsNotGivenHasItsFallback) {
  Form form;
  ASSERT_TRUE(Read(R"({"title": "t", "days": null, "files": []})", &form).ok());
  EXPECT_EQ(form.note, "none");
  EXPECT_TRUE(form.enabled);
  EXPECT_EQ(form.days, std::nullopt);
  EXPECT_EQ(form.events, (std::vector<std::string>{"push"}));
  EXPECT_EQ(form.limit, 0);
  EXPECT_TRUE(form.variables.empty());
}

TEST(BodyReaderTest, NamesTheFieldThatIsWrong) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {R"({"days": 1, "files": []})", "title"},
      {R"({"title": null, "days": 1, "files": []})", "title"},
      {R"({"title": 1, "days": 1, "files": []})", "title"},
      {R"({"title": "t", "note": null, "days": 1, "files": []})", "note"},
      {R"({"title": "t", "enabled": 1, "days": 1, "files": []})", "enabled"},
      {R"({"title": "t", "enabled": "true", "days": 1, "files": []})", "enabled"},
      {R"({"title": "t", "files": []})", "days"},
      {R"({"title": "t", "days": 0, "files": []})", "days"},
      {R"({"title": "t", "days": 3651, "files": []})", "days"},
      {R"({"title": "t", "days": 1.0, "files": []})", "days"},
      {R"({"title": "t", "days": 18446744073709551615, "files": []})", "days"},
      {R"({"title": "t", "days": 1})", "files"},
      {R"({"title": "t", "days": 1, "files": "a"})", "files"},
      {R"({"title": "t", "days": 1, "files": ["a", 1]})", "files"},
      {R"({"title": "t", "days": 1, "files": null})", "files"},
      {R"({"title": "t", "days": 1, "files": [], "limit": 0})", "limit"},
      {R"({"title": "t", "days": 1, "files": [], "limit": -1})", "limit"},
      {R"({"title": "t", "days": 1, "files": [], "limit": 1.5})", "limit"},
      {R"({"title": "t", "days": 1, "files": [], "limit": "1"})", "limit"},
      {R"({"title": "t", "days": 1, "files": [], "limit": null})", "limit"},
      {R"({"title": "t", "days": 1, "files": [], "limit": 2147483648})", "limit"},
      {R"({"title": "t", "days": 1, "files": [], "variables": []})", "variables"},
      {R"({"title": "t", "days": 1, "files": [], "variables": null})", "variables"},
      {R"({"title": "t", "days": 1, "files": [], "variables": "A=b"})", "variables"},
      {R"({"title": "t", "days": 1, "files": [], "variables": {"A": 1}})", "variables"},
      {R"({"title": "t", "days": 1, "files": [], "variables": {"A": null}})", "variables"}};
  for (const auto& [text, field] : cases) {
    Form form;
    const absl::Status read = Read(text, &form);
    EXPECT_EQ(read.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_EQ(Detail(read, "field"), field) << text;
    EXPECT_TRUE(absl::StartsWith(read.message(), field)) << read;
  }
}

// Bad input 41.
TEST(BodyReaderTest, RefusesWhatItDoesNotKnow) {
  Form form;
  const absl::Status read =
      Read(R"({"title": "t", "days": 1, "files": [], "project_id": "2"})", &form);
  EXPECT_EQ(read.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(read.message(), "project_id")) << read;
}

TEST(BodyReaderTest, RefusesWhatIsNoObject) {
  for (const char* text : {"", "[]", "null", "\"title\"", R"({"title": "a", "title": "b"})",
                           R"({"title": "\ud800"})", R"({"title": "\u0000"})", "{"}) {
    Form form;
    EXPECT_EQ(Read(text, &form).code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_EQ(form.title, "") << text;
  }
}

// P18
TEST(BodyReaderTest, ListsOfObjectsAreReadOneByOne) {
  const auto read = [](const std::string& body, std::string* names) {
    BodyReader reader(body);
    reader.ObjectList("list", [names](BodyReader& one) {
      std::string name;
      one.Text("name", &name);
      *names += name;
    });
    return reader.Finish();
  };
  std::string names;
  EXPECT_TRUE(read(R"({"list": [{"name": "a"}, {"name": "b"}]})", &names).ok());
  EXPECT_EQ(names, "ab");
  EXPECT_TRUE(read("{}", &names).ok());
  for (const char* body : {R"({"list": {}})", R"({"list": ["a"]})", R"({"list": [{}]})",
                           R"({"list": [{"name": 1}]})", R"({"list": [{"name": "a", "x": 1}]})"}) {
    const absl::Status status = read(body, &names);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << body;
    EXPECT_EQ(Detail(status, "field"), "list") << body;
  }
}

}  // namespace
}  // namespace kozmic::gateway
