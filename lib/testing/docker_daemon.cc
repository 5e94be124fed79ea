#include "lib/testing/docker_daemon.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace kozmic {
namespace {

constexpr absl::Duration kStart = absl::Seconds(60);
constexpr absl::Duration kStop = absl::Seconds(30);

std::string Contents(const std::string& path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// A killed engine's containerd dies with it, but a moment later: an engine that takes it for alive
// meanwhile gives up all containers.
void AwaitEnd(const std::string& pid_file) {
  const std::string stat = absl::StrCat("/proc/", Contents(pid_file), "/stat");
  const absl::Time deadline = absl::Now() + kStop;
  while (absl::Now() < deadline) {
    const std::string now = Contents(stat);
    if (!absl::StrContains(now, "(containerd) ") || absl::StrContains(now, ") Z ")) return;
    absl::SleepFor(absl::Milliseconds(5));
  }
}

// Pids of the processes that stand between an engine, which may be gone, and its containers.
std::vector<std::string> ShimsOf(const std::string& folder) {
  std::vector<std::string> shims;
  std::error_code gone;
  for (const auto& process : std::filesystem::directory_iterator("/proc", gone)) {
    const std::string command = Contents(process.path().string() + "/cmdline");
    if (absl::StrContains(command, "containerd-shim") && absl::StrContains(command, folder)) {
      shims.push_back(process.path().filename());
    }
  }
  return shims;
}

// Those of containers that the engine forgot.
void KillShims(const std::string& folder) {
  for (const std::string& shim : ShimsOf(folder)) kill(std::atoi(shim.c_str()), SIGKILL);
}

}  // namespace

DockerDaemon::DockerDaemon(std::string folder)
    : folder_(std::move(folder)), client_(std::make_unique<docker::DockerClient>(socket())) {}

absl::StatusOr<std::unique_ptr<DockerDaemon>> DockerDaemon::Start(
    const std::string& configuration) {
  char folder[] = "/tmp/kozmic-dockerd-XXXXXX";
  if (mkdtemp(folder) == nullptr) return absl::InternalError("mkdtemp failed");
  std::unique_ptr<DockerDaemon> daemon(new DockerDaemon(folder));
  std::ofstream(daemon->folder_ + "/daemon.json") << configuration;
  if (absl::Status started = daemon->Restart(); !started.ok()) return started;
  return daemon;
}

void DockerDaemon::Pause() const { kill(pid_, SIGSTOP); }

void DockerDaemon::Resume() const { kill(pid_, SIGCONT); }

absl::Status DockerDaemon::Restart() {
  const std::string log = folder_ + "/log";
  // A killed engine leaves them behind, and the numbers may be somebody else's by now.
  unlink((folder_ + "/pid").c_str());
  const std::string containerd = folder_ + "/exec/containerd/containerd.pid";
  AwaitEnd(containerd);
  unlink(containerd.c_str());
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ < 0) return absl::InternalError("fork failed");
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(1);
    // Engines of one network would fight for its bridge and its rules.
    if (unshare(CLONE_NEWNET) != 0) _exit(126);
    const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    const std::string data = folder_ + "/data";
    const std::string exec = folder_ + "/exec";
    const std::string pid = folder_ + "/pid";
    const std::string configuration = folder_ + "/daemon.json";
    execlp("dockerd", "dockerd", "--config-file", configuration.c_str(), "--data-root",
           data.c_str(), "--exec-root", exec.c_str(), "--pidfile", pid.c_str(), "-H",
           host().c_str(), "--live-restore", nullptr);
    _exit(127);
  }
  const absl::Time deadline = absl::Now() + kStart;
  while (!client_->Ping(absl::Seconds(5)).ok()) {
    const bool ended = waitpid(pid_, nullptr, WNOHANG) != 0;
    if (ended) pid_ = -1;
    if (ended || absl::Now() > deadline) {
      return absl::InternalError(absl::StrCat("dockerd does not start: ", Contents(log)));
    }
    absl::SleepFor(absl::Milliseconds(20));
  }
  return absl::OkStatus();
}

std::string DockerDaemon::Log() const { return Contents(folder_ + "/log"); }

void DockerDaemon::Kill() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void DockerDaemon::KillWithContainers() {
  Kill();
  std::vector<pid_t> ending;
  // A container's first process is its shim's child.
  for (const std::string& shim : ShimsOf(folder_)) {
    const std::string children =
        Contents(absl::StrCat("/proc/", shim, "/task/", shim, "/children"));
    kill(std::atoi(shim.c_str()), SIGKILL);
    for (const absl::string_view child : absl::StrSplit(children, ' ', absl::SkipEmpty())) {
      int pid = 0;
      if (absl::SimpleAtoi(child, &pid)) ending.push_back(pid);
    }
  }
  for (const pid_t pid : ending) kill(pid, SIGKILL);
  // It is the last of its container to go.
  const absl::Time deadline = absl::Now() + kStop;
  const auto runs = [](pid_t pid) {
    const std::string stat = Contents(absl::StrCat("/proc/", pid, "/stat"));
    return !stat.empty() && !absl::StrContains(stat, ") Z ");
  };
  while (std::any_of(ending.begin(), ending.end(), runs) && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(5));
  }
}

void DockerDaemon::Forget(const std::string& container_id) const {
  const std::string path =
      absl::StrCat(folder_, "/data/containers/", container_id, "/config.v2.json");
  const std::string text =
      absl::StrReplaceAll(Contents(path), {{"\"Running\":true", "\"Running\":false"}});
  std::ofstream(path, std::ios::trunc) << text;
}

DockerDaemon::~DockerDaemon() {
  if (pid_ < 0) Restart().IgnoreError();
  if (pid_ > 0) {
    const auto containers = client_->ListContainers("");
    if (containers.ok()) {
      for (const auto& container : *containers) {
        client_->RemoveContainer(container.id).IgnoreError();
      }
    }
    kill(pid_, SIGTERM);
    const absl::Time deadline = absl::Now() + kStop;
    while (waitpid(pid_, nullptr, WNOHANG) == 0) {
      if (absl::Now() > deadline) {
        Kill();
        break;
      }
      absl::SleepFor(absl::Milliseconds(20));
    }
  }
  KillShims(folder_);
  std::error_code ignored;
  for (const char* mount : {"/data/overlay2", "/data", "/exec/netns/default"}) {
    umount2((folder_ + mount).c_str(), MNT_DETACH);
  }
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace kozmic
