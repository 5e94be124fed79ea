#include "lib/testing/github_simulator.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "lib/base/json.h"

namespace kozmic {
namespace {

constexpr char kMain[] = "tests/github_simulator/main.js";
constexpr char kSeed[] = "tests/github_simulator/seeds/demo.json";

// The line that it prints once it listens; what came before its end when it ended early.
std::string ReadLine(int fd) {
  std::string line;
  char byte = 0;
  while (read(fd, &byte, 1) == 1 && byte != '\n') line.push_back(byte);
  return line;
}

}  // namespace

GithubSimulator::GithubSimulator() {
  std::string pattern = "/tmp/kozmic-simulator-XXXXXX";
  folder_ = mkdtemp(pattern.data());
  int out[2];
  if (pipe2(out, O_CLOEXEC) != 0) std::abort();
  process_ = fork();
  if (process_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(out[1], STDOUT_FILENO);
    execlp("node", "node", kMain, "--listen", "127.0.0.1:0", "--data", folder_.c_str(), "--seed",
           kSeed, nullptr);
    _exit(127);
  }
  close(out[1]);
  const std::string line = ReadLine(out[0]);
  close(out[0]);
  const auto started = ParseJson(line);
  url_ = started.ok() ? JsonText(*started, "url").value_or("") : "";
  if (url_.empty()) {
    std::fprintf(stderr, "the GitHub simulator does not start (is node there?): %s\n",
                 line.c_str());
    std::abort();
  }
}

GithubSimulator::~GithubSimulator() {
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace kozmic
