#ifndef KOZMIC_TESTS_INSTALLATION_PROCESS_H_
#define KOZMIC_TESTS_INSTALLATION_PROCESS_H_

#include <sys/types.h>

#include <map>
#include <string>

namespace kozmic {

// Processor time that a process has used, in seconds; 0 when it has gone.
double CpuOf(pid_t pid);

// A program of ours as a process, to be harmed and brought back. Used by the test's main thread
// alone, since the process ends with the thread that started it. What it logs goes to
// `log_folder`/NAME.log. Ends the test process with a message when it cannot be started.
class Process {
 public:
  using Environment = std::map<std::string, std::string>;

  // Does not start it.
  Process(std::string name, std::string program, Environment environment,
          const std::string& log_folder);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  const std::string& name() const { return name_; }
  bool running() const { return pid_ > 0; }

  void Start();
  // kill -9.
  void Kill();
  // SIGTERM; waits for its end and answers the exit code.
  int Terminate();
  // Between the two it holds its connections and answers nothing.
  void Pause();
  void Resume();
  // Kilobytes that are its own (proportional set size).
  long MemoryKb() const;
  double Cpu() const { return CpuOf(pid_); }

 private:
  const std::string name_;
  const std::string program_;
  const Environment environment_;
  const std::string log_;
  pid_t pid_ = 0;
};

}  // namespace kozmic

#endif  // KOZMIC_TESTS_INSTALLATION_PROCESS_H_
