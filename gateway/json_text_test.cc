#include "gateway/json_text.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "nlohmann/json.hpp"

namespace kozmic::gateway {
namespace {

std::string Printed(const JsonValue& value) {
  std::string text;
  value.AppendTo(text);
  return text;
}

TEST(JsonTextTest, PrintsEveryKindOfValue) {
  EXPECT_EQ(Printed(nullptr), "null");
  EXPECT_EQ(Printed(true), "true");
  EXPECT_EQ(Printed(false), "false");
  EXPECT_EQ(Printed(0), "0");
  EXPECT_EQ(Printed(std::numeric_limits<int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(Printed("plain"), "\"plain\"");
  EXPECT_EQ(Printed(std::string()), "\"\"");
  EXPECT_EQ(Printed(JsonText{"[1]"}), "[1]");
}

TEST(JsonTextTest, ATextComesBackAsItWas) {
  std::string all;
  for (char c = 1; c > 0; ++c) all.push_back(c);
  for (const std::string& text :
       {all, std::string("a\0b", 3), std::string("\xc3\xa9\xf0\x9f\x98\x80"),
        std::string("</script>")}) {
    EXPECT_EQ(nlohmann::json::parse(Printed(text)), text);
  }
}

TEST(JsonTextTest, WhatIsNoTextIsReplaced) {
  for (const char* text : {"\xff", "a\xc3", "\xed\xa0\x80", "\xc0\x80"}) {
    EXPECT_TRUE(nlohmann::json::accept(Printed(text)));
  }
  EXPECT_EQ(nlohmann::json::parse(Printed("a\xff")), "a\xef\xbf\xbd");
}

TEST(JsonTextTest, ObjectsAndArraysNest) {
  EXPECT_EQ(JsonObject({}).text, "{}");
  EXPECT_EQ(JsonArray().Take().text, "[]");
  const JsonText list = JsonArrayOf(std::vector<int>{1, 2}, [](int one) {
    return JsonObject({{"n", one}});
  });
  EXPECT_EQ(JsonObject({{"list", list}, {"none", nullptr}, {"text", "\""}}).text,
            R"({"list":[{"n":1},{"n":2}],"none":null,"text":"\""})");
}

TEST(JsonTextTest, NamesThatAreNotOursAreEscaped) {
  EXPECT_EQ(JsonObjectOf({}).text, "{}");
  EXPECT_EQ(JsonObjectOf({{"B", "\""}, {"A\"", ""}}).text, R"({"A\"":"","B":"\""})");
}

}  // namespace
}  // namespace kozmic::gateway
