#include "services/logstream/search/trigram_filter.h"

#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace kozmic {
namespace {

bool Has(const std::string& filter, uint32_t bit) {
  return (static_cast<uint8_t>(filter[bit / 8]) >> (bit % 8) & 1) != 0;
}

bool MayHave(const std::string& filter, const std::string& part) {
  for (const uint32_t bit : TrigramFilter::BitsOf(part)) {
    if (!Has(filter, bit)) return false;
  }
  return true;
}

TEST(TrigramFilterTest, NeverRulesOutWhatIsThere) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    std::string text(200, '\0');
    for (char& c : text) c = static_cast<char>(random() % 3 == 0 ? random() : 'A' + random() % 40);
    TrigramFilter filter;
    filter.Add(text);
    for (int i = 0; i < 50; ++i) {
      const size_t begin = random() % text.size();
      EXPECT_TRUE(MayHave(filter.bytes(), text.substr(begin, random() % 20))) << "seed " << seed;
    }
  }
}

TEST(TrigramFilterTest, RulesOutMostOfWhatIsNotThere) {
  std::mt19937 random(1);
  const auto word = [&] {
    std::string text;
    for (int i = 0; i < 8; ++i) text += static_cast<char>('a' + random() % 26);
    return text;
  };
  TrigramFilter filter;
  for (int i = 0; i < 1000; ++i) filter.Add(word());
  int seems = 0;
  for (int i = 0; i < 1000; ++i) seems += MayHave(filter.bytes(), word()) ? 1 : 0;
  EXPECT_LT(seems, 20);
}

TEST(TrigramFilterTest, IgnoresTheCaseAndWhatItCannotTell) {
  TrigramFilter filter;
  filter.Add("Connection REFUSED");
  EXPECT_TRUE(MayHave(filter.bytes(), "refused"));
  EXPECT_FALSE(MayHave(filter.bytes(), "accepted"));
  EXPECT_TRUE(TrigramFilter::BitsOf("re").empty());
  EXPECT_TRUE(TrigramFilter::BitsOf("\xc3\xa4\xc3\xb6").empty());
  EXPECT_EQ(TrigramFilter::BitsOf("abc\xc3\xa4"), TrigramFilter::BitsOf("ABC"));
  // Not across pieces.
  TrigramFilter pieces;
  pieces.Add("ab");
  pieces.Add("cd");
  EXPECT_FALSE(MayHave(pieces.bytes(), "abc"));
}

TEST(FilterMatrixTest, HasEachFiltersBitsInItsColumn) {
  std::mt19937 random(2);
  std::vector<std::string> filters;
  for (size_t i = 0; i < FilterMatrix::kColumns; ++i) {
    TrigramFilter filter;
    std::string text(40, '\0');
    for (char& c : text) c = static_cast<char>(random());
    filter.Add(text);
    filters.push_back(filter.bytes());
  }
  const std::string matrix = FilterMatrix::Transpose(filters);
  ASSERT_EQ(matrix.size(), TrigramFilter::kBits * FilterMatrix::kRowBytes);
  for (int i = 0; i < 100'000; ++i) {
    const auto bit = static_cast<uint32_t>(random() % TrigramFilter::kBits);
    const size_t column = random() % FilterMatrix::kColumns;
    const std::string row = matrix.substr(bit * FilterMatrix::kRowBytes, FilterMatrix::kRowBytes);
    ASSERT_EQ(Has(row, static_cast<uint32_t>(column)), Has(filters[column], bit));
  }
}

}  // namespace
}  // namespace kozmic
