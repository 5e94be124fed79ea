// kozmic-run: runs one job on this machine as a runner would, prints its log, and exits as its
// script did. tools/run.sh is its command line; what it is told is in the environment.

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "google/protobuf/util/json_util.h"
#include "lib/base/log.h"
#include "lib/base/random.h"
#include "lib/http/socket.h"
#include "lib/process/process.h"
#include "lib/rpc/server.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/runner/config.h"
#include "services/runner/local/hook_file.h"
#include "services/runner/local/one_job_services.h"
#include "services/runner/runner.h"

namespace kozmic::runner {
namespace {

using Outcome = v1::FinishJobRequest;

// As docker run has it for failures that are not the script's.
constexpr int kExitOwnFailure = 125;
// As shells have it for SIGINT.
constexpr int kExitCancelled = 130;
constexpr absl::Duration kCleanUpTime = absl::Minutes(1);
constexpr absl::Duration kGrace = absl::Seconds(2);
constexpr int kTokenBytes = 32;

// What kozmic-run itself is told.
struct Task {
  // One of the two: a JobSpec as the REST interface gives it, or a hook's settings.
  std::string spec_file;
  std::string hook_file;
  // Of a hook's.
  LocalCommit commit;
  std::string clone_url;
  // Lines NAME=VALUE.
  std::string secrets_file;
};

absl::StatusOr<Task> ReadTask(ConfigReader& reader) {
  Task task;
  const auto optional = [&](const char* name, std::string* out, const char* help) {
    reader.Text(name, out, {.help = help, .fallback = ""});
  };
  optional("run_spec", &task.spec_file, "file of a job's specification, in JSON");
  optional("run_hook", &task.hook_file, "file of a hook's settings, in YAML or JSON");
  optional("run_repository", &task.commit.repository, "what the commit's repository is called");
  optional("run_ref", &task.commit.ref, "the ref that is built");
  optional("run_commit", &task.commit.commit, "the commit that is built");
  reader.Text("run_clone_url", &task.clone_url, {.help = "where the commit is fetched from"});
  optional("run_secrets", &task.secrets_file, "file of secrets, in lines NAME=VALUE");
  KOZMIC_RETURN_IF_ERROR(reader.Finish());
  if (task.spec_file.empty() == task.hook_file.empty()) {
    return absl::InvalidArgumentError("one of run_spec and run_hook must be given");
  }
  return task;
}

absl::StatusOr<std::string> ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (!file.good() && !file.eof()) {
    return absl::InvalidArgumentError(absl::StrCat("cannot read ", path));
  }
  return text;
}

absl::StatusOr<v1::JobSpec> ReadSpec(const Task& task) {
  if (!task.hook_file.empty()) {
    KOZMIC_ASSIGN_OR_RETURN(const std::string yaml, ReadText(task.hook_file));
    return ReadHookFile(yaml, task.commit);
  }
  KOZMIC_ASSIGN_OR_RETURN(const std::string json, ReadText(task.spec_file));
  v1::JobSpec spec;
  google::protobuf::util::JsonParseOptions options;
  // Of a newer server; what it means cannot be done here.
  options.ignore_unknown_fields = true;
  const auto read = google::protobuf::util::JsonStringToMessage(json, &spec, options);
  if (!read.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("not a job's specification: ", std::string(read.message())));
  }
  return spec;
}

bool IsName(absl::string_view text) {
  return !text.empty() && !absl::ascii_isdigit(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return absl::ascii_isalnum(c) || c == '_'; });
}

absl::StatusOr<v1::IssueCheckoutResponse> ReadCheckout(const Task& task) {
  v1::IssueCheckoutResponse checkout;
  checkout.set_clone_url(task.clone_url);
  if (task.secrets_file.empty()) return checkout;
  KOZMIC_ASSIGN_OR_RETURN(const std::string text, ReadText(task.secrets_file));
  int line = 0;
  for (const absl::string_view secret : absl::StrSplit(text, '\n')) {
    ++line;
    if (secret.empty() || secret.front() == '#') continue;
    const size_t equals = secret.find('=');
    if (equals == absl::string_view::npos || !IsName(secret.substr(0, equals))) {
      return absl::InvalidArgumentError(
          absl::StrCat(task.secrets_file, ":", line, ": not NAME=VALUE"));
    }
    (*checkout.mutable_secrets())[std::string(secret.substr(0, equals))] =
        std::string(secret.substr(equals + 1));
  }
  return checkout;
}

