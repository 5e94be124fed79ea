#include "lib/yaml/yaml_text.h"

#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kozmic {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using ::testing::HasSubstr;

TEST(YamlTextTest, ReadsAsPeopleWriteIt) {
  const ordered_json value = {
      {"title", "Unit tests"},
      {"image", "debian:12"},
      {"script", "#!/bin/bash\nset -e\n\n  make test\n"},
      {"install_script", "apt-get update\napt-get install make"},
      {"enabled", true},
      {"timeout_seconds", 3600},
      {"branches", {"main", "release/*"}},
      {"none", ordered_json::array()},
      {"services",
       ordered_json::array({{{"name", "db"}, {"environment", {{"PASSWORD", "no"}, {"A", ""}}}}})}};
  EXPECT_EQ(YamlText(value), R"(title: "Unit tests"
image: debian:12
script: |
  #!/bin/bash
  set -e

    make test
install_script: |-
  apt-get update
  apt-get install make
enabled: true
timeout_seconds: 3600
branches:
  - main
  - "release/*"
none: []
services:
  - name: db
    environment:
      PASSWORD: "no"
      A: ""
)");
}

TEST(YamlTextTest, WhatIsWrittenIsReadAgain) {
  for (const std::string text : {"",
                                 " ",
                                 "~",
                                 "null",
                                 "True",
                                 "1",
                                 "-1",
                                 "1.5",
                                 "0x1",
                                 "a: b",
                                 "a #b",
                                 "- a",
                                 "a:",
                                 "\n",
                                 "\n\n",
                                 "a\n",
                                 "a\n\n",
                                 "\na",
                                 " a\nb",
                                 "\ta\nb\n",
                                 "a\n \n",
                                 "a\n  ",
                                 "a\n\n b\n",
                                 "a\r\nb",
                                 "---\nb\n",
                                 "...\n",
                                 "a\n---\nb",
                                 "%a\nb",
                                 "ü\n€\n😀",
                                 "\xef\xbb\xbf"
                                 "a\nb",
                                 "a\xc2\x85\nb",
                                 "a\xe2\x80\xa8\nb\n",
                                 "\"\\",
                                 "'a'",
                                 "{a: b}",
                                 "[a]",
                                 "&a\nb",
                                 "*a",
                                 "!a",
                                 "|\n",
                                 "@a\nb",
                                 "a\x01\nb",
                                 "a\x7f"
                                 "b",
                                 "# a\nb\n",
                                 "yes",
                                 "12:30:45",
                                 "2026-12-01",
                                 ".inf",
                                 "<<"}) {
    const ordered_json value = {
        {"key", text}, {"list", {text, {{"k", text}, {"l", {text}}}, {text}}}, {text, 1}};
    const std::string yaml = YamlText(value);
    const auto read = ParseYaml(yaml);
    ASSERT_TRUE(read.ok()) << read.status() << "\n" << yaml;
    EXPECT_EQ(*read, json::parse(value.dump())) << yaml;
  }
}

TEST(YamlTextTest, WhateverIsWrittenIsReadAgain) {
  static constexpr const char* kPieces[] = {"a",  "\n", "\n", " ", "  ", "\t", ":", "#", "-", "'",
                                            "\"", "\\", "|",  ">", "{",  "]",  "&", "*", "!", "%",
                                            "@",  "`",  ",",  "?", "1",  "ü",  "€", "😀"};
  for (unsigned seed = 0; seed < 5000; ++seed) {
    std::mt19937 dice(seed);
    const auto text = [&dice] {
      std::string made;
      for (unsigned length = dice() % 12; length > 0; --length) {
        absl::StrAppend(&made, kPieces[dice() % std::size(kPieces)]);
      }
      return made;
    };
    const ordered_json value = {{"a", text()},
                                {"b", {{text(), text()}, {"list", {text(), {{"k", text()}}}}}},
                                {"c", {{text(), text()}, text()}},
                                {"d", static_cast<int>(dice() % 1000) - 500}};
    const std::string yaml = YamlText(value);
    const auto read = ParseYaml(yaml);
    ASSERT_TRUE(read.ok()) << "seed " << seed << ": " << read.status() << "\n" << yaml;
    ASSERT_EQ(*read, json::parse(value.dump())) << "seed " << seed << "\n" << yaml;
  }
}

TEST(ParseYamlTest, TakesWhatPeopleWrite) {
  EXPECT_EQ(*ParseYaml("# nothing\n"), nullptr);
  EXPECT_EQ(*ParseYaml("a: {b: [1, -2, x y], c: ~}\nd: 'true'\ne: >\n  f\n  g\n"),
            json::parse(R"({"a": {"b": [1, -2, "x y"], "c": null}, "d": "true", "e": "f g\n"})"));
  EXPECT_EQ(*ParseYaml("a: !!str 1\n1: b\n"), json::parse(R"({"a": "1", "1": "b"})"));
}

TEST(ParseYamlTest, SaysWhatIsWrongAndWhere) {
  const auto fault = [](const std::string& text) {
    const auto read = ParseYaml(text);
    EXPECT_TRUE(absl::IsInvalidArgument(read.status())) << text;
    return std::string(read.status().message());
  };
  EXPECT_THAT(fault("a: 1\nb: [\n"), HasSubstr("line 3"));
  EXPECT_THAT(fault("a: 1\na: 2\n"), HasSubstr("line 2: the key \"a\" is there twice"));
  EXPECT_THAT(fault("? [a]\n: b\n"), HasSubstr("a key that is no text"));
  EXPECT_THAT(fault("a: 1\n---\nb: 2\n"), HasSubstr("more than one document"));
  EXPECT_THAT(fault(std::string(100, '[') + std::string(100, ']')), HasSubstr("too many levels"));
  fault(std::string(100000, '['));
  fault("a: *nothing\n");
}

// Bad input: a short text that means a long one.
TEST(ParseYamlTest, ReferencesAreNotFollowed) {
  const std::string large = absl::StrCat("a: &a \"", std::string(1 << 20, 'x'), "\"\nb: [");
  EXPECT_THAT(ParseYaml(large + "*a, *a]\n").status().message(),
              HasSubstr("line 2: references (\"*name\") are not understood here"));
  EXPECT_THAT(ParseYaml("a: &a [*a]\n").status().message(), HasSubstr("references"));
}

// Bad input: a long text of next to nothing.
TEST(ParseYamlTest, ManyValuesAreNotKept) {
  std::string list = "[";
  for (int i = 0; i < 1 << 20; ++i) list += "a,";
  EXPECT_THAT(ParseYaml(list + "a]").status().message(), HasSubstr("too many values"));
  EXPECT_THAT(ParseYaml("a: b\x04\nc: d\n").status().message(), HasSubstr("control characters"));
}

TEST(YamlTextTest, WhatOtherReadersWouldRefuseIsEscaped) {
  for (const std::string text : {"a\xc2\x9f\nb\n", "a\xef\xbf\xbf\nb\n", "a\x7f\nb\n"}) {
    EXPECT_THAT(YamlText({{"k", text}}), HasSubstr("k: \"")) << text;
  }
  EXPECT_EQ(YamlText(" a\nb"), "\" a\\nb\"\n");
}

}  // namespace
}  // namespace kozmic
