#ifndef KOZMIC_SERVICES_LOGSTREAM_SEARCH_PLAIN_TEXT_H_
#define KOZMIC_SERVICES_LOGSTREAM_SEARCH_PLAIN_TEXT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kozmic {

// A line of a log that is longer counts as several, as in the browser's viewer.
inline constexpr size_t kLongestLine = 64 << 10;

// A line within some bytes, without its line end.
struct TextLine {
  // Of its first byte, within those bytes.
  size_t begin = 0;
  size_t end = 0;
  // Whole: its line end was there. Otherwise it goes on in the next line, or behind the bytes.
  bool whole = false;
};

// The lines that begin in `bytes`, which begin with one. The last is not whole when the bytes end
// before it does.
std::vector<TextLine> SplitLines(absl::string_view bytes);

// What a reader sees of a line: without escape sequences and control characters but tab. A carriage
// return is a line end there: what is drawn over is still searched, as a line of its own. A
// sequence that does not end is left out for at most 4 KB, as frontend/src/log/ansi.ts does it.
std::string PlainText(absl::string_view line);

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_SEARCH_PLAIN_TEXT_H_
