#include "bench/log_load/text.h"

#include <random>
#include <vector>

#include "absl/strings/str_cat.h"

namespace kozmic::bench {
namespace {

constexpr size_t kLine = 80;
constexpr size_t kWords = 4000;

std::string Word(std::mt19937& random) {
  std::string word;
  for (uint32_t i = 3 + random() % 8; i > 0; --i) word += static_cast<char>('a' + random() % 26);
  return word;
}

}  // namespace

std::string RepetitiveLines(int64_t bytes) {
  std::string text;
  text.reserve(static_cast<size_t>(bytes) + kLine);
  for (int64_t i = 0; static_cast<int64_t>(text.size()) < bytes; ++i) {
    std::string line = absl::StrCat("step ", i, ": compiling the next file of this project ");
    line.resize(kLine - 1, '.');
    text += line + "\n";
  }
  return text;
}

std::string RandomLines(int64_t bytes, uint32_t seed) {
  std::mt19937_64 random(seed);
  std::string text(static_cast<size_t>(bytes), '\0');
  constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  uint64_t bits = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i % 10 == 0) bits = random();
    text[i] = i % kLine == kLine - 1 ? '\n' : kLetters[bits & 63];
    bits >>= 6;
  }
  text.back() = '\n';
  return text;
}

std::string LogLines(int64_t bytes, uint32_t seed) {
  std::mt19937 words_random(1);
  std::vector<std::string> words = {"warning"};
  while (words.size() < kWords) words.push_back(Word(words_random));
  std::mt19937 random(seed + 2);
  std::string text;
  text.reserve(static_cast<size_t>(bytes) + 2 * kLine);
  while (static_cast<int64_t>(text.size()) < bytes) {
    const size_t begin = text.size();
    absl::StrAppend(&text, "[", random() % 100000, "] ");
    while (text.size() - begin < kLine - 10) {
      // Few words are common, most are rare.
      const double share = std::uniform_real_distribution<double>(0, 1)(random);
      text += words[static_cast<size_t>(share * share * share * static_cast<double>(kWords))];
      text += random() % 5 == 0 ? '/' : ' ';
    }
    text += '\n';
  }
  return text;
}

}  // namespace kozmic::bench
