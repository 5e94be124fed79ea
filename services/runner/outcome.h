#ifndef KOZMIC_SERVICES_RUNNER_OUTCOME_H_
#define KOZMIC_SERVICES_RUNNER_OUTCOME_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "kozmic/runner/v1/runner.pb.h"
#include "services/runner/init_messages.h"

namespace kozmic::runner {

// How an attempt ends, as FinishJob is told.
struct Outcome {
  v1::FinishJobRequest::Outcome outcome = v1::FinishJobRequest::OUTCOME_ERROR;
  int exit_code = 0;
  // A sentence for people.
  std::string reason;

  static Outcome Failed(absl::string_view reason);
  static Outcome Error(absl::string_view reason);
  static Outcome Cancelled();
  // After the given limit of the job's spec.
  static Outcome Stalled(int seconds);
  static Outcome TimedOut(int seconds);
  // More than so many bytes written.
  static Outcome DiskFull(int64_t most_bytes);
  // What kozmic-init witnessed. Success only for the script's exit code 0 with its whole log.
  // `installing`: it is the install script's end, whose success is not the job's.
  static Outcome Of(const ScriptExit& exit, bool installing);
};

// At most 1,000 bytes of valid UTF-8, without control characters.
std::string CleanReason(absl::string_view text);

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_OUTCOME_H_
