#include "services/runner/init/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>

#include "services/runner/init/protocol.h"

namespace kozmic::init {
namespace {

constexpr int kForwarded[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR2};
// Between two looks at a file of words: before the script, which waits for it, and while it runs.
constexpr int kLookForGoMilliseconds = 10;
constexpr int kLookForEndMilliseconds = 200;
// After everything was killed: how long something that cannot die may keep the output open.
constexpr int kDrainMilliseconds = 5000;

int64_t NowMilliseconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1000000;
}

sigset_t TakenSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : kForwarded) sigaddset(&set, signal);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGCHLD);
  return set;
}

// Reaps whoever ended. True once nobody is left.
bool Reap(pid_t script, bool* ended, ScriptEnd* end) {
  while (true) {
    int status = 0;
    const pid_t pid = waitpid(-1, &status, WNOHANG);
    if (pid < 0) return errno == ECHILD;
    if (pid == 0) return false;
    if (pid != script) continue;
    *ended = true;
    end->signalled = WIFSIGNALED(status);
    end->number = end->signalled ? WTERMSIG(status) : WEXITSTATUS(status);
  }
}

}  // namespace

Orders OpenOrders(int job_folder) {
  Orders orders;
  const sigset_t set = TakenSignals();
  sigprocmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
  orders.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  orders.words = openat(job_folder, kGoFile, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
  struct stat info;
  orders.looks = orders.words >= 0 && fstat(orders.words, &info) == 0 && S_ISREG(info.st_mode);
  return orders;
}

Word WaitForGo(int job_folder, const Orders& orders) {
  struct stat info;
  if (orders.words < 0) {
    const bool none = fstatat(job_folder, kGoFile, &info, AT_SYMLINK_NOFOLLOW) != 0;
    return none && errno == ENOENT ? Word::kGo : Word::kNone;
  }
  const bool is_pipe = fstat(orders.words, &info) == 0 && S_ISFIFO(info.st_mode);
  if (!is_pipe && !orders.looks) return Word::kNone;
  while (true) {
    pollfd waits[] = {{.fd = is_pipe ? orders.words : -1, .events = POLLIN, .revents = 0},
                      {.fd = orders.signals, .events = POLLIN, .revents = 0}};
    if (poll(waits, 2, is_pipe ? -1 : kLookForGoMilliseconds) < 0) {
      if (errno == EINTR) continue;
      return Word::kNone;
    }
    signalfd_siginfo signal;
    if (waits[1].revents != 0 && read(orders.signals, &signal, sizeof(signal)) == sizeof(signal) &&
        signal.ssi_signo != SIGCHLD) {
      return Word::kNone;
    }
    if (is_pipe && waits[0].revents == 0) continue;
    char byte;
    const ssize_t got = read(orders.words, &byte, 1);
    if (got == 0 && orders.looks) continue;
    if (got == 1) {
      // A writer of our own: a pipe without any would always be ready to be read.
      if (is_pipe) openat(job_folder, kGoFile, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
      return byte == kGoWithSecrets ? Word::kGoWithSecrets : byte == kGo ? Word::kGo : Word::kNone;
    }
    if (got == 0 || (errno != EAGAIN && errno != EINTR)) return Word::kNone;
  }
}

ScriptEnd RunScript(const Script& script, const Orders& orders, ScriptOutput& output) {
  ScriptEnd end;
  const auto fail = [&end](const char* what) {
    const char* reason = strerror(errno);
    end.failed = true;
    end.problem.Add(what).Add(": ").Add(reason);
    return end;
  };
  // A pipe, and not the log file itself, is the script's output: so a script may open /dev/stderr
  // by name, which Linux takes for opening the file anew, and cannot cut the log by it.
  int pipe[2];
  if (pipe2(pipe, O_CLOEXEC) != 0) return fail("cannot make a pipe");
  // gVisor gives no pipe away; there a script cannot open /dev/stderr by name.
  if (fchown(pipe[1], script.account.uid, script.account.gid) != 0 && errno != EPERM) {
    return fail("cannot give away a pipe");
  }
  fcntl(pipe[0], F_SETFL, O_NONBLOCK);
  // A script that writes much then waits for this process less often. As it is will do.
  fcntl(pipe[0], F_SETPIPE_SZ, kPipeSize);

  const pid_t pid = fork();
  if (pid < 0) return fail("cannot start a process");
  if (pid == 0) {
    const sigset_t taken = TakenSignals();
    sigprocmask(SIG_UNBLOCK, &taken, nullptr);
    signal(SIGPIPE, SIG_DFL);
    dup2(pipe[1], STDOUT_FILENO);
    dup2(pipe[1], STDERR_FILENO);
    ExecScript(script);
  }
  close(pipe[1]);

  const auto ask_to_end = [pid](int signal) {
    // It may not have a session of its own yet.
    if (kill(-pid, signal) != 0) kill(pid, signal);
  };
  bool ended = false;
  bool alone = false;
  bool output_open = true;
  int64_t give_up_at = 0;
  while (!ended || output_open || !alone) {
    int timeout = orders.looks ? kLookForEndMilliseconds : -1;
    if (ended) {
      const int64_t left = give_up_at - NowMilliseconds();
      if (left <= 0) break;
      timeout = static_cast<int>(left);
    }
    pollfd waits[] = {{.fd = output_open ? pipe[0] : -1, .events = POLLIN, .revents = 0},
                      {.fd = orders.signals, .events = POLLIN, .revents = 0},
                      {.fd = orders.looks ? -1 : orders.words, .events = POLLIN, .revents = 0}};
    if (poll(waits, 3, timeout) < 0 && errno != EINTR) break;
    if (waits[0].revents != 0) output_open = output.Copy(pipe[0]);
    signalfd_siginfo signal;
    while (waits[1].revents != 0 &&
           read(orders.signals, &signal, sizeof(signal)) == sizeof(signal)) {
      const int number = static_cast<int>(signal.ssi_signo);
      if (number == SIGUSR1) {
        kill(-1, SIGKILL);
      } else if (number != SIGCHLD) {
        ask_to_end(number);
      }
    }
    char word = '\0';
    if ((orders.looks || waits[2].revents != 0) && read(orders.words, &word, 1) == 1) {
      if (word == kEnd) ask_to_end(SIGTERM);
      if (word == kKill) kill(-1, SIGKILL);
    }
    const bool had_ended = ended;
    alone = Reap(pid, &ended, &end);
    if (ended && !had_ended) {
      kill(-1, SIGKILL);
      give_up_at = NowMilliseconds() + kDrainMilliseconds;
      alone = Reap(pid, &ended, &end);
    }
  }
  close(pipe[0]);
  output.Finish();
  return end;
}

}  // namespace kozmic::init
