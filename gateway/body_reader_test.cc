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
  std::vector<std::string> files, events;
};

absl::Status Read(absl::string_view text, Form* form) {
  BodyReader body(text);
  body.Text("title", &form->title);
  body.Text("note", &form->note, "none");
  body.Bool("enabled", &form->enabled, true);
  body.IntegerOrNull("days", &form->days, 1, 3650);
  body.TextList("files", &form->files);
  body.TextList("events", &form->events, std::vector<std::string>{"push"});
  return body.Finish();
}

TEST(BodyReaderTest, ReadsEveryType) {
  Form form;
  const absl::Status read = Read(R"({"title": "\u00e9", "note": "", "enabled": false, "days": 3650,
                                     "files": ["a", "b"], "events": []})",
                                 &form);
  ASSERT_TRUE(read.ok()) << read;
  EXPECT_EQ(form.title, "\xc3\xa9");
  EXPECT_EQ(form.note, "");
  EXPECT_FALSE(form.enabled);
  EXPECT_EQ(form.days, 3650);
  EXPECT_EQ(form.files, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(form.events.empty());
}

TEST(BodyReaderTest, WhatIsNotGivenHasItsFallback) {
  Form form;
  ASSERT_TRUE(Read(R"({"title": "t", "days": null, "files": []})", &form).ok());
  EXPECT_EQ(form.note, "none");
  EXPECT_TRUE(form.enabled);
  EXPECT_EQ(form.days, std::nullopt);
  EXPECT_EQ(form.events, (std::vector<std::string>{"push"}));
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
      {R"({"title": "t", "days": 1, "files": null})", "files"}};
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

}  // namespace
}  // namespace kozmic::gateway
