#include "lib/mail/header_text.h"

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"

namespace kozmic {
namespace {

// As a mail program shows it.
std::string Decode(const std::string& value) {
  if (!absl::StrContains(value, "=?")) return value;
  std::string text;
  for (absl::string_view word : absl::StrSplit(value, "\r\n ")) {
    EXPECT_LE(word.size(), 75U);
    EXPECT_TRUE(absl::ConsumePrefix(&word, "=?utf-8?B?")) << value;
    EXPECT_TRUE(absl::ConsumeSuffix(&word, "?=")) << value;
    std::string bytes;
    EXPECT_TRUE(absl::Base64Unescape(word, &bytes));
    // Each word is whole by itself.
    EXPECT_NE(static_cast<unsigned char>(bytes[0]) & 0xC0, 0x80);
    text += bytes;
  }
  return text;
}

TEST(HeaderTextTest, PlainTextStaysAsItIs) {
  EXPECT_EQ(EncodeHeaderText("[failure] octo/hello#7"), "[failure] octo/hello#7");
  EXPECT_EQ(EncodeHeaderText(""), "");
}

TEST(HeaderTextTest, OtherTextIsEncoded) {
  std::string longer;
  for (int i = 0; i < 40; ++i) longer += "x\xE2\x80\x94\xF0\x9F\x9A\x80";
  for (const std::string& text :
       {std::string("[failure] octo/hello#7 (main \xE2\x80\x94 c0ffee00)"), longer,
        std::string(300, 'a'), std::string("=?utf-8?B?aGk=?=")}) {
    const std::string encoded = EncodeHeaderText(text);
    EXPECT_TRUE(absl::StartsWith(encoded, "=?utf-8?B?"));
    EXPECT_EQ(Decode(encoded), text);
  }
}

TEST(HeaderTextTest, NothingLeavesItsHeader) {
  EXPECT_EQ(EncodeHeaderText("a\r\nBcc: b@example.org"), "a  Bcc: b@example.org");
  EXPECT_EQ(EncodeHeaderText(absl::string_view("a\0b\tc\x7F", 6)), "a b c ");
  EXPECT_EQ(Decode(EncodeHeaderText("\xC3\xA4\nBcc: b")), "\xC3\xA4 Bcc: b");
}

TEST(HeaderTextTest, Addresses) {
  for (const char* address : {"a@b", "octo.cat+ci@mail.example.org", "o'neil@example.org"}) {
    EXPECT_TRUE(IsMailAddress(address)) << address;
  }
  for (const char* address : {"", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\r\nRCPT TO:<x@y>",
                              "<a@b>", "a@b>", "\"a\"@b", "a,c@b", "\xC3\xA4@b"}) {
    EXPECT_FALSE(IsMailAddress(address)) << address;
  }
  EXPECT_FALSE(IsMailAddress(std::string(253, 'a') + "@b"));
}

TEST(HeaderTextTest, HtmlIsEscaped) {
  EXPECT_EQ(EscapeHtml("<a href=\"x\" b='y'>&</a>"),
            "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;&lt;/a&gt;");
}

}  // namespace
}  // namespace kozmic
