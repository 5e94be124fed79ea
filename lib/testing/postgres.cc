#include "lib/testing/postgres.h"

#include <fcntl.h>
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

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/testing/free_port.h"
#include "pqxx/pqxx"

namespace kozmic {
namespace {

constexpr absl::Duration kStartDeadline = absl::Seconds(60);

// PostgreSQL refuses to run as root; Debian's package brings the user `postgres`.
std::string AsServerUser() {
  return geteuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups " : "";
}

std::string BinaryFolder() {
  std::vector<std::string> versions;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql")) {
    versions.push_back(entry.path().string());
  }
  if (versions.empty()) return "";
  return *std::max_element(versions.begin(), versions.end()) + "/bin/";
}

std::string SearchPath(const std::string& service) { return "?options=-csearch_path%3D" + service; }

}  // namespace

TestPostgres::TestPostgres() {
  // Not in Bazel's folder, which a server of another user may not enter.
  std::string pattern = "/tmp/kozmic-postgres-XXXXXX";
  folder_ = mkdtemp(pattern.data());
  std::filesystem::permissions(folder_, std::filesystem::perms::all);
  port_ = FreePort();
  Must("create a cluster",
       absl::StrCat(AsServerUser(), BinaryFolder(), "initdb -D ", folder_,
                    "/data -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync"));
  std::ofstream conf(folder_ + "/data/postgresql.conf", std::ios::app);
  conf << "listen_addresses = '127.0.0.1'\nport = " << port_ << "\nunix_socket_directories = '"
       << folder_
       << "'\nmax_connections = 100\nshared_buffers = 32MB\n"
       // A crash of the server loses nothing that the kernel has; one of the machine is not tested.
       << "fsync = off\nfull_page_writes = off\n";
  conf.close();
  Start();
}

TestPostgres::~TestPostgres() {
  if (server_ > 0) Crash();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void TestPostgres::Must(const std::string& what, const std::string& command) const {
  const std::string log = folder_ + "/log";
  const std::string logged = absl::StrCat(command, " >>", log, " 2>&1 </dev/null");
  if (std::system(logged.c_str()) == 0) return;
  std::fprintf(stderr, "PostgreSQL for the test: cannot %s\n%s\n", what.c_str(), command.c_str());
  std::ifstream text(log);
  for (std::string line; std::getline(text, line);) std::fprintf(stderr, "%s\n", line.c_str());
  std::abort();
}

std::string TestPostgres::Url(const std::string& database) const {
  return absl::StrCat("postgresql://postgres@127.0.0.1:", port_, "/", database);
}

void TestPostgres::Start() {
  const std::string command = absl::StrCat("exec ", AsServerUser(), BinaryFolder(), "postgres -D ",
                                           folder_, "/data >>", folder_, "/log 2>&1 </dev/null");
  server_ = fork();
  if (server_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    _exit(127);
  }
  const absl::Time deadline = absl::Now() + kStartDeadline;
  while (true) {
    try {
      pqxx::connection connection(Url("postgres"));
      return;
    } catch (const std::exception&) {
      if (absl::Now() > deadline) Must("start", "false");
      absl::SleepFor(absl::Milliseconds(20));
    }
  }
}

void TestPostgres::Crash() {
  kill(server_, SIGQUIT);
  waitpid(server_, nullptr, 0);
  server_ = 0;
}

std::string TestPostgres::CreateDatabase(const std::string& service) {
  const std::string original = "migrated_" + service;
  if (migrated_.insert(service).second) {
    Execute("CREATE DATABASE " + original);
    Migrate(service, Url(original) + SearchPath(service));
  }
  // A copy of what is migrated takes a tenth of the time of migrating again.
  const std::string name = absl::StrCat("test", ++databases_);
  Execute(absl::StrCat("CREATE DATABASE ", name, " TEMPLATE ", original));
  return Url(name) + SearchPath(service);
}

void TestPostgres::Execute(const std::string& statement) const {
  pqxx::connection connection(Url("postgres"));
  pqxx::nontransaction(connection).exec0(statement);
}

void TestPostgres::Migrate(const std::string& service, const std::string& url) const {
  // Not Debian's wrapper, which looks for a server of its own.
  const std::string psql =
      absl::StrCat(BinaryFolder(), "psql -qX -v ON_ERROR_STOP=1 -1 -d '", url, "' ");
  Must("create the schema", absl::StrCat(psql, "-c 'CREATE SCHEMA ", service, "'"));
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator("migrations/" + service)) {
    if (absl::EndsWith(entry.path().string(), ".sql")) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) Must("find migrations/" + service + " (is it in the test's data?)", "false");
  for (const std::string& file : files) Must("apply " + file, absl::StrCat(psql, "-f ", file));
}

TestPostgres& SharedTestPostgres() {
  static TestPostgres server;
  return server;
}

}  // namespace kozmic
