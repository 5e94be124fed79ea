#ifndef KOZMIC_SERVICES_RUNNER_TESTING_RUNNER_PROCESS_H_
#define KOZMIC_SERVICES_RUNNER_TESTING_RUNNER_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <utility>

#include "absl/time/time.h"

namespace kozmic::runner {

// The runner's real program, as a process of its own. Not thread-safe.
class RunnerProcess {
 public:
  // `log_path`: where its log goes, appended.
  RunnerProcess(std::string program, std::string config_path, std::string log_path)
      : program_(std::move(program)),
        config_path_(std::move(config_path)),
        log_path_(std::move(log_path)) {}
  // Kills it.
  ~RunnerProcess();

  void Start();
  // Sends a signal.
  void Signal(int signal);
  // Its exit code (128 + signal when one ended it), or -1 when it has not ended in time.
  int Wait(absl::Duration patience);
  bool running() const { return pid_ > 0; }

 private:
  const std::string program_;
  const std::string config_path_;
  const std::string log_path_;
  pid_t pid_ = -1;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_TESTING_RUNNER_PROCESS_H_
