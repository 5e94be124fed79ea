#include "services/auth/validate.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/status/annotate.h"

namespace kozmic::auth {
namespace {

using ::testing::HasSubstr;

// K4
TEST(ValidateNotificationEmailTest, TakesAddressesAsPeopleHaveThem) {
  for (const std::string& address :
       {std::string("a@b.de"), std::string("Ann.Lee+ci@mail.example.com"),
        std::string("o'hara_x-1@xn--bcher-kva.example"), std::string("{a}|b~@1.a2"),
        std::string(64, 'a') + "@" + std::string(63, 'b') + ".example"}) {
    const auto valid = ValidateNotificationEmail(address);
    ASSERT_TRUE(valid.ok()) << address << ": " << valid.status();
    EXPECT_EQ(*valid, address);
  }
  EXPECT_EQ(*ValidateNotificationEmail("  a@b.de "), "a@b.de");
}

TEST(ValidateNotificationEmailTest, NothingMeansNoMail) {
  EXPECT_EQ(*ValidateNotificationEmail(""), "");
  EXPECT_EQ(*ValidateNotificationEmail("  "), "");
}

// K4
TEST(ValidateNotificationEmailTest, RefusesWhatIsNotOneAddress) {
  for (const std::string& text : {std::string("ann"),
                                  std::string("@b.de"),
                                  std::string("a@"),
                                  std::string("a@b"),
                                  std::string("a@.de"),
                                  std::string("a@b..de"),
                                  std::string("a@b.de."),
                                  std::string("a@-b.de"),
                                  std::string("a@b-.de"),
                                  std::string("a@b_c.de"),
                                  std::string("a@127.0.0.1"),
                                  std::string("a@[127.0.0.1]"),
                                  std::string(".a@b.de"),
                                  std::string("a.@b.de"),
                                  std::string("a..b@b.de"),
                                  std::string("a b@b.de"),
                                  std::string("\"a b\"@b.de"),
                                  std::string("a@b.de, c@d.de"),
                                  std::string("a@b.de,"),
                                  std::string("a@b@c.de"),
                                  std::string("Ann <a@b.de>"),
                                  std::string("a@b.de\n"),
                                  std::string("a@b.de\r\nBcc: c@d.de"),
                                  std::string("a\r\n@b.de"),
                                  std::string("a@b.de\0", 7),
                                  std::string("a\x7f@b.de"),
                                  std::string("\ta@b.de"),
                                  std::string("ä@b.de"),
                                  std::string("a@ä.de"),
                                  std::string(65, 'a') + "@b.de",
                                  "a@" + std::string(64, 'b') + ".de"}) {
    const absl::Status status = ValidateNotificationEmail(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_EQ(Detail(status, "field"), "notification_email") << text;
  }
}

TEST(ValidateNotificationEmailTest, AnAddressHasAtMost254Bytes) {
  std::string domain = "de";
  while (domain.size() < 189) domain = "b." + domain;
  domain = domain.substr(domain.size() - 189);
  if (domain.front() == '.') domain.front() = 'c';
  const std::string longest = absl::StrCat(std::string(64, 'a'), "@", domain);
  ASSERT_EQ(longest.size(), 254u);
  EXPECT_TRUE(ValidateNotificationEmail(longest).ok());
  const absl::Status status =
      ValidateNotificationEmail(absl::StrCat(std::string(64, 'a'), "@b", domain)).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("254"));
}

TEST(ValidateTokenNameTest, CountsCharactersNotBytes) {
  std::string name;
  for (int i = 0; i < 100; ++i) name += "ü";
  EXPECT_EQ(*ValidateTokenName(name), name);
  EXPECT_FALSE(ValidateTokenName(name + "ü").ok());
}

TEST(CleanUserAgentTest, CutsBetweenCharacters) {
  EXPECT_EQ(CleanUserAgent("Mozilla/5.0"), "Mozilla/5.0");
  EXPECT_EQ(CleanUserAgent(""), "");
  EXPECT_EQ(CleanUserAgent(std::string(300, 'x')), std::string(256, 'x'));
  EXPECT_EQ(CleanUserAgent(std::string(254, 'x') + "€"), std::string(254, 'x'));
  EXPECT_EQ(CleanUserAgent(std::string(253, 'x') + "€"), std::string(253, 'x') + "€");
  EXPECT_EQ(CleanUserAgent("a\x1b[31m\r\n"), "a [31m  ");
}

}  // namespace
}  // namespace kozmic::auth
