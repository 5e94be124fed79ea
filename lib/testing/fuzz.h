#ifndef KOZMIC_LIB_TESTING_FUZZ_H_
#define KOZMIC_LIB_TESTING_FUZZ_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"

// A fuzz target: whatever the bytes, it returns 0, or ends the process because something does not
// hold. See fuzz.bzl for how it is run.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace kozmic {

inline void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

// Takes a target's input apart, from its front. At its end everything is 0 or empty.
class FuzzInput {
 public:
  FuzzInput(const uint8_t* data, size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  bool empty() const { return rest_.empty(); }
  uint8_t Byte() {
    if (rest_.empty()) return 0;
    const auto byte = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }
  // `limit`: 1 to 256.
  size_t Below(size_t limit) { return Byte() % limit; }
  std::string Bytes(size_t most) {
    const std::string bytes(rest_.substr(0, most));
    rest_.remove_prefix(bytes.size());
    return bytes;
  }

 private:
  absl::string_view rest_;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_TESTING_FUZZ_H_
