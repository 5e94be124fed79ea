#include "services/runner/install/install_inputs.h"

#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kozmic::runner {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

InstallInputs Inputs() {
  return {.project = "projects/7",
          .base_image = "sha256:aaaaaaaaaaaa",
          .script_sha256 = "bbbbbbbbbbbb",
          .tracked = {{"file", "100644 blob 1111111111"}, {"missing", ""}}};
}

// Row K50, and threat model: inputs are not run together.
TEST(InstallInputsTest, K50EveryInputCountsAndNothingElse) {
  EXPECT_EQ(CacheId(Inputs()), CacheId(Inputs()));
  EXPECT_EQ(CacheId(Inputs()).size(), 64u);
  std::set<std::string> ids = {CacheId(Inputs())};
  const auto add = [&](auto change) {
    InstallInputs other = Inputs();
    change(other);
    EXPECT_TRUE(ids.insert(CacheId(other)).second);
  };
  add([](InstallInputs& other) { other.project = "projects/8"; });
  add([](InstallInputs& other) { other.base_image = "sha256:aaaaaaaaaaab"; });
  add([](InstallInputs& other) { other.script_sha256 = "bbbbbbbbbbbc"; });
  add([](InstallInputs& other) { other.tracked["file"] = "100755 blob 1111111111"; });
  add([](InstallInputs& other) { other.tracked["missing"] = "100644 blob 1111111111"; });
  add([](InstallInputs& other) { other.tracked.erase("missing"); });
  add([](InstallInputs& other) { other.tracked["file1"] = "00644 blob 1111111111"; });
  add([](InstallInputs& other) {
    other.project = "projects/7sha256";
    other.base_image = ":aaaaaaaaaaaa";
  });
}

TEST(InstallInputsTest, SurviveALabel) {
  const auto back = InputsFromText(ToText(Inputs()));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(CacheId(*back), CacheId(Inputs()));
  InstallInputs none = Inputs();
  none.tracked.clear();
  ASSERT_TRUE(InputsFromText(ToText(none)).has_value());
  EXPECT_EQ(CacheId(*InputsFromText(ToText(none))), CacheId(none));
  for (const char* text : {"", "{}", "[]", R"({"project":1})",
                           R"({"project":"","base_image":"","script_sha256":"","tracked":[]})"}) {
    EXPECT_FALSE(InputsFromText(text).has_value()) << text;
  }
}

TEST(InstallInputsTest, N8TellsWhatChanged) {
  EXPECT_THAT(Differences(Inputs(), Inputs()), IsEmpty());
  InstallInputs now = Inputs();
  now.base_image = "sha256:cccccccccccc";
  now.script_sha256 = "d";
  now.tracked = {{"file", "100644 blob 2222222222"}, {"new", ""}};
  EXPECT_THAT(
      Differences(Inputs(), now),
      ElementsAre("the image (aaaaaaa → ccccccc)", "the install script", "file (1111111 → 2222222)",
                  "new (tracked now)", "missing (not tracked any more)"));
  now = Inputs();
  now.tracked = {{"file", ""}, {"missing", "040000 tree 3333333333"}};
  EXPECT_THAT(Differences(Inputs(), now), ElementsAre("file (removed)", "missing (added)"));
}

}  // namespace
}  // namespace kozmic::runner
