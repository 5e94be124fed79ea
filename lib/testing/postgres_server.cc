#include "lib/testing/postgres_server.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "lib/testing/free_port.h"
#include "pqxx/pqxx"

namespace kozmic {
namespace {

constexpr absl::Duration kDeadline = absl::Seconds(60);
constexpr absl::Duration kAskAgain = absl::Milliseconds(20);

// PostgreSQL refuses to run as root; Debian's package brings the user `postgres`.
std::string AsServerUser() {
  return geteuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups " : "";
}

// Of the newest version. Not Debian's wrappers, which look for servers of their own.
std::string Programs() {
  std::vector<std::string> versions;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", none)) {
    versions.push_back(entry.path().string());
  }
  return versions.empty() ? "" : *std::max_element(versions.begin(), versions.end()) + "/bin/";
}

}  // namespace

PostgresServer::PostgresServer(const std::string& folder, const std::string& name)
    : folder_(folder),
      data_(folder + "/" + name),
      log_(folder + "/" + name + ".log"),
      port_(FreePort()) {}

PostgresServer::~PostgresServer() { Crash(); }

std::string PostgresServer::host() const { return absl::StrCat("127.0.0.1:", port_); }

std::string PostgresServer::Url() const {
  return absl::StrCat("postgresql://postgres@", host(), "/postgres");
}

void PostgresServer::Fail(const std::string& what) const {
  std::fprintf(stderr, "PostgreSQL for the test: cannot %s\n", what.c_str());
  std::ifstream text(log_);
  for (std::string line; std::getline(text, line);) std::fprintf(stderr, "%s\n", line.c_str());
  std::abort();
}

void PostgresServer::Must(const std::string& what, const std::string& command) const {
  const std::string logged = absl::StrCat(command, " >>", log_, " 2>&1 </dev/null");
  if (std::system(logged.c_str()) != 0) Fail(absl::StrCat(what, "\n", command));
}

void PostgresServer::Tool(const std::string& what, const std::string& command) const {
  Must(what, absl::StrCat(AsServerUser(), Programs(), command));
}

void PostgresServer::Client(const std::string& what, const std::string& command) const {
  Must(what, Programs() + command);
}

void PostgresServer::Execute(const std::string& statement) const {
  pqxx::connection connection(Url());
  pqxx::nontransaction(connection).exec(statement);
}

void PostgresServer::Await(const std::string& query) const {
  const absl::Time deadline = absl::Now() + kDeadline;
  while (true) {
    pqxx::connection connection(Url());
    if (pqxx::nontransaction(connection).exec1(query)[0].as<bool>()) return;
    if (absl::Now() > deadline) Fail("see that " + query);
    absl::SleepFor(kAskAgain);
  }
}

void PostgresServer::Create(const std::string& settings) {
  Tool("create a cluster",
       absl::StrCat("initdb -D ", data_,
                    " -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync"));
  std::ofstream(data_ + "/postgresql.conf", std::ios::app)
      << "listen_addresses = '127.0.0.1'\nport = " << port_ << "\nunix_socket_directories = '"
      << folder_
      << "'\nmax_connections = 100\nshared_buffers = 32MB\n"
      // A crash of the server loses nothing that the kernel has; one of the machine is not tested.
      << "fsync = off\nfull_page_writes = off\n"
      << settings;
}

void PostgresServer::CopyOf(const PostgresServer& primary) {
  std::filesystem::remove_all(data_);
  Tool("copy a cluster",
       absl::StrCat("pg_basebackup -R -c fast -D ", data_, " -d ", primary.Url()));
  std::ofstream(data_ + "/postgresql.conf", std::ios::app) << "port = " << port_ << "\n";
}

void PostgresServer::Start() {
  const std::string command = absl::StrCat("exec ", AsServerUser(), Programs(), "postgres -D ",
                                           data_, " >>", log_, " 2>&1 </dev/null");
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    _exit(127);
  }
  const absl::Time deadline = absl::Now() + kDeadline;
  while (true) {
    try {
      pqxx::connection connection(Url());
      return;
    } catch (const std::exception&) {
      if (!Running() || absl::Now() > deadline) Fail("start");
      absl::SleepFor(kAskAgain);
    }
  }
}

bool PostgresServer::Running() {
  if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) != 0) pid_ = 0;
  return pid_ > 0;
}

void PostgresServer::Crash() {
  if (!Running()) return;
  kill(pid_, SIGQUIT);
  waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

void PostgresServer::Promote() { Tool("promote", absl::StrCat("pg_ctl promote -w -D ", data_)); }

}  // namespace kozmic
