#include "lib/config/config_reader.h"

#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kozmic {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

ConfigReader::Environment Env(std::map<std::string, std::string> values) {
  return [values](const std::string& name) -> std::optional<std::string> {
    auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

TEST(ConfigReaderTest, ReadsNestedKeysListsAndFallbacks) {
  auto reader = ConfigReader::Parse(
      "listen: 127.0.0.1:1\ngithub:\n  web_url: https://github.com\nlabels: [a, b]\nwait: 90s\n",
      Env({}));
  ASSERT_TRUE(reader.ok()) << reader.status();
  std::string listen, url, level;
  std::vector<std::string> labels;
  absl::Duration wait;
  int64_t slots = 0;
  reader->Text("listen", &listen, {.help = "address"});
  reader->HttpUrl("github.web_url", &url, {.help = "GitHub"});
  reader->TextList("labels", &labels, {.help = "labels"});
  reader->Duration("wait", &wait, {.help = "wait"});
  reader->Integer("slots", &slots, {.help = "jobs", .fallback = "2"}, 1, 10);
  reader->Choice("level", &level, {.help = "level", .fallback = "info"}, {"info", "debug"});
  EXPECT_TRUE(reader->Finish().ok()) << reader->Finish();
  EXPECT_EQ(listen, "127.0.0.1:1");
  EXPECT_EQ(url, "https://github.com");
  EXPECT_THAT(labels, ElementsAre("a", "b"));
  EXPECT_EQ(wait, absl::Seconds(90));
  EXPECT_EQ(slots, 2);
  EXPECT_EQ(level, "info");
}

TEST(ConfigReaderTest, KeysTellOfThemselvesAlsoWhenTheyAreMissing) {
  auto reader = ConfigReader::Parse("", Env({}));
  ASSERT_TRUE(reader.ok());
  std::string listen, level;
  int64_t slots = 0;
  std::vector<std::string> keys;
  reader->Text("rpc.listen", &listen, {.help = "host:port"});
  reader->Integer("slots", &slots, {.help = "jobs", .fallback = "2"}, 1, 10);
  reader->SecretList("old_keys", &keys, {.help = "keys", .fallback = ""});
  reader->Choice("level", &level, {.help = "level", .fallback = "info"}, {"info", "debug"});
  const auto& told = reader->declared();
  ASSERT_EQ(told.size(), 4u);
  EXPECT_EQ(told[0].variable, "KOZMIC_RPC_LISTEN");
  EXPECT_FALSE(told[0].fallback.has_value());
  EXPECT_EQ(told[1].type, "1 to 10");
  EXPECT_EQ(told[2].type, "secrets");
  EXPECT_EQ(told[3].type, "info, debug");
}

TEST(ConfigReaderTest, WhoOnlyChecksIsStoppedByAGoodConfigurationToo) {
  auto reader = ConfigReader::Parse("listen: x\n", Env({}));
  ASSERT_TRUE(reader.ok());
  reader->OnlyCheck();
  EXPECT_TRUE(absl::IsInvalidArgument(reader->Finish())) << "nobody knows listen";
  std::string listen;
  reader->Text("listen", &listen, {.help = "host:port"});
  EXPECT_TRUE(absl::IsCancelled(reader->Finish()));
}

TEST(ConfigReaderTest, EnvironmentOverridesTheFile) {
  auto reader = ConfigReader::Parse("github: {client_id: file}",
                                    Env({{"KOZMIC_GITHUB_CLIENT_ID", "environment"}}));
  ASSERT_TRUE(reader.ok());
  std::string id;
  reader->Text("github.client_id", &id, {.help = "id"});
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_EQ(id, "environment");
}

TEST(ConfigReaderTest, AVariableMayNameAFileThatHasTheValue) {
  const std::string path = testing::TempDir() + "/listen";
  std::ofstream(path) << "0.0.0.0:1\n";
  std::map<std::string, std::string> environment = {{"KOZMIC_LISTEN_FILE", path}};
  const auto read = [&](std::string* listen) {
    auto reader = ConfigReader::Parse("listen: 127.0.0.1:7101\n", Env(environment));
    reader->Text("listen", listen, {.help = "host:port"});
    return reader->Finish();
  };
  std::string listen;
  ASSERT_TRUE(read(&listen).ok());
  EXPECT_EQ(listen, "0.0.0.0:1");
  environment["KOZMIC_LISTEN"] = "0.0.0.0:2";
  EXPECT_THAT(std::string(read(&listen).message()),
              HasSubstr("both KOZMIC_LISTEN and KOZMIC_LISTEN_FILE are set"));
  for (const std::string& unreadable : {path + ".none", testing::TempDir()}) {
    environment = {{"KOZMIC_LISTEN_FILE", unreadable}};
    EXPECT_THAT(std::string(read(&listen).message()),
                HasSubstr("cannot read " + unreadable + ", which KOZMIC_LISTEN_FILE names"));
  }
}

TEST(ConfigReaderTest, OneStartNamesEveryFault) {
  auto reader = ConfigReader::Parse(
      "secret_key: short-one\nslots: many\npublic_url: ftp://x\nlisten_port: 3\n", Env({}));
  ASSERT_TRUE(reader.ok());
  std::string text;
  int64_t number = 0;
  reader->Secret("secret_key", &text, {.help = "key"});
  reader->Integer("slots", &number, {.help = "jobs"}, 1, 10);
  reader->HttpUrl("public_url", &text, {.help = "address"});
  reader->Text("database_url", &text, {.help = "database"});
  EXPECT_THAT(std::string(reader->Finish().message()),
              AllOf(HasSubstr("secret_key: too weak"), HasSubstr("slots: \"many\""),
                    HasSubstr("public_url: \"ftp://x\""), HasSubstr("database_url: missing"),
                    HasSubstr("KOZMIC_DATABASE_URL"), HasSubstr("listen_port: unknown key"),
                    Not(HasSubstr("short-one"))));
}

TEST(ConfigReaderTest, SecretsOfAListAreEachStrongAndNeverTold) {
  const std::string first = "first-" + std::string(26, '1');
  const std::string second = "second-" + std::string(26, '2');
  auto reader = ConfigReader::Parse(
      "good: [" + first + ", " + second + "]\nweak: [" + first + ", short-one]\n", Env({}));
  ASSERT_TRUE(reader.ok());
  std::vector<std::string> good, weak, none = {"left over"};
  reader->SecretList("good", &good, {.help = "keys"});
  reader->SecretList("weak", &weak, {.help = "keys"});
  reader->SecretList("none", &none, {.help = "keys", .fallback = ""});
  EXPECT_THAT(good, ElementsAre(first, second));
  EXPECT_THAT(weak, ElementsAre());
  EXPECT_THAT(none, ElementsAre());
  EXPECT_THAT(std::string(reader->Finish().message()),
              AllOf(HasSubstr("weak: too weak"), Not(HasSubstr("good:")), Not(HasSubstr("first-")),
                    Not(HasSubstr("short-one"))));
}

TEST(ConfigReaderTest, BrokenYamlNamesItsLine) {
  auto reader = ConfigReader::Parse("a: 1\nb: [1, 2\n", Env({}));
  ASSERT_FALSE(reader.ok());
  EXPECT_THAT(std::string(reader.status().message()), HasSubstr("line "));
  EXPECT_FALSE(ConfigReader::Parse("- a\n- b\n", Env({})).ok());
  EXPECT_FALSE(ConfigReader::Load("/nonexistent/x.yaml", Env({})).ok());
}

}  // namespace
}  // namespace kozmic
