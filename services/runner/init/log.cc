#include "services/runner/init/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "services/runner/init/files.h"

namespace kozmic::init {
namespace {

constexpr size_t kCopySize = kPipeSize;

}  // namespace

void LogFile::Append(const char* data, size_t size) {
  if (problem_.empty() && !WriteAll(fd_, data, size)) problem_.Add(strerror(errno));
}

void LogFile::Say(const char* sentence) {
  Line line;
  line.Add("kozmic: ").Add(sentence).Add("\n");
  Append(line.c_str(), line.size());
}

void LogFile::Sync() {
  if (fsync(fd_) != 0 && problem_.empty()) problem_.Add(strerror(errno));
}

ScriptOutput::~ScriptOutput() { free(buffer_); }

bool ScriptOutput::Prepare() {
  buffer_ = static_cast<char*>(malloc(masker_.most_held() + kCopySize));
  return buffer_ != nullptr;
}

bool ScriptOutput::Copy(int pipe) {
  const ssize_t got = read(pipe, buffer_ + held_, kCopySize);
  if (got <= 0) return got < 0 && (errno == EAGAIN || errno == EINTR);
  const size_t size = held_ + static_cast<size_t>(got);
  const size_t ready = masker_.empty() ? size : masker_.Mask(buffer_, size, /*last=*/false);
  if (ready > 0) log_.Append(buffer_, ready);
  held_ = size - ready;
  memmove(buffer_, buffer_ + ready, held_);
  return true;
}

void ScriptOutput::Finish() {
  if (held_ > 0) log_.Append(buffer_, masker_.Mask(buffer_, held_, /*last=*/true));
  held_ = 0;
}

}  // namespace kozmic::init
