#include "lib/process/child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/http/socket.h"

namespace kozmic {
namespace {

using http::EventFd;
using http::UniqueFd;

constexpr size_t kMaxOutput = 64 << 10;

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

absl::StatusOr<pid_t> Spawn(const std::vector<std::string>& argv,
                            const std::vector<std::string>& environment, int output,
                            const std::vector<int>& inherited) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
  // Out of the way of each other's numbers first.
  const int spare = kFirstInherited + static_cast<int>(inherited.size());
  std::vector<UniqueFd> moved;
  for (size_t i = 0; i < inherited.size(); ++i) {
    moved.emplace_back(fcntl(inherited[i], F_DUPFD_CLOEXEC, spare));
    posix_spawn_file_actions_adddup2(&actions, moved.back().get(),
                                     kFirstInherited + static_cast<int>(i));
  }
  // Ours are closed anyway; those that whoever started us has left open are not.
  for (int fd = STDERR_FILENO + 1; fd < kFirstInherited; ++fd) {
    posix_spawn_file_actions_addclose(&actions, fd);
  }
  posix_spawn_file_actions_addclosefrom_np(&actions, spare);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // Our threads block the termination signals and ignore PIPE; a child must not inherit that.
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  pid_t pid = -1;
  const int error = posix_spawnp(&pid, argv.front().c_str(), &actions, &attributes,
                                 Pointers(argv).data(), Pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    return absl::InternalError(absl::StrCat("start ", argv.front(), ": ", std::strerror(error)));
  }
  return pid;
}

// False at the end.
bool ReadSome(int fd, std::string& output) {
  char buffer[16384];
  const ssize_t got = read(fd, buffer, sizeof(buffer));
  if (got > 0) {
    output.append(buffer, std::min(static_cast<size_t>(got), kMaxOutput - output.size()));
    return true;
  }
  return got < 0 && (errno == EINTR || errno == EAGAIN);
}

}  // namespace

absl::StatusOr<ChildResult> RunChild(const std::vector<std::string>& argv,
                                     const std::vector<std::string>& environment,
                                     absl::Duration timeout, std::stop_token stop,
                                     const std::vector<int>& inherited) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return absl::InternalError("no pipe for a child process");
  const UniqueFd output(ends[0]);
  UniqueFd child_output(ends[1]);
  const EventFd stopped;
  const std::stop_callback on_stop(std::move(stop), [&stopped] { stopped.Signal(); });

  const absl::StatusOr<pid_t> pid = Spawn(argv, environment, child_output.get(), inherited);
  if (!pid.ok()) return pid.status();
  child_output.reset();
  const UniqueFd child(static_cast<int>(syscall(SYS_pidfd_open, *pid, 0)));

  const absl::Time deadline = absl::Now() + timeout;
  ChildResult result;
  absl::Status early;
  bool open = true;
  while (true) {
    const int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now()) + 1;
    pollfd waits[] = {{.fd = open ? output.get() : -1, .events = POLLIN, .revents = 0},
                      {.fd = child.get(), .events = POLLIN, .revents = 0},
                      {.fd = stopped.get(), .events = POLLIN, .revents = 0}};
    const int ready =
        left <= 0 ? 0 : poll(waits, 3, static_cast<int>(std::min<int64_t>(left, 1 << 30)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) {
      early = absl::DeadlineExceededError(
          absl::StrCat(argv.front(), " took longer than ", absl::FormatDuration(timeout)));
      break;
    }
    if (waits[2].revents != 0) {
      early = absl::CancelledError(absl::StrCat(argv.front(), " was stopped"));
      break;
    }
    if (waits[0].revents != 0) {
      open = ReadSome(output.get(), result.output);
      continue;
    }
    if (waits[1].revents != 0) break;
  }
  // Also after its end: what it may have left behind.
  kill(-*pid, SIGKILL);
  int status = 0;
  while (waitpid(*pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!early.ok()) return early;
  result.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return result;
}

}  // namespace kozmic