// A runner of one slot, whose services are at `address`.
absl::StatusOr<Config> RunnerConfig(const std::string& address, const std::string& token,
                                    const Task& task) {
  const std::map<std::string, std::string> ours = {
      {"KOZMIC_BUILD_ADDRESS", address},
      {"KOZMIC_LOGSTREAM_ADDRESS", address},
      {"KOZMIC_RUNNER_TOKEN", token},
      {"KOZMIC_SLOTS", "1"},
      // It is the user's own job, on the user's own machine, whose firewall is not ours to change.
      {"KOZMIC_JOB_NETWORK_POLICY", "open"},
      {"KOZMIC_FORK_NETWORK_POLICY", "open"},
  };
  const auto environment = [&](const std::string& name) -> std::optional<std::string> {
    const auto found = ours.find(name);
    return found != ours.end() ? found->second : ConfigReader::ProcessEnvironment()(name);
  };
  KOZMIC_ASSIGN_OR_RETURN(ConfigReader reader, ConfigReader::Load("", environment));
  KOZMIC_ASSIGN_OR_RETURN(Config config, ReadConfig(reader));
  config.local_sources = absl::StartsWith(task.clone_url, "file:///");
  return config;
}

// Holds the work folder for this process: two would take each other's containers for leftovers.
absl::StatusOr<http::UniqueFd> LockFolder(const std::string& work_dir) {
  const std::string path = work_dir + "/lock";
  http::UniqueFd lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.get() < 0) {
    return absl::InternalError(absl::StrCat("open ", path, ": ", std::strerror(errno)));
  }
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(
        "Another ./kozmic run is at work here. Wait for it, or set KOZMIC_STATE to another "
        "folder.");
  }
  return lock;
}

// Cancels the job when somebody asks the process to end, and ends it when they ask again.
class Interrupts {
 public:
  explicit Interrupts(OneJobBuild& build)
      : thread_([this, &build] {
          WaitForTermination();
          if (ended_) return;
          std::fprintf(stderr, "kozmic: cancelling; once more to leave at once\n");
          build.Cancel();
          WaitForTermination();
          // What is left is removed by the next run.
          if (!ended_) _exit(kExitCancelled);
        }) {}
  ~Interrupts() {
    ended_ = true;
    RequestTermination();
    thread_.join();
  }

 private:
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

int Report(const v1::FinishJobRequest& end) {
  std::fflush(stdout);
  switch (end.outcome()) {
    case Outcome::OUTCOME_EXITED:
      if (!end.reason().empty()) std::fprintf(stderr, "kozmic: %s\n", end.reason().c_str());
      return end.exit_code();
    case Outcome::OUTCOME_CANCELLED:
      std::fprintf(stderr, "kozmic: cancelled\n");
      return kExitCancelled;
    default:
      std::fprintf(stderr, "kozmic: %s\n", end.reason().c_str());
      return kExitOwnFailure;
  }
}

absl::StatusOr<int> Run() {
  KOZMIC_ASSIGN_OR_RETURN(ConfigReader reader,
                          ConfigReader::Load("", ConfigReader::ProcessEnvironment()));
  KOZMIC_ASSIGN_OR_RETURN(const Task task, ReadTask(reader));
  KOZMIC_ASSIGN_OR_RETURN(const v1::JobSpec spec, ReadSpec(task));
  KOZMIC_ASSIGN_OR_RETURN(const v1::IssueCheckoutResponse checkout, ReadCheckout(task));

  SystemRandom random;
  const std::string token = random.Hex(kTokenBytes);
  OneJobBuild build(token, absl::ToUnixMillis(absl::Now()), spec, checkout);
  PrintedLog log(token, STDOUT_FILENO);
  KOZMIC_ASSIGN_OR_RETURN(const std::unique_ptr<RpcServer> server,
                          RpcServer::Start("127.0.0.1:0", {&build, &log}));
  KOZMIC_ASSIGN_OR_RETURN(const Config config, RunnerConfig(server->address(), token, task));
  KOZMIC_ASSIGN_OR_RETURN(const http::UniqueFd lock, LockFolder(config.work_dir));
  v1::FinishJobRequest end;
  {
    KOZMIC_ASSIGN_OR_RETURN(
        const std::unique_ptr<Runner> runner,
        Runner::Start(config, [](absl::Duration) { return false; }, {.superseded = [] {}}));
    const Interrupts interrupts(build);
    end = build.WaitForEnd();
    runner->Drain();
    if (!runner->WaitForJobs(absl::Now() + kCleanUpTime)) {
      std::fprintf(stderr, "kozmic: the container is still there; the next run removes it\n");
    }
    build.Close();
  }
  server->Stop(kGrace);
  return Report(end);
}

}  // namespace

int Main() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  // What the runner says of itself is of no use beside the job's log.
  ConfigureLog("run", Severity::kError);
  const absl::StatusOr<int> code = Run();
  if (code.ok()) return *code;
  std::fprintf(stderr, "kozmic: %s\n", std::string(code.status().message()).c_str());
  return kExitOwnFailure;
}

}  // namespace kozmic::runner

int main() { return kozmic::runner::Main(); }
