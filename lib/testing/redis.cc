#include "lib/testing/redis.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/base/random.h"
#include "lib/testing/free_port.h"

namespace kozmic {
namespace {

constexpr absl::Duration kStartDeadline = absl::Seconds(30);

bool CanConnect(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  const bool connected = connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  close(fd);
  return connected;
}

}  // namespace

TestRedis::TestRedis() : port_(FreePort()), password_(SystemRandom().Hex(16)) { Start(); }

TestRedis::~TestRedis() {
  if (server_ > 0) Kill();
}

std::string TestRedis::Url() const {
  return absl::StrCat("redis://:", password_, "@127.0.0.1:", port_, "/0");
}

void TestRedis::Start() {
  const std::string config = absl::StrCat("port ", port_,
                                          "\nbind 127.0.0.1\nsave \"\"\nappendonly no\n"
                                          "dir /tmp\nrequirepass ",
                                          password_, "\n");
  int input[2];
  if (pipe2(input, O_CLOEXEC) != 0) std::abort();
  server_ = fork();
  if (server_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(input[0], STDIN_FILENO);
    const int null = open("/dev/null", O_WRONLY);
    dup2(null, STDOUT_FILENO);
    execlp("redis-server", "redis-server", "-", nullptr);
    _exit(127);
  }
  close(input[0]);
  if (write(input[1], config.data(), config.size()) != static_cast<ssize_t>(config.size())) {
    std::abort();
  }
  close(input[1]);
  const absl::Time deadline = absl::Now() + kStartDeadline;
  while (!CanConnect(port_)) {
    if (absl::Now() > deadline || waitpid(server_, nullptr, WNOHANG) != 0) {
      std::fprintf(stderr, "Redis for the test: cannot start on port %d\n", port_);
      std::abort();
    }
    absl::SleepFor(absl::Milliseconds(5));
  }
}

void TestRedis::Kill() {
  kill(server_, SIGKILL);
  waitpid(server_, nullptr, 0);
  server_ = 0;
}

void TestRedis::Pause() { kill(server_, SIGSTOP); }

void TestRedis::Resume() { kill(server_, SIGCONT); }

}  // namespace kozmic
