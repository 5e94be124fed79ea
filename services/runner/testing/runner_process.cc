#include "services/runner/testing/runner_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace kozmic::runner {

RunnerProcess::~RunnerProcess() {
  if (!running()) return;
  Signal(SIGKILL);
  Wait(absl::Seconds(20));
}

void RunnerProcess::Start() {
  const pid_t parent = getpid();
  pid_ = fork();
  ASSERT_GE(pid_, 0);
  if (pid_ > 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  const int log = open(log_path_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  execl(program_.c_str(), program_.c_str(), "--config", config_path_.c_str(), nullptr);
  _exit(127);
}

void RunnerProcess::Signal(int signal) { kill(pid_, signal); }

int RunnerProcess::Wait(absl::Duration patience) {
  const absl::Time deadline = absl::Now() + patience;
  int status = 0;
  while (waitpid(pid_, &status, WNOHANG) == 0) {
    if (absl::Now() > deadline) return -1;
    absl::SleepFor(absl::Milliseconds(5));
  }
  pid_ = -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace kozmic::runner
