#include "services/project/hooks/hook_fields.h"

#include "gtest/gtest.h"
#include "lib/status/annotate.h"

namespace kozmic::project {
namespace {

const HookFields kGood = {.title = "Tests", .image = "debian:12", .script = "#!/bin/sh\nmake\n"};

std::string FaultyField(const HookFields& fields) {
  const absl::Status status = ValidateHook(fields).status();
  EXPECT_TRUE(status.ok() || absl::IsInvalidArgument(status)) << status;
  return Detail(status, "field");
}

HookFields WithTitle(const std::string& title) {
  HookFields fields = kGood;
  fields.title = title;
  return fields;
}

HookFields WithImage(const std::string& image) {
  HookFields fields = kGood;
  fields.image = image;
  return fields;
}

HookFields WithScript(const std::string& script) {
  HookFields fields = kGood;
  fields.script = script;
  return fields;
}

TEST(ValidateHookTest, KeepsWhatIsGood) {
  const auto fields = ValidateHook(kGood);
  ASSERT_TRUE(fields.ok()) << fields.status();
  EXPECT_EQ(fields->title, "Tests");
  EXPECT_EQ(fields->image, "debian:12");
  EXPECT_EQ(fields->script, "#!/bin/sh\nmake\n");
}

TEST(ValidateHookTest, NormalisesBlanksAndLineEnds) {
  const auto fields = ValidateHook(
      {.title = " Tests ", .image = " debian:12\n", .script = "#!/bin/sh\r\n\r\nmake\r\n"});
  ASSERT_TRUE(fields.ok()) << fields.status();
  EXPECT_EQ(fields->title, "Tests");
  EXPECT_EQ(fields->image, "debian:12");
  EXPECT_EQ(fields->script, "#!/bin/sh\n\nmake\n");
}

TEST(ValidateHookTest, AScriptNeedsNoInterpreterLine) {
  EXPECT_EQ(FaultyField(WithScript("make test")), "");
}

TEST(ValidateHookTest, NamesTheFaultyField) {
  EXPECT_EQ(FaultyField(WithTitle("  ")), "title");
  EXPECT_EQ(FaultyField(WithTitle("a\nb")), "title");
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "ü";
  EXPECT_EQ(FaultyField(WithTitle(umlauts)), "");
  EXPECT_EQ(FaultyField(WithTitle(umlauts + "x")), "title");

  for (const std::string image : {"", "x; id", "--privileged", "a:b:c", "UPPER", "a b"}) {
    EXPECT_EQ(FaultyField(WithImage(image)), "image") << image;
  }
  EXPECT_EQ(FaultyField(WithImage(std::string(300, 'a'))), "image");

  EXPECT_EQ(FaultyField(WithScript("")), "script");
  EXPECT_EQ(FaultyField(WithScript("\xEF\xBB\xBF#!/bin/sh")), "script");
  EXPECT_EQ(FaultyField(WithScript(std::string("a\0b", 3))), "script");
  EXPECT_EQ(FaultyField(WithScript(std::string(1 << 20, 'x'))), "");
  EXPECT_EQ(FaultyField(WithScript(std::string((1 << 20) + 1, 'x'))), "script");
}

}  // namespace
}  // namespace kozmic::project
