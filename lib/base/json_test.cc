#include "lib/base/json.h"

#include "gtest/gtest.h"

namespace kozmic {
namespace {

std::string Nested(int levels) { return std::string(levels, '[') + std::string(levels, ']'); }

TEST(ParseJsonTest, ReadsWhatItDumps) {
  const std::string text = R"({"a":[1,-2,3.5,{"b":null}],"c":true,"d":"é\n"})";
  EXPECT_EQ(DumpJson(*ParseJson(text)), text);
}

TEST(ParseJsonTest, RefusesWhatIsNotOneStrictValue) {
  for (const char* text :
       {"", "{", "{}{}", "{} x", "[1,]", "{\"a\":1,\"a\":2}", "{\"o\":{\"a\":1,\"b\":{},\"a\":2}}",
        "[\"\\u0000\"]", "{\"\\u0000\":1}", "\"\xff\"", "\"\\ud800\"", "1e999", "nul", "'a'"}) {
    const auto parsed = ParseJson(text);
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(ParseJsonTest, TheSameKeyInDifferentObjectsIsFine) {
  EXPECT_TRUE(ParseJson(R"([{"a":1},{"a":{"a":[{"a":2}]}}])").ok());
}

TEST(ParseJsonTest, CapsDepth) {
  EXPECT_TRUE(ParseJson(Nested(64)).ok());
  EXPECT_FALSE(ParseJson(Nested(65)).ok());
  EXPECT_FALSE(ParseJson(Nested(1000000)).ok());
}

TEST(ParseJsonTest, LeavesOutWhatIsNotWanted) {
  const JsonNames wanted = {"a", "list"};
  const auto read = [&](absl::string_view text) {
    const auto json = ParseJson(text, wanted);
    return json.ok() ? DumpJson(*json) : std::string(json.status().message());
  };
  EXPECT_EQ(read(R"({"x":1,"a":{"b":[{"a":1}],"a":2,"c":{"a":{}}},"y":[[{"a":3}],{}],"z":null})"),
            R"({"a":{"a":2}})");
  EXPECT_EQ(read(R"({"list":[1,{"x":2,"a":[3]},"x"],"x":{"x":{"a":1}},"a":[]})"),
            R"({"a":[],"list":[1,{"a":[3]},"x"]})");
  EXPECT_EQ(read(R"(["x",{"x":{}}])"), R"(["x",{}])");
  EXPECT_EQ(read(R"({"a":1,"x":{"a":2},"a":3})"),
            "unreadable JSON: the same key twice in an object");
  for (const char* bad :
       {R"({"x":[1,]})", R"({"x":"\u0000"})", R"({"x":{"\u0000":1}})", "{\"x\":\"\xff\"}"}) {
    EXPECT_FALSE(ParseJson(bad, wanted).ok()) << bad;
  }
  EXPECT_TRUE(ParseJson("{\"x\":" + Nested(63) + "}", wanted).ok());
  EXPECT_FALSE(ParseJson("{\"x\":" + Nested(64) + "}", wanted).ok());
}

TEST(JsonAtTest, FindsByPathAndType) {
  const auto json = *ParseJson(
      R"({"repository":{"id":7,"name":"n","private":false},"big":18446744073709551615})");
  EXPECT_EQ(JsonInteger(json, "repository.id"), 7);
  EXPECT_EQ(JsonText(json, "repository.name"), "n");
  EXPECT_EQ(JsonBool(json, "repository.private"), false);
  EXPECT_EQ(JsonText(json, "repository.id"), std::nullopt);
  EXPECT_EQ(JsonInteger(json, "repository.name.x"), std::nullopt);
  EXPECT_EQ(JsonInteger(json, "absent"), std::nullopt);
  EXPECT_EQ(JsonInteger(json, "big"), std::nullopt);
}

}  // namespace
}  // namespace kozmic
