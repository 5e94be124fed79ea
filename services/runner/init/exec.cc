#include "services/runner/init/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <initializer_list>

#include "services/runner/init/text.h"

extern char** environ;

namespace kozmic::init {
namespace {

constexpr int kNotExecutable = 126;
constexpr int kMissing = 127;
constexpr char kDefaultPath[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr char kShell[] = "/bin/sh";
constexpr size_t kMaxVariables = 4000;

[[noreturn]] void Leave(int code, const char* sentence, const char* reason) {
  Line line;
  line.Add("kozmic: ").Add(sentence);
  if (reason != nullptr) line.Add(": ").Add(reason);
  line.Add("\n");
  const ssize_t ignored = write(STDERR_FILENO, line.c_str(), line.size());
  static_cast<void>(ignored);
  _exit(code);
}

// The variables in the order of precedence, each name once.
class Environment {
 public:
  void Add(char* variable) {
    const char* equals = strchr(variable, '=');
    if (equals == nullptr || count_ == kMaxVariables) return;
    const size_t prefix = static_cast<size_t>(equals - variable) + 1;
    for (size_t i = 0; i < count_; ++i) {
      if (strncmp(variables_[i], variable, prefix) == 0) return;
    }
    variables_[count_++] = variable;
    variables_[count_] = nullptr;
  }
  char** get() { return variables_; }

 private:
  char* variables_[kMaxVariables + 1] = {};
  size_t count_ = 0;
};

// What the first line names, for the message; as printable text. Empty without a "#!".
void ReadInterpreter(const char* script, Line* interpreter) {
  const int fd = open(script, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  char head[256];
  const ssize_t got = read(fd, head, sizeof(head));
  close(fd);
  if (got < 2 || head[0] != '#' || head[1] != '!') return;
  size_t at = 2;
  const size_t size = static_cast<size_t>(got);
  while (at < size && (head[at] == ' ' || head[at] == '\t')) ++at;
  for (; at < size && head[at] != ' ' && head[at] != '\t' && head[at] != '\n'; ++at) {
    char shown[2] = {head[at], '\0'};
    if (head[at] == '\r') {
      interpreter->Add("\\r");
    } else if (static_cast<unsigned char>(head[at]) < ' ' || head[at] == '\x7f') {
      interpreter->Add("?");
    } else {
      interpreter->Add(shown);
    }
  }
}

[[noreturn]] void ExplainFailedExec(const Script& script, int problem) {
  Line interpreter;
  ReadInterpreter(script.instructions.script, &interpreter);
  Line sentence;
  if (!interpreter.empty() && problem == ENOENT) {
    sentence.Add("line 1 of the script names the interpreter \"");
    sentence.Add(interpreter.c_str()).Add("\", which this image does not have");
    Leave(kMissing, sentence.c_str(), nullptr);
  }
  sentence.Add("line 1 of the script: cannot execute \"");
  sentence.Add(interpreter.empty() ? script.instructions.script : interpreter.c_str()).Add("\"");
  Leave(kNotExecutable, sentence.c_str(), strerror(problem));
}

}  // namespace

void ExecScript(const Script& script) {
  const Instructions& instructions = script.instructions;
  const Account& account = script.account;
  setsid();
  umask(022);
  if (setgroups(account.group_count, account.groups) != 0 || setgid(account.gid) != 0 ||
      setuid(account.uid) != 0) {
    Leave(kNotExecutable, "cannot become the script's user", strerror(errno));
  }
  if (instructions.no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    Leave(kNotExecutable, "cannot give up new privileges", strerror(errno));
  }
  if (chdir(instructions.working_folder) != 0) {
    Line sentence;
    sentence.Add("cannot enter the folder ").Add(instructions.working_folder);
    Leave(kNotExecutable, sentence.c_str(), strerror(errno));
  }

  static Text<600> home;
  static Text<300> user;
  static Text<300> logname;
  static Text<300> shell;
  static Text<1024> folder;
  static Environment environment;
  home.Add("HOME=").Add(account.home.c_str());
  user.Add("USER=").Add(instructions.user);
  logname.Add("LOGNAME=").Add(instructions.user);
  shell.Add("SHELL=").Add(account.shell.c_str());
  folder.Add("PWD=").Add(instructions.working_folder);
  static char default_path[sizeof(kDefaultPath)];
  memcpy(default_path, kDefaultPath, sizeof(kDefaultPath));

  for (size_t i = 0; i < instructions.environment_size; ++i) {
    environment.Add(instructions.environment[i]);
  }
  for (const char* own :
       {home.c_str(), user.c_str(), logname.c_str(), shell.c_str(), folder.c_str()}) {
    environment.Add(const_cast<char*>(own));
  }
  for (size_t i = 0; i < script.secrets.size; ++i) {
    char* const variable = script.secrets.variables[i];
    if (MayBeSet(variable)) environment.Add(variable);
  }
  // The image's own variables come after: it may say where its programs lie, not who we are.
  for (char** variable = environ; *variable != nullptr; ++variable) environment.Add(*variable);
  environment.Add(default_path);

  char* path = const_cast<char*>(script.instructions.script);
  char* direct[] = {path, nullptr};
  execve(path, direct, environment.get());
  if (errno != ENOEXEC) ExplainFailedExec(script, errno);

  // No "#!": a shell's script, as execvp has it.
  char* by_shell[] = {const_cast<char*>(kShell), path, nullptr};
  execve(kShell, by_shell, environment.get());
  if (errno == ENOENT) {
    Line sentence;
    sentence.Add("the script");
    sentence.Add(" names no interpreter in line 1, and this image has no /bin/sh");
    Leave(kMissing, sentence.c_str(), nullptr);
  }
  Leave(kNotExecutable, "cannot execute /bin/sh", strerror(errno));
}

}  // namespace kozmic::init
