#include "services/runner/init/mask.h"

#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"

namespace kozmic::init {
namespace {

// The characters of an encoding that no neighbour of the secret changes.
std::string StableBase64(const std::string& secret, size_t before,
                         std::string (*encode)(absl::string_view)) {
  std::string stable;
  const std::string zeros =
      encode(absl::StrCat(std::string(before, '\0'), secret, absl::string_view("\0\0\0", 3)));
  const std::string ones =
      encode(absl::StrCat(std::string(before, '\xff'), secret, "\xff\xff\xff"));
  for (size_t i = 0; i < zeros.size(); ++i) {
    if (zeros[i] == ones[i] && zeros[i] != '=') stable += zeros[i];
  }
  return stable;
}

std::string Percent(const std::string& secret, const char* format, bool plus) {
  std::string text;
  for (const char c : secret) {
    char digits[4];
    std::snprintf(digits, sizeof(digits), format, static_cast<unsigned char>(c));
    const bool plain = absl::ascii_isalnum(c) || absl::StrContains("-._~", std::string(1, c));
    absl::StrAppend(&text, plain ? std::string(1, c) : plus && c == ' ' ? "+" : digits);
  }
  return text;
}

// What is to be masked, found the slow way.
std::vector<std::string> Patterns(const std::vector<std::string>& secrets) {
  std::vector<std::string> parts;
  for (const std::string& secret : secrets) {
    parts.push_back(secret);
    const std::vector<std::string> lines = absl::StrSplit(secret, '\n');
    for (absl::string_view line : lines) {
      absl::ConsumeSuffix(&line, "\r");
      const bool blank = line.find_first_not_of(" \t") == absl::string_view::npos;
      if (lines.size() > 1 && !blank) parts.emplace_back(line);
    }
  }
  std::vector<std::string> patterns;
  for (const std::string& part : parts) {
    if (part.size() < 4) continue;
    patterns.push_back(part);
    for (size_t before = 0; before < 3; ++before) {
      patterns.push_back(StableBase64(part, before, &absl::Base64Escape));
      patterns.push_back(StableBase64(part, before, &absl::WebSafeBase64Escape));
    }
    for (const char* format : {"%%%02X", "%%%02x"}) {
      for (const bool plus : {false, true}) patterns.push_back(Percent(part, format, plus));
    }
  }
  return patterns;
}

std::string MaskSlowly(const std::vector<std::string>& patterns, const std::string& text) {
  std::string masked = text;
  for (const std::string& pattern : patterns) {
    for (size_t at = text.find(pattern); at != std::string::npos; at = text.find(pattern, at + 1)) {
      masked.replace(at, pattern.size(), std::string(pattern.size(), '*'));
    }
  }
  return masked;
}

std::unique_ptr<Masker> Of(const std::vector<std::string>& secrets) {
  auto masker = std::make_unique<Masker>();
  for (const std::string& secret : secrets) EXPECT_TRUE(masker->Add(secret.data(), secret.size()));
  return masker;
}

// A stream through a masker. Shows what came out so far, and what is held back.
class Stream {
 public:
  explicit Stream(Masker& masker) : masker_(masker) {}
  void Write(const std::string& piece, bool last = false) {
    raw_ += piece;
    std::string data = raw_.substr(out_.size());
    const size_t ready = masker_.Mask(data.data(), data.size(), last);
    out_ += data.substr(0, ready);
  }
  const std::string& out() const { return out_; }
  std::string held() const { return raw_.substr(out_.size()); }

