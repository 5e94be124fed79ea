#include "bench/log_load/stage.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "lib/base/json.h"
#include "lib/rpc/client.h"
#include "lib/rpc/service_token.h"

namespace kozmic::bench {
namespace {

using logstream::v1::LogService;

// As ./kozmic up configures its server.
constexpr char kDurable[] =
    "fsync = on\nfull_page_writes = on\nshared_buffers = 128MB\nmin_wal_size = 1GB\n";
// More than there are logs.
constexpr int kSlots = 200;
constexpr absl::Duration kPatience = absl::Minutes(2);

template <typename T>
T Must(const char* what, absl::StatusOr<T> result) {
  if (!result.ok()) Die(absl::StrCat(what, ": ", result.status().ToString()));
  return *std::move(result);
}

std::string NameOf(const std::string& log) {
  return absl::StrCat("logs/", absl::StrReplaceAll(log, {{"/", "-"}}));
}

}  // namespace

void Die(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(1);
}

WrittenLog::WrittenLog(Installation& installation, runner::FileWatcher& watcher, Random& random,
                       const std::string& log)
    : log_(NameOf(log)), channel_(MakeChannel(installation.logstream_address())) {
  char path[] = "/tmp/kozmic-log-load-XXXXXX";
  fd_ = mkostemp(path, O_CLOEXEC | O_APPEND);
  if (fd_ < 0) Die("no file");
  unlink(path);
  uploader_.emplace(
      channel_, watcher, random,
      runner::LogUploader::Options{.log = log_, .token = Installation::LogToken(log_), .fd = fd_},
      [] { Die("the log cannot be continued"); });
}

WrittenLog::~WrittenLog() {
  uploader_.reset();
  close(fd_);
}

void WrittenLog::Write(absl::string_view bytes) {
  size_ += static_cast<int64_t>(bytes.size());
  while (!bytes.empty()) {
    const ssize_t written = write(fd_, bytes.data(), bytes.size());
    if (written <= 0) Die("write");
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

std::string WrittenLog::Seal() {
  const absl::Status stored = uploader_->WaitFor(size_, absl::Now() + kPatience);
  if (!stored.ok()) Die(stored.ToString());
  logstream::v1::SealLogRequest request;
  request.set_name(log_);
  request.set_size(size_);
  request.set_sha256(Must("hash", uploader_->Sha256(size_)));
  const auto stub = LogService::NewStub(channel_);
  return Must("seal", Call(*stub, &LogService::Stub::SealLog, request,
                           Installation::ServiceTokenOf("build"), kPatience))
      .sha256();
}

Stage::Stage() : installation_({.replicas = 1, .postgres = kDurable}) {
  installation_.Start();
  octo_ = std::make_unique<Person>(Must("sign in", Person::SignIn(installation_, "octo")));
  GithubSimulator& github = installation_.github();
  Must("plant", github.Control("POST", "/seed",
                               {{"repositories", {{{"owner", "octo"}, {"name", "load"}}}}}));
  const auto project =
      Must("project", octo_->Change("POST", "/projects", {{"repository", "octo/load"}}));
  project_ = DumpJson(project["id"]);
  Must("hook", octo_->Change("POST", absl::StrCat("/projects/", project_, "/hooks"),
                             {{"title", "Tests"},
                              {"image", "debian:12"},
                              {"timeout_seconds", 86400},
                              {"stall_timeout_seconds", 86400},
                              {"script", PlayedRunner::Script(1, absl::Hours(10))}}));
  runner_ = std::make_unique<PlayedRunner>(
      PlayedRunner::Options{.name = "played",
                            .slots = kSlots,
                            .build_address = installation_.build_address(),
                            .logstream_address = installation_.logstream_address(),
                            .token = Installation::RunnerToken()});
}

std::string Stage::NewLog() {
  Must("push", installation_.github().Control(
                   "POST", "/repositories/octo/load/commits",
                   {{"login", "octo"}, {"message", absl::StrCat("Build ", ++builds_)}}));
  const absl::Time deadline = absl::Now() + kPatience;
  while (installation_.Number("build", "SELECT count(*) FROM attempts") < builds_) {
    if (absl::Now() > deadline) Die("a push's job did not begin");
    absl::SleepFor(absl::Milliseconds(5));
  }
  return absl::StrCat(project_, "/", builds_, "/1/1");
}

std::unique_ptr<WrittenLog> Stage::Writer(const std::string& log) {
  return std::make_unique<WrittenLog>(installation_, watcher_, random_, log);
}

std::string Stage::PathOf(const std::string& log) {
  const std::vector<std::string> ids = absl::StrSplit(log, '/');
  return absl::StrCat("/api/v1/projects/", ids.at(0), "/builds/", ids.at(1), "/jobs/", ids.at(2),
                      "/log?attempt=", ids.at(3));
}

}  // namespace kozmic::bench
