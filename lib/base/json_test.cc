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
