#include "services/runner/testing/ssh_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lib/process/child_process.h"
#include "lib/testing/eventually.h"
#include "lib/testing/free_port.h"

namespace kozmic::runner {
namespace {

namespace fs = std::filesystem;

// Another process may take a free port first.
constexpr int kLaunches = 5;

std::string Text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool Answers(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  const bool answers = connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  close(fd);
  return answers;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SshServer>> SshServer::Start() {
  std::unique_ptr<SshServer> server(new SshServer());
  char path[] = "/tmp/kozmic-ssh-server-XXXXXX";
  if (mkdtemp(path) == nullptr) return absl::InternalError("mkdtemp failed");
  server->folder_ = path;
  server->host_key_ = server->MakeKey();
  // sshd's, which only Debian's service makes.
  if (geteuid() == 0) mkdir("/run/sshd", 0755);
  // What those who were let in run, whatever they ask for.
  const std::string session = server->folder_ + "/session";
  std::ofstream(session) << "#!/bin/sh\nif [ -e " << path << "/hold ]; then touch " << path
                         << "/held; fi\nwhile [ -e " << path
                         << "/hold ]; do sleep 0.02; done\nexec sh -c \"$SSH_ORIGINAL_COMMAND\"\n";
  chmod(session.c_str(), 0755);
  for (int i = 0; i < kLaunches; ++i) {
    if (server->Launch()) return server;
    server->Stop();
  }
  return absl::InternalError(absl::StrCat("sshd does not start: ", Text(server->folder_ + "/log")));
}

bool SshServer::Launch() {
  port_ = FreePort();
  const std::string config = folder_ + "/sshd_config";
  std::ofstream(config) << "ListenAddress 127.0.0.1:" << port_ << "\nHostKey " << folder_
                        << "/key1\nAuthorizedKeysFile " << folder_
                        << "/authorized\nStrictModes no\nUsePAM no\nPidFile none\nUseDNS no\n"
                           "PasswordAuthentication no\nKbdInteractiveAuthentication no\n"
                           "PermitRootLogin prohibit-password\nAcceptEnv GIT_PROTOCOL\n"
                           "MaxStartups 100\n";
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    const int log = open((folder_ + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execl("/usr/sbin/sshd", "/usr/sbin/sshd", "-D", "-e", "-f", config.c_str(), nullptr);
    _exit(127);
  }
  return pid_ > 0 &&
         Eventually([this] { return waitpid(pid_, nullptr, WNOHANG) != 0 || Answers(port_); }) &&
         kill(pid_, 0) == 0;
}

SshServer::~SshServer() {
  Stop();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void SshServer::Stop() {
  if (pid_ <= 0) return;
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

SshKeyPair SshServer::MakeKey(const std::string& type, const std::string& passphrase) {
  const std::string path = absl::StrCat(folder_, "/key", ++keys_);
  const auto made =
      RunChild({"ssh-keygen", "-q", "-t", type, "-N", passphrase, "-C", "", "-f", path},
               {"PATH=/usr/bin:/bin", "HOME=/nonexistent"}, absl::Seconds(60), {});
  EXPECT_TRUE(made.ok() && made->exit_code == 0) << "ssh-keygen failed";
  return {Text(path), std::string(absl::StripAsciiWhitespace(Text(path + ".pub")))};
}

void SshServer::Allow(const SshKeyPair& key) {
  const std::string path = folder_ + "/authorized";
  std::ofstream(path + ".new") << "restrict,command=\"" << folder_ << "/session\" "
                               << key.public_key << "\n";
  fs::rename(path + ".new", path);
}

void SshServer::AllowNobody() { fs::remove(folder_ + "/authorized"); }

void SshServer::HoldSessions(bool held) {
  fs::remove(folder_ + "/held");
  if (held) {
    std::ofstream(folder_ + "/hold") << "";
  } else {
    fs::remove(folder_ + "/hold");
  }
}

bool SshServer::WaitForHeldSession(absl::Duration patience) {
  return Eventually([this] { return fs::exists(folder_ + "/held"); }, patience);
}

std::string SshServer::UrlOf(const std::string& path) const {
  return absl::StrCat("ssh://", getpwuid(geteuid())->pw_name, "@127.0.0.1:", port_, path);
}

std::string SshServer::KnownHost(const SshKeyPair& key) const {
  return absl::StrCat("[127.0.0.1]:", port_, " ", key.public_key);
}

}  // namespace kozmic::runner
