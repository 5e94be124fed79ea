#ifndef KOZMIC_LIB_DOCKER_LOG_TAIL_H_
#define KOZMIC_LIB_DOCKER_LOG_TAIL_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace kozmic::docker {

// Reads the stream of frames that Docker sends of a container's output and error output, and keeps
// the end of their text: frames of 8 bytes (a stream's number, three zeros, a length as a 32-bit
// big-endian number) and the text.
class LogTail {
 public:
  // `most`: bytes to keep.
  explicit LogTail(size_t most) : most_(most) {}

  void Feed(absl::string_view bytes);
  // What came last, of both streams in their order. Begins with a whole line if anything was left
  // out, unless a line is longer than all that is kept.
  std::string Text() const;

 private:
  static constexpr size_t kHeader = 8;

  const size_t most_;
  std::string header_;
  // Of the frame at hand.
  size_t missing_ = 0;
  std::string text_;
  bool cut_ = false;
};

}  // namespace kozmic::docker

#endif  // KOZMIC_LIB_DOCKER_LOG_TAIL_H_
