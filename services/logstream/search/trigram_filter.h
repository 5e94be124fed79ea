#ifndef KOZMIC_SERVICES_LOGSTREAM_SEARCH_TRIGRAM_FILTER_H_
#define KOZMIC_SERVICES_LOGSTREAM_SEARCH_TRIGRAM_FILTER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kozmic {

// Which runs of three bytes a text has, in lower case (ASCII): a Bloom filter. What it does not
// have is certain; what it seems to have may be chance.
class TrigramFilter {
 public:
  static constexpr size_t kBits = 1 << 16;
  static constexpr size_t kBytes = kBits / 8;

  TrigramFilter() : bits_(kBytes, '\0') {}

  // Adds one piece of text: no run goes across pieces.
  void Add(absl::string_view text);
  // kBytes.
  const std::string& bytes() const { return bits_; }

  // The bits that are set in the filter of every text that has `part`, ascending. None when it is
  // too short to tell. Runs with other than ASCII bytes are not asked for: their lower case is not
  // this filter's business.
  static std::vector<uint32_t> BitsOf(absl::string_view part);

 private:
  std::string bits_;
};

// The same bits of many filters side by side: row b has bit b of each. Whether some of a thousand
// filters have a bit is then one short read.
class FilterMatrix {
 public:
  // So many filters.
  static constexpr size_t kColumns = 512;
  static constexpr size_t kRowBytes = kColumns / 8;

  // Of kColumns filters' bytes.
  static std::string Transpose(const std::vector<std::string>& filters);
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_SEARCH_TRIGRAM_FILTER_H_
