// The reader of ANSI sequences: lines tile the bytes, and none has a control character left.
#include "lib/testing/fuzz.h"
#include "services/logstream/search/plain_text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace kozmic;
  const absl::string_view log(reinterpret_cast<const char*>(data), size);
  size_t at = 0;
  for (const TextLine& line : SplitLines(log)) {
    Require(line.begin == at && line.end >= at && line.end <= size, "lines adjoin");
    Require(line.end - line.begin <= kLongestLine, "none is longer");
    Require(!line.whole || (line.end < size && log[line.end] == '\n'), "whole: with its end");
    const absl::string_view bytes = log.substr(line.begin, line.end - line.begin);
    Require(bytes.find('\n') == absl::string_view::npos, "one line");
    const std::string text = PlainText(bytes);
    Require(text.size() <= bytes.size(), "nothing is added");
    for (const char c : text) {
      const auto byte = static_cast<uint8_t>(c);
      Require(c == '\n' || c == '\t' || (byte >= 0x20 && byte != 0x7f), "no controls");
    }
    at = line.end + (line.whole ? 1 : 0);
  }
  Require(at == size, "all bytes are in lines");
  return 0;
}
