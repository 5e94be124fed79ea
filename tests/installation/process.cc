#include "tests/installation/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace kozmic {

Process::Process(std::string name, std::string program, Environment environment,
                 const std::string& log_folder)
    : name_(std::move(name)),
      program_(std::move(program)),
      environment_(std::move(environment)),
      log_(absl::StrCat(log_folder, "/", name_, ".log")) {}

Process::~Process() {
  if (running()) Kill();
}

void Process::Start() {
  std::vector<std::string> texts = {absl::StrCat("PATH=", std::getenv("PATH"))};
  for (const auto& [name, value] : environment_) texts.push_back(absl::StrCat(name, "=", value));
  std::vector<char*> environment;
  environment.reserve(texts.size() + 1);
  for (std::string& text : texts) environment.push_back(text.data());
  environment.push_back(nullptr);
  const int log = open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execle(program_.c_str(), program_.c_str(), nullptr, environment.data());
    _exit(127);
  }
  close(log);
  if (pid_ < 0) {
    std::perror("fork");
    std::exit(1);
  }
}

void Process::Kill() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

int Process::Terminate() {
  int status = 0;
  kill(pid_, SIGTERM);
  waitpid(pid_, &status, 0);
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void Process::Pause() { kill(pid_, SIGSTOP); }

void Process::Resume() { kill(pid_, SIGCONT); }

long Process::MemoryKb() const {
  std::ifstream file(absl::StrCat("/proc/", pid_, "/smaps_rollup"));
  for (std::string line; std::getline(file, line);) {
    long kb = 0;
    if (std::sscanf(line.c_str(), "Pss: %ld kB", &kb) == 1) return kb;
  }
  return 0;
}

double CpuOf(pid_t pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/stat"));
  const std::string text(std::istreambuf_iterator<char>(file), {});
  // Behind the name, which may have spaces: state, then times as 12th and 13th.
  const std::vector<std::string> fields =
      absl::StrSplit(text.substr(std::min(text.rfind(')') + 1, text.size())), ' ');
  int64_t user = 0;
  int64_t system = 0;
  if (fields.size() < 14 || !absl::SimpleAtoi(fields[12], &user) ||
      !absl::SimpleAtoi(fields[13], &system)) {
    return 0;
  }
  return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace kozmic
