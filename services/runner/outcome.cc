#include "services/runner/outcome.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace kozmic::runner {
namespace {

constexpr size_t kMaxReason = 1000;

// Length of the UTF-8 sequence at the beginning; 0 when there is none.
size_t SequenceLength(absl::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const size_t length = lead < 0x80             ? 1
                        : (lead & 0xe0) == 0xc0 ? 2
                        : (lead & 0xf0) == 0xe0 ? 3
                        : (lead & 0xf8) == 0xf0 ? 4
                                                : 0;
  if (length == 0 || length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool overlong = lead == 0xc0 || lead == 0xc1 || (lead == 0xe0 && byte(1) < 0xa0) ||
                        (lead == 0xf0 && byte(1) < 0x90);
  const bool surrogate = lead == 0xed && byte(1) >= 0xa0;
  const bool beyond = lead > 0xf4 || (lead == 0xf4 && byte(1) >= 0x90);
  return overlong || surrogate || beyond ? 0 : length;
}

// "5 min", "90 s"
std::string Period(int seconds) {
  return seconds % 60 == 0 ? absl::StrCat(seconds / 60, " min") : absl::StrCat(seconds, " s");
}

}  // namespace

std::string CleanReason(absl::string_view text) {
  std::string clean;
  while (!text.empty()) {
    const size_t length = SequenceLength(text);
    const bool control = length == 1 && absl::ascii_iscntrl(text.front());
    const absl::string_view next = length == 0 ? absl::string_view("?")
                                   : control   ? " "
                                               : text.substr(0, length);
    if (clean.size() + next.size() > kMaxReason) break;
    absl::StrAppend(&clean, next);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return std::string(absl::StripAsciiWhitespace(clean));
}

Outcome Outcome::Failed(absl::string_view reason) {
  return {v1::FinishJobRequest::OUTCOME_FAILED, 0, CleanReason(reason)};
}

Outcome Outcome::Error(absl::string_view reason) {
  return {v1::FinishJobRequest::OUTCOME_ERROR, 0, CleanReason(reason)};
}

Outcome Outcome::Cancelled() {
  return {v1::FinishJobRequest::OUTCOME_CANCELLED, 0, "The job was cancelled."};
}

Outcome Outcome::Stalled(int seconds) {
  return {v1::FinishJobRequest::OUTCOME_STALLED, 0,
          absl::StrCat("The script wrote nothing for ", Period(seconds), " and was killed.")};
}

Outcome Outcome::TimedOut(int seconds) {
  return {v1::FinishJobRequest::OUTCOME_TIMED_OUT, 0,
          absl::StrCat("The job was ended after ", Period(seconds), ", its time limit.")};
}

Outcome Outcome::DiskFull(int64_t most_bytes) {
  return {v1::FinishJobRequest::OUTCOME_FAILED, 0,
          absl::StrCat("The job was ended because it wrote more than ", most_bytes >> 20,
                       " MiB to the disk, this runner's limit (job_disk_mb).")};
}

Outcome Outcome::Of(const ScriptExit& exit, bool installing) {
  if (!exit.error.empty()) {
    return Failed(absl::StrCat(installing ? "The install script" : "The script",
                               " was not started: ", exit.error));
  }
  if (!exit.log_error.empty()) {
    return Error(absl::StrCat("Not all of the log could be kept: ", exit.log_error));
  }
  Outcome outcome = {v1::FinishJobRequest::OUTCOME_EXITED, exit.ExitCode(), ""};
  if (installing) {
    outcome.reason = absl::StrCat("The install script exited with ", exit.ExitCode(), ".");
  }
  if (!exit.note.empty()) {
    outcome.reason = CleanReason(absl::StrCat(outcome.reason, installing ? " " : "", exit.note));
  }
  return outcome;
}

}  // namespace kozmic::runner
