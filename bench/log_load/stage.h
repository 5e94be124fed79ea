#ifndef KOZMIC_BENCH_LOG_LOAD_STAGE_H_
#define KOZMIC_BENCH_LOG_LOAD_STAGE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "grpcpp/grpcpp.h"
#include "kozmic/logstream/v1/logstream.grpc.pb.h"
#include "lib/base/random.h"
#include "services/runner/log/file_watcher.h"
#include "services/runner/log/log_uploader.h"
#include "tests/installation/installation.h"
#include "tests/installation/person.h"
#include "tests/installation/played_runner.h"

namespace kozmic::bench {

// What a script writes, on its way: a file, and the runner's own uploader of it.
class WrittenLog {
 public:
  WrittenLog(Installation& installation, runner::FileWatcher& watcher, Random& random,
             const std::string& log);
  ~WrittenLog();

  void Write(absl::string_view bytes);
  // Waits until everything is stored, then seals it; its SHA-256.
  std::string Seal();
  int64_t size() const { return size_; }

 private:
  const std::string log_;
  const std::shared_ptr<grpc::Channel> channel_;
  int fd_ = -1;
  int64_t size_ = 0;
  std::optional<runner::LogUploader> uploader_;
};

// A whole installation with a project whose jobs run for as long as this is there, and write
// nothing by themselves.
class Stage {
 public:
  Stage();

  Installation& installation() { return installation_; }
  Person& octo() { return *octo_; }
  // The log of a new build's job, which has begun, as the API names it: "1/2/1/1".
  std::string NewLog();
  // Its writer. `log`: as the API names it.
  std::unique_ptr<WrittenLog> Writer(const std::string& log);
  // "/api/v1/projects/…/log" of a log.
  static std::string PathOf(const std::string& log);
  const std::string& project() const { return project_; }

 private:
  Installation installation_;
  std::unique_ptr<Person> octo_;
  std::unique_ptr<PlayedRunner> runner_;
  std::string project_;
  int64_t builds_ = 0;
  SystemRandom random_;
  runner::FileWatcher watcher_;
};

// Ends the process with a message.
[[noreturn]] void Die(const std::string& what);

}  // namespace kozmic::bench

#endif  // KOZMIC_BENCH_LOG_LOAD_STAGE_H_
