#include "services/runner/testing/git_server.h"

#include <httplib.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lib/process/child_process.h"

namespace kozmic::runner {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> GitEnvironment() {
  return {"PATH=/usr/local/bin:/usr/bin:/bin",
          "HOME=/nonexistent",
          "GIT_CONFIG_NOSYSTEM=1",
          "GIT_AUTHOR_NAME=A",
          "GIT_AUTHOR_EMAIL=a@b",
          "GIT_COMMITTER_NAME=A",
          "GIT_COMMITTER_EMAIL=a@b",
          "LC_ALL=C"};
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// One CGI call of git http-backend.
void RunBackend(const std::string& folder, const std::string& path_info, bool old_protocol,
                const httplib::Request& request, httplib::Response& response) {
  static std::atomic<int> calls = 0;
  const std::string base = absl::StrCat(folder, "/call", ++calls);
  std::ofstream(base + ".in", std::ios::binary) << request.body;
  std::vector<std::string> environment = GitEnvironment();
  environment.insert(
      environment.end(),
      {"GIT_HTTP_EXPORT_ALL=1", "GIT_PROJECT_ROOT=" + folder, "PATH_INFO=" + path_info,
       "REQUEST_METHOD=" + request.method, "CONTENT_LENGTH=" + std::to_string(request.body.size()),
       "CONTENT_TYPE=" + request.get_header_value("Content-Type"),
       "GIT_PROTOCOL=" + (old_protocol ? "" : request.get_header_value("Git-Protocol")),
       "HTTP_CONTENT_ENCODING=" + request.get_header_value("X-Original-Encoding"),
       "QUERY_STRING=" + (request.has_param("service")
                              ? "service=" + request.get_param_value("service")
                              : std::string())});
  const auto result =
      RunChild({"sh", "-c", "exec git http-backend < \"$0\" > \"$1\"", base + ".in", base + ".out"},
               environment, absl::Seconds(60), {});
  EXPECT_TRUE(result.ok()) << result.status();
  std::string answer = ReadFile(base + ".out");
  fs::remove(base + ".in");
  fs::remove(base + ".out");
  const size_t end = answer.find("\r\n\r\n");
  std::istringstream headers(answer.substr(0, end));
  std::string type = "application/octet-stream";
  for (std::string line; std::getline(headers, line);) {
    if (line.rfind("Status: ", 0) == 0) response.status = std::atoi(line.c_str() + 8);
    if (line.rfind("Content-Type: ", 0) == 0) {
      type = std::string(absl::StripAsciiWhitespace(line.substr(14)));
    }
  }
  response.set_content(end == std::string::npos ? "" : answer.substr(end + 4), type);
}

}  // namespace

GitServer::GitServer() : server_(std::make_unique<httplib::Server>()) {}

absl::StatusOr<std::unique_ptr<GitServer>> GitServer::Start() {
  std::unique_ptr<GitServer> git(new GitServer());
  char path[] = "/tmp/kozmic-git-server-XXXXXX";
  if (mkdtemp(path) == nullptr) return absl::InternalError("mkdtemp failed");
  git->folder_ = path;
  fs::create_directory(git->folder_ + "/work");
  Git(git->folder_, {"init", "-q", "--bare", "-b", "main", "r"});
  Git(git->folder_ + "/work", {"init", "-q", "-b", "main"});
  git->Serve();
  const int port = git->server_->bind_to_any_port("127.0.0.1");
  if (port <= 0) return absl::InternalError("no port for the git server");
  git->url_ = absl::StrCat("http://127.0.0.1:", port, "/r");
  git->thread_ = std::thread([server = git->server_.get()] { server->listen_after_bind(); });
  while (!git->server_->is_running()) std::this_thread::yield();
  return git;
}

void GitServer::Serve() {
  const auto handler = [this](const httplib::Request& request, httplib::Response& response) {
    RunBackend(folder_, request.path, old_protocol_, request, response);
  };
  server_->Get(".*", handler);
  server_->Post(".*", handler);
  server_->set_keep_alive_timeout(1);
  server_->set_tcp_nodelay(true);
}

GitServer::~GitServer() {
  Stop();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void GitServer::Stop() {
  server_->stop();
  if (thread_.joinable()) thread_.join();
}

std::string GitServer::Git(const std::string& folder, const std::vector<std::string>& arguments) {
  std::vector<std::string> argv = {"git", "-c", "safe.directory=*", "-C", folder};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  const auto result = RunChild(argv, GitEnvironment(), absl::Seconds(60), {});
  EXPECT_TRUE(result.ok() && result->exit_code == 0)
      << arguments.front() << ": " << (result.ok() ? result->output : result.status().ToString());
  return result.ok() ? std::string(absl::StripAsciiWhitespace(result->output)) : "";
}

std::string GitServer::Commit(const std::string& branch,
                              const std::map<std::string, std::string>& files) {
  const std::string work = folder_ + "/work";
  for (const auto& [name, content] : files) {
    fs::create_directories(fs::path(work + "/" + name).parent_path());
    std::ofstream(work + "/" + name, std::ios::binary) << content;
  }
  Git(work, {"add", "-A"});
  Git(work, {"commit", "-q", "--allow-empty", "-m", "change"});
  Git(work, {"push", "-q", "-f", folder_ + "/r", "HEAD:refs/heads/" + branch});
  return Git(work, {"rev-parse", "HEAD"});
}

std::string GitServer::MakePullRequest(int number, const std::string& branch) {
  const std::string repository = path();
  const std::string head = absl::StrCat("refs/pull/", number, "/head");
  Git(repository, {"update-ref", head, "refs/heads/" + branch});
  Git(repository, {"update-ref", "-d", "refs/heads/" + branch});
  return Git(repository, {"rev-parse", head});
}

std::string GitServer::ForceOrphan(const std::string& branch) {
  const std::string work = folder_ + "/work";
  Git(work, {"checkout", "-q", "--orphan", "orphan"});
  return Commit(branch, {{"orphan", "x"}});
}

}  // namespace kozmic::runner
