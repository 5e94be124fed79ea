#include "services/logstream/search/trigram_filter.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"

namespace kozmic {
namespace {

constexpr uint32_t kBitMask = TrigramFilter::kBits - 1;
constexpr uint32_t kTrigramMask = 0xffffff;

// Two bits for each run of three bytes.
std::array<uint32_t, 2> Bits(uint32_t trigram) {
  // Fibonacci hashing with the golden ratio's fraction of 2^64.
  const uint64_t mixed = (uint64_t{trigram} + 1) * 0x9e3779b97f4a7c15;
  return {static_cast<uint32_t>(mixed >> 48) & kBitMask,
          static_cast<uint32_t>(mixed >> 32) & kBitMask};
}

uint32_t Byte(char c) { return static_cast<uint8_t>(absl::ascii_tolower(static_cast<uint8_t>(c))); }

}  // namespace

void TrigramFilter::Add(absl::string_view text) {
  uint32_t trigram = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    trigram = ((trigram << 8) | Byte(text[i])) & kTrigramMask;
    if (i < 2) continue;
    for (const uint32_t bit : Bits(trigram)) {
      bits_[bit / 8] = static_cast<char>(bits_[bit / 8] | (1 << (bit % 8)));
    }
  }
}

std::vector<uint32_t> TrigramFilter::BitsOf(absl::string_view part) {
  std::vector<uint32_t> bits;
  uint32_t trigram = 0;
  size_t length = 0;
  for (const char c : part) {
    length = absl::ascii_isascii(static_cast<uint8_t>(c)) ? length + 1 : 0;
    trigram = ((trigram << 8) | Byte(c)) & kTrigramMask;
    if (length < 3) continue;
    for (const uint32_t bit : Bits(trigram)) bits.push_back(bit);
  }
  std::sort(bits.begin(), bits.end());
  bits.erase(std::unique(bits.begin(), bits.end()), bits.end());
  return bits;
}

std::string FilterMatrix::Transpose(const std::vector<std::string>& filters) {
  std::string matrix(TrigramFilter::kBits * kRowBytes, '\0');
  for (size_t column = 0; column < filters.size() && column < kColumns; ++column) {
    const auto mark = static_cast<char>(1 << (column % 8));
    for (size_t byte = 0; byte < TrigramFilter::kBytes; ++byte) {
      for (auto left = static_cast<uint8_t>(filters[column][byte]); left != 0; left &= left - 1) {
        const size_t row = byte * 8 + static_cast<size_t>(__builtin_ctz(left));
        char& cell = matrix[row * kRowBytes + column / 8];
        cell = static_cast<char>(cell | mark);
      }
    }
  }
  return matrix;
}

}  // namespace kozmic
