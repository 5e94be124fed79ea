#ifndef KOZMIC_SERVICES_RUNNER_INIT_LOG_H_
#define KOZMIC_SERVICES_RUNNER_INIT_LOG_H_

#include <cstddef>

#include "services/runner/init/mask.h"
#include "services/runner/init/text.h"

namespace kozmic::init {

// What a script may have written that is not in the log yet, four times what a pipe has by itself.
inline constexpr int kPipeSize = 1 << 18;

// The log. Keeps going when the disk is full, so that the scripts do not hang on their output, but
// remembers it.
class LogFile {
 public:
  explicit LogFile(int fd) : fd_(fd) {}
  void Append(const char* data, size_t size);
  // A line of init's own.
  void Say(const char* sentence);
  // Makes what was written durable.
  void Sync();
  // Empty while nothing was lost.
  const Line& problem() const { return problem_; }

 private:
  const int fd_;
  Line problem_;
};

// Carries what a script writes from its pipe to the log, and masks secrets on the way. Between
// calls it keeps no more than the bytes that may be the beginning of a secret.
class ScriptOutput {
 public:
  // Nothing is owned.
  ScriptOutput(LogFile& log, Masker& masker) : log_(log), masker_(masker) {}
  ~ScriptOutput();
  ScriptOutput(const ScriptOutput&) = delete;
  ScriptOutput& operator=(const ScriptOutput&) = delete;

  // Once the masker knows all secrets, before the first Copy. False when there is no memory.
  bool Prepare();
  // Carries what the pipe holds now. False at its end.
  bool Copy(int pipe);
  // Writes what is kept: nothing more comes.
  void Finish();

 private:
  LogFile& log_;
  Masker& masker_;
  char* buffer_ = nullptr;
  size_t held_ = 0;
};

}  // namespace kozmic::init

#endif  // KOZMIC_SERVICES_RUNNER_INIT_LOG_H_
