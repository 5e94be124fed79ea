// kozmic-init, the first process of a job's container: prepares the user, runs the scripts,
// keeps their log and reports their end. See protocol.h for what it reads and writes.

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <initializer_list>

#include "services/runner/init/account.h"
#include "services/runner/init/files.h"
#include "services/runner/init/instructions.h"
#include "services/runner/init/log.h"
#include "services/runner/init/mask.h"
#include "services/runner/init/protocol.h"
#include "services/runner/init/secrets.h"
#include "services/runner/init/supervise.h"

namespace kozmic::init {
namespace {

constexpr size_t kMaxInstructions = 4 << 20;
// Of init itself, when there is no script's to pass on.
constexpr int kFailed = 125;

int OpenLog(int job_folder) {
  const int fd = openat(job_folder, kLogFile, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
  struct stat info;
  if (fd >= 0 && (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))) return -1;
  return fd;
}

// What may have led to a script's failure, as far as the kernel tells.
const char* NoteOfFailure() {
  // Of both versions of control groups.
  const bool met_limit = NumberIn("/sys/fs/cgroup/pids.events", "max") > 0 ||
                         NumberIn("/sys/fs/cgroup/pids/pids.events", "max") > 0;
  return met_limit ? "Some processes could not be started: the script has as many as it may have "
                     "(job_pids)."
                   : "";
}

void Report(int job_folder, const char* what, const char* note, const Line& log_problem) {
  Text<3000> report;
  report.Add(what).Add("\n");
  if (*note != '\0') report.Add("note ").Add(note).Add("\n");
  if (!log_problem.empty()) report.Add("log-error ").Add(log_problem.c_str()).Add("\n");
  WriteDurably(job_folder, kExitFile, ".exit", report.c_str(), report.size());
}

int Fail(int job_folder, LogFile& log, const char* sentence) {
  log.Say(sentence);
  log.Sync();
  Line report;
  report.Add("error ").Add(sentence);
  Report(job_folder, report.c_str(), "", log.problem());
  return kFailed;
}

// Tells how the script ended, and returns what init's own exit code is.
int ReportEnd(int job_folder, LogFile& log, const ScriptEnd& end) {
  const char* note = end.signalled || end.number != 0 ? NoteOfFailure() : "";
  if (*note != '\0') log.Say(note);
  log.Sync();
  Line report;
  report.Add(end.signalled ? "signal " : "code ").Add(static_cast<long>(end.number));
  Report(job_folder, report.c_str(), note, log.problem());
  return end.signalled ? 128 + end.number : end.number;
}

int RunAndReport(int job_folder, LogFile& log, const Orders& orders,
                 const Instructions& instructions, const Secrets& secrets, const Account& account,
                 Masker& masker) {
  ScriptOutput output(log, masker);
  if (!output.Prepare()) return Fail(job_folder, log, "there is not enough memory");
  if (!MakeDurably(job_folder, kStartedFile)) {
    Line problem;
    problem.Add("cannot write the file \"started\": ").Add(strerror(errno));
    return Fail(job_folder, log, problem.c_str());
  }
  const ScriptEnd end = RunScript({instructions, secrets, account}, orders, output);
  if (end.failed) return Fail(job_folder, log, end.problem.c_str());
  return ReportEnd(job_folder, log, end);
}

// The instructions as they are now.
bool ReadInstructions(int job_folder, Instructions* instructions, Line* problem) {
  char* data = nullptr;
  size_t size = 0;
  if (!ReadFile(job_folder, kInstructionsFile, kMaxInstructions, &data, &size)) {
    problem->Add("cannot read the instructions: ").Add(strerror(errno));
    return false;
  }
  if (const char* wrong = ParseInstructions(data, size, instructions); wrong != nullptr) {
    problem->Add(wrong);
    return false;
  }
  return true;
}

int Main(const char* job_folder_path) {
  const int job_folder = open(job_folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (job_folder < 0) return kFailed;
  const int log_fd = OpenLog(job_folder);
  if (log_fd < 0) return kFailed;
  LogFile log(log_fd);
  const int null = open("/dev/null", O_RDWR);
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(null, standard);
  if (null > STDERR_FILENO) close(null);
  const Orders orders = OpenOrders(job_folder);

  static Instructions first_instructions;
  static Instructions instructions;
  static Account account;
  static Secrets secrets;
  static Masker masker;
  Line problem;
  if (!ReadInstructions(job_folder, &first_instructions, &problem)) {
    return Fail(job_folder, log, problem.c_str());
  }
  const int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (!EnsureAccount(root, first_instructions.user, first_instructions.home, &account, &problem) ||
      !AllowSudo(root, first_instructions.user, &problem)) {
    return Fail(job_folder, log, problem.c_str());
  }
  close(openat(job_folder, kReadyFile, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644));
  const Word word = WaitForGo(job_folder, orders);
  if (word == Word::kNone) return kFailed;
  if (!ReadInstructions(job_folder, &instructions, &problem)) {
    return Fail(job_folder, log, problem.c_str());
  }
  if (strcmp(instructions.user, first_instructions.user) != 0 ||
      strcmp(instructions.home, first_instructions.home) != 0) {
    return Fail(job_folder, log, "the instructions are for another user than at first");
  }
  if (word == Word::kGoWithSecrets && !TakeSecrets(job_folder, &secrets, &masker, &problem)) {
    return Fail(job_folder, log, problem.c_str());
  }
  if (mkdir(instructions.home, 0755) != 0 && errno != EEXIST) {
    problem.Add("cannot make the folder ").Add(instructions.home).Add(": ").Add(strerror(errno));
    return Fail(job_folder, log, problem.c_str());
  }
  if (!GiveFolder(instructions.home, account.uid, account.gid)) {
    const char* reason = strerror(errno);
    problem.Add("cannot give the folder ").Add(instructions.home).Add(" to the user ");
    problem.Add(instructions.user).Add(": ").Add(reason);
    return Fail(job_folder, log, problem.c_str());
  }

  return RunAndReport(job_folder, log, orders, instructions, secrets, account, masker);
}

}  // namespace
}  // namespace kozmic::init

int main(int argc, char** argv) {
  // It kills all processes it can see, which must be those of a container.
  if (getpid() != 1 || argc != 2) return 125;
  return kozmic::init::Main(argv[1]);
}
