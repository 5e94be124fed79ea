#include "lib/testing/github_simulator.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "httplib.h"
#include "lib/base/json.h"

namespace kozmic {
namespace {

constexpr char kMain[] = "tests/github_simulator/main.js";
constexpr int kTimeoutSeconds = 35;  // longer than the journal waits

// The line that it prints once it listens; what came before its end when it ended early.
std::string ReadLine(int fd) {
  std::string line;
  char byte = 0;
  while (read(fd, &byte, 1) == 1 && byte != '\n') line.push_back(byte);
  return line;
}

bool ChecksContract() { return std::getenv("KOZMIC_OPENAPI") != nullptr; }

}  // namespace

GithubSimulator::GithubSimulator() : GithubSimulator(Options()) {}

GithubSimulator::GithubSimulator(const Options& options) {
  std::string pattern = "/tmp/kozmic-simulator-XXXXXX";
  folder_ = mkdtemp(pattern.data());
  std::vector<std::string> arguments = {
      "node",     kMain,
      "--listen", "127.0.0.1:0",
      "--data",   folder_,
      "--seed",   absl::StrCat("tests/github_simulator/seeds/", options.seed, ".json")};
  if (ChecksContract()) arguments.push_back("--check-contract");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  int out[2];
  if (pipe2(out, O_CLOEXEC) != 0) std::abort();
  process_ = fork();
  if (process_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(out[1], STDOUT_FILENO);
    execvp("node", argv.data());
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
  ssh_url_ = JsonText(*started, "ssh").value_or("");
}

GithubSimulator::~GithubSimulator() {
  if (ChecksContract() && !expects_violations_) CheckContract();
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string GithubSimulator::TeamToken(absl::string_view login) {
  return absl::StrCat("ghp_team", std::string(32 - login.size(), '0'), login);
}

absl::StatusOr<nlohmann::json> GithubSimulator::Control(absl::string_view method,
                                                        absl::string_view path,
                                                        const nlohmann::json& body) {
  return Call("", method, absl::StrCat("/_simulator", path), body);
}

absl::StatusOr<nlohmann::json> GithubSimulator::Api(absl::string_view token,
                                                    absl::string_view method,
                                                    absl::string_view path,
                                                    const nlohmann::json& body) {
  return Call(token, method, absl::StrCat("/api/v3", path), body);
}

absl::StatusOr<nlohmann::json> GithubSimulator::Journal(int64_t after, int64_t wait_ms) {
  return Control("GET", absl::StrCat("/journal?after=", after, "&wait_ms=", wait_ms));
}

absl::StatusOr<nlohmann::json> GithubSimulator::Call(absl::string_view token,
                                                     absl::string_view method,
                                                     const std::string& path,
                                                     const nlohmann::json& body) {
  httplib::Client client(url_);
  client.set_read_timeout(kTimeoutSeconds);
  httplib::Request request;
  request.method = std::string(method);
  request.path = path;
  if (!token.empty()) request.set_header("Authorization", absl::StrCat("Bearer ", token));
  if (!body.is_null()) {
    request.body = DumpJson(body);
    request.set_header("Content-Type", "application/json");
  }
  const httplib::Result answer = client.send(request);
  const std::string what = absl::StrCat(method, " ", path, ": ");
  if (!answer) return absl::UnavailableError(what + httplib::to_string(answer.error()));
  if (answer->status < 200 || answer->status > 299) {
    return absl::FailedPreconditionError(absl::StrCat(what, answer->status, " ", answer->body));
  }
  if (answer->body.empty()) return nlohmann::json(nullptr);
  return ParseJson(answer->body);
}

void GithubSimulator::CheckContract() {
  const auto report = Control("GET", "/contract");
  if (!report.ok()) {
    ADD_FAILURE() << "the GitHub simulator's contract: " << report.status();
    return;
  }
  const nlohmann::json* violations = JsonAt(*report, "violations");
  if (violations == nullptr || !violations->empty()) {
    ADD_FAILURE() << "against GitHub's description: " << DumpJson(*report);
  }
}

}  // namespace kozmic
