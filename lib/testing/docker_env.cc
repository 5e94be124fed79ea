#include "lib/testing/docker_env.h"

#include <arpa/inet.h>
#include <crypt.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "lib/testing/free_port.h"

namespace kozmic {
namespace {

constexpr absl::string_view kBusyboxPath = "/bin/busybox";
constexpr absl::Duration kRegistryStart = absl::Seconds(20);

std::string EnvOr(const char* name, const char* fallback) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : fallback;
}

// As htpasswd -B writes it: the only kind that docker-registry reads.
std::string HtpasswdLine(const docker::RegistryAuth& user) {
  crypt_data data = {};
  const char* hash = crypt_r(user.password.c_str(), "$2y$05$abcdefghijklmnopqrstuu", &data);
  EXPECT_TRUE(hash != nullptr && hash[0] == '$') << "this system's crypt knows no bcrypt";
  return absl::StrCat(user.username, ":", hash, "\n");
}

bool Connects(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool connected = connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  close(fd);
  return connected;
}

}  // namespace

DockerTest::DockerTest() : docker_host_(EnvOr("DOCKER_HOST", "unix:///var/run/docker.sock")) {
  const auto* info = testing::UnitTest::GetInstance()->current_test_info();
  label_ = absl::StrCat("kozmic.test=", info->test_suite_name(), ".", info->name(), ".", getpid());
  // As in every program of ours (lib/process): a call that is stopped while it writes raises it.
  signal(SIGPIPE, SIG_IGN);
}

void DockerTest::SetUp() {
  auto docker = docker::DockerClient::Create(docker_host_);
  ASSERT_TRUE(docker.ok()) << docker.status();
  docker_ = *std::move(docker);
  const absl::Status ping = docker_->Ping(absl::Seconds(20));
  ASSERT_TRUE(ping.ok()) << "These tests need a Docker engine; DOCKER_HOST is " << docker_host_
                         << ": " << ping;
  if (!docker_->InspectImage(kSmallImage).ok()) {
    const std::vector<std::string> name = absl::StrSplit(kSmallImage, ':');
    const absl::Status made = ImportImage(name[0], name[1], SmallImage().Bytes());
    ASSERT_TRUE(made.ok()) << made;
  }
}

DockerTest::~DockerTest() {
  if (docker_ == nullptr) return;
  const auto left = docker_->ListContainers(label_);
  if (!left.ok()) return;
  for (const auto& container : *left) docker_->RemoveContainer(container.id).IgnoreError();
}

ImageTar DockerTest::SmallImageWithoutAccounts() {
  std::ifstream file{std::string(kBusyboxPath), std::ios::binary};
  const std::string busybox{std::istreambuf_iterator<char>(file), {}};
  EXPECT_FALSE(busybox.empty()) << kBusyboxPath << " is missing: install busybox-static";
  ImageTar tar;
  tar.Folder("bin").Folder("etc").Folder("root", 0700).Folder("tmp", 01777);
  tar.File("bin/busybox", busybox, 0755);
  for (const char* applet :
       {"sh",   "cat",   "chmod", "cp",    "dd",   "echo", "env",    "false", "grep", "head", "id",
        "kill", "ln",    "ls",    "mkdir", "mv",   "od",   "printf", "ps",    "pwd",  "rm",   "sed",
        "seq",  "sleep", "sort",  "stat",  "tail", "test", "touch",  "true",  "wc",   "yes"}) {
    tar.Link(absl::StrCat("bin/", applet), "busybox");
  }
  return tar;
}

ImageTar DockerTest::SmallImage() {
  return SmallImageWithoutAccounts()
      .File("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n")
      .File("etc/group", "root:x:0:\n");
}

absl::Status DockerTest::ImportImage(absl::string_view repository, absl::string_view tag,
                                     const std::string& tar,
                                     const std::vector<std::string>& changes) {
  return ImportImageInto(*docker_, repository, tag, tar, changes);
}

absl::Status DockerTest::ImportImageInto(const docker::DockerClient& docker,
                                         absl::string_view repository, absl::string_view tag,
                                         const std::string& tar,
                                         const std::vector<std::string>& changes) {
  std::string path = absl::StrCat("/images/create?fromSrc=-&repo=", docker::UrlEncode(repository),
                                  "&tag=", docker::UrlEncode(tag));
  for (const std::string& change : changes) {
    absl::StrAppend(&path, "&changes=", docker::UrlEncode(change));
  }
  return docker.http()
      .Call({.method = "POST",
             .path = path,
             .body = tar,
             .content_type = "application/x-tar",
             .timeout = absl::Seconds(120)})
      .status();
}

absl::StatusOr<std::unique_ptr<RegistryProcess>> RegistryProcess::Start(const Options& options) {
  std::unique_ptr<RegistryProcess> registry(new RegistryProcess());
  char folder[] = "/tmp/kozmic-registry-XXXXXX";
  if (mkdtemp(folder) == nullptr) return absl::InternalError("mkdtemp failed");
  registry->folder_ = folder;
  const int port = FreePort();
  registry->address_ = absl::StrCat("127.0.0.1:", port);
  const std::string config = registry->folder_ + "/config.yml";
  std::ofstream(config) << "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n"
                        << "    rootdirectory: " << registry->data_folder() << "\n"
                        << "  delete:\n    enabled: " << (options.deletes ? "true" : "false")
                        << "\nhttp:\n  addr: " << registry->address_ << "\n";
  if (!options.user.username.empty()) {
    const std::string passwords = registry->folder_ + "/htpasswd";
    std::ofstream(passwords) << HtpasswdLine(options.user);
    std::ofstream(config, std::ios::app)
        << "auth:\n  htpasswd:\n    realm: test\n    path: " << passwords << "\n";
  }
  const std::string log = registry->folder_ + "/log";
  const pid_t parent = getpid();
  registry->pid_ = fork();
  if (registry->pid_ < 0) return absl::InternalError("fork failed");
  if (registry->pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    execlp("docker-registry", "docker-registry", "serve", config.c_str(), nullptr);
    _exit(127);
  }
  const absl::Time deadline = absl::Now() + kRegistryStart;
  while (!Connects(port)) {
    if (waitpid(registry->pid_, nullptr, WNOHANG) != 0) {
      registry->pid_ = -1;
      return absl::InternalError(
          "docker-registry ended; is the package docker-registry installed?");
    }
    if (absl::Now() > deadline) return absl::DeadlineExceededError("docker-registry is not up");
    absl::SleepFor(absl::Milliseconds(10));
  }
  return registry;
}

void RegistryProcess::Stop() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

RegistryProcess::~RegistryProcess() {
  Stop();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace kozmic