 private:
  Masker& masker_;
  std::string raw_;
  std::string out_;
};

std::string MaskWhole(const std::vector<std::string>& secrets, const std::string& text) {
  const auto masker = Of(secrets);
  Stream stream(*masker);
  stream.Write(text, true);
  return stream.out();
}

// P5
TEST(MaskerTest, MasksSecretsByteForByte) {
  EXPECT_EQ(MaskWhole({"hunter22"}, "a hunter22 b\n"), "a ******** b\n");
  EXPECT_EQ(MaskWhole({"hunter22"}, "hunter2"), "hunter2");
  EXPECT_EQ(MaskWhole({"abc"}, "abc"), "abc") << "too short";
  EXPECT_EQ(MaskWhole({std::string("\0\xff\0\xfe", 4)}, std::string("x\0\xff\0\xfey", 6)),
            "x****y");
  EXPECT_EQ(MaskWhole({}, "anything"), "anything");
}

TEST(MaskerTest, MasksOverlapsWhole) {
  EXPECT_EQ(MaskWhole({"abab"}, "xabababx"), "x******x");
  EXPECT_EQ(MaskWhole({"abcd", "cdef"}, "abcdef"), "******");
  EXPECT_EQ(MaskWhole({"abcd", "abcdefgh"}, "abcdefg abcdefgh"), "****efg ********");
  EXPECT_EQ(MaskWhole({"bcde", "abcdefgh"}, "abcdefgx"), "a****fgx");
}

TEST(MaskerTest, MasksBase64WhereverItBegins) {
  const std::string secret = "correct horse battery staple?>";
  for (const char* before : {"", "x", "xy", "xyz"}) {
    for (const char* after : {"", "\n", "::"}) {
      const std::string text = absl::StrCat(before, secret, after);
      for (const std::string& encoded :
           {absl::Base64Escape(text), absl::WebSafeBase64Escape(text)}) {
        const std::string masked = MaskWhole({secret}, encoded);
        ASSERT_EQ(masked.size(), encoded.size());
        // All but the characters that hold bits of its neighbours.
        EXPECT_TRUE(absl::StrContains(masked, std::string(38, '*'))) << masked;
      }
    }
  }
}

TEST(MaskerTest, MasksPercentEncoding) {
  EXPECT_EQ(MaskWhole({"p w/\xc3\xa9"}, "?p=p%20w%2F%C3%A9&"), "?p=" + std::string(14, '*') + "&");
  EXPECT_EQ(MaskWhole({"p w/\xc3\xa9"}, "?p=p+w%2f%c3%a9&"), "?p=" + std::string(12, '*') + "&");
}

TEST(MaskerTest, MasksEachLineOfASecret) {
  const std::string key = "-----BEGIN\r\nabcdefgh\n  \n    \nxyz\nlast line";
  EXPECT_EQ(MaskWhole({key}, "abcdefgh, last line, xyz,     , -----BEGIN"),
            "********, *********, xyz,     , **********");
  EXPECT_EQ(MaskWhole({key}, key), std::string(key.size(), '*'));
}

TEST(MaskerTest, HoldsBackOnlyWhatMayBeginASecret) {
  const auto masker = Of({"secret-one", "secret-one-and-more"});
  Stream stream(*masker);
  stream.Write("at once");
  EXPECT_EQ(stream.out(), "at once");
  stream.Write(": secr");
  EXPECT_EQ(stream.out(), "at once: ");
  stream.Write("eX");
  EXPECT_EQ(stream.out(), "at once: secreX");
  stream.Write("secret-one");
  EXPECT_EQ(stream.held(), "secret-one") << "perhaps there is more";
  stream.Write("!");
  EXPECT_EQ(stream.out(), "at once: secreX**********!");
  stream.Write("secre", true);
  EXPECT_EQ(stream.out(), "at once: secreX**********!secre");
  EXPECT_GE(masker->most_held(), std::string("secret-one-and-mor").size());
}

TEST(MaskerTest, BeginsAnewAfterTheLastByte) {
  const auto masker = Of({"abcdabcdef"});
  Stream first(*masker);
  first.Write("abcdabcde", true);
  EXPECT_EQ(first.out(), "abcdabcde");
  Stream second(*masker);
  second.Write("f", true);
  EXPECT_EQ(second.out(), "f");
}

// However the stream is cut, it comes out as the slow way masks the whole.
TEST(MaskerTest, CutsMakeNoDifference) {
  constexpr int kSeeds = 6000;
  for (int seed = 0; seed < kSeeds; ++seed) {
    std::mt19937 random(static_cast<unsigned>(seed));
    const auto below = [&](size_t limit) { return random() % limit; };
    // Few letters make many overlaps and near misses.
    const std::vector<std::string> alphabets = {"ab", "abc\n", "abcdefgh", "a b%\xff\n\r", "YWJj="};
    const std::string& letters = alphabets[below(alphabets.size())];
    const auto text_of = [&](size_t size) {
      std::string text;
      while (text.size() < size) text += letters[below(letters.size())];
      return text;
    };
    std::vector<std::string> secrets;
    for (size_t i = 0, count = 1 + below(4); i < count; ++i) secrets.push_back(text_of(below(14)));
    const std::vector<std::string> patterns = Patterns(secrets);
    std::string text;
    for (size_t i = 0, count = below(12); i < count; ++i) {
      absl::StrAppend(&text, text_of(below(6)));
      const std::string& secret = secrets[below(secrets.size())];
      switch (below(4)) {
        case 0:
          absl::StrAppend(&text, secret);
          break;
        case 1:
          absl::StrAppend(&text, absl::Base64Escape(absl::StrCat(text_of(below(3)), secret)));
          break;
        case 2:
          absl::StrAppend(&text, secret.substr(0, below(secret.size() + 1)));
          break;
        default:
          absl::StrAppend(&text, patterns.empty() ? "" : patterns[below(patterns.size())]);
      }
    }

    const auto masker = Of(secrets);
    Stream stream(*masker);
    for (size_t at = 0; at < text.size();) {
      const size_t size = 1 + below(below(2) == 0 ? 3 : 40);
      stream.Write(text.substr(at, size));
      at += size;
      const std::string held = stream.held();
      ASSERT_LE(held.size(), masker->most_held()) << "seed " << seed;
      bool may_begin = held.empty();
      for (const std::string& pattern : patterns) {
        may_begin = may_begin || (pattern.size() > held.size() && absl::StartsWith(pattern, held));
      }
      ASSERT_TRUE(may_begin) << "seed " << seed << " holds back \"" << held << "\"";
    }
    stream.Write("", true);
    ASSERT_EQ(stream.out(), MaskSlowly(patterns, text)) << "seed " << seed << ": " << text;
  }
}

TEST(MaskerTest, TakesManyLargeSecrets) {
  std::mt19937 random(1);
  std::vector<std::string> secrets;
  for (int i = 0; i < 100; ++i) {
    std::string secret;
    while (secret.size() < 2600) {
      secret += static_cast<char>(random());
    }
    secrets.push_back(secret);
  }
  const auto masker = Of(secrets);
  for (const std::string& secret : secrets) {
    Stream stream(*masker);
    const std::string text = absl::StrCat("<", secret, "|", absl::Base64Escape(secret), ">");
    for (size_t at = 0; at < text.size(); at += 1000) stream.Write(text.substr(at, 1000));
    stream.Write("", true);
    // The last bits of what was encoded share their character.
    EXPECT_EQ(stream.out().substr(0, 2602), "<" + std::string(2600, '*') + "|");
    EXPECT_EQ(stream.out().find_first_not_of('*', 2602), 2602 + 2600 * 8 / 6);
  }
}

}  // namespace
}  // namespace kozmic::init
