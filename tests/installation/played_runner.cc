#include "tests/installation/played_runner.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "lib/crypto/digest.h"
#include "lib/rpc/client.h"
#include "lib/status/annotate.h"
#include "services/runner/log/log_uploader.h"

namespace kozmic {
namespace {

using runner::Job;
using runner::StopReason;
using runner::v1::FinishJobRequest;

constexpr absl::Duration kStartTime = absl::Seconds(20);
constexpr absl::Duration kAgain = absl::Milliseconds(200);
constexpr int kPieces = 8;

std::string MakeFolder() {
  std::string pattern = "/tmp/kozmic-played-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) {
    std::perror(pattern.c_str());
    std::exit(1);
  }
  return pattern;
}

// Different for every attempt, so that no log can be taken for another.
std::string LogOf(const std::string& attempt, int64_t bytes) {
  std::string text;
  text.reserve(static_cast<size_t>(bytes) + 128);
  for (int64_t line = 0; static_cast<int64_t>(text.size()) < bytes; ++line) {
    absl::StrAppend(&text, attempt, " says line ", line, "\n");
  }
  text.resize(static_cast<size_t>(bytes));
  return text;
}

// Until the job is to stop, or the time has passed.
void Wait(const Job& job, absl::Duration time) {
  absl::Notification stopped;
  const std::stop_callback on_stop(job.stop_token(), [&stopped] { stopped.Notify(); });
  stopped.WaitForNotificationWithTimeout(time);
}

}  // namespace

PlayedRunner::PlayedRunner(const Options& options)
    : options_(options),
      folder_(MakeFolder()),
      logstream_(MakeChannel(options.logstream_address)),
      link_(MakeChannel(options.build_address), options.token),
      jobs_(options.slots) {
  runner::v1::OpenSessionRequest request;
  request.set_runner(options.name);
  request.set_slots(options.slots);
  request.set_version("played");
  absl::StatusOr<runner::v1::OpenSessionResponse> session;
  const absl::Time deadline = absl::Now() + kStartTime;
  do {
    session = link_.OpenSession(request);
  } while (!session.ok() && absl::Now() < deadline);
  if (!session.ok()) {
    std::fprintf(stderr, "no session: %s\n", session.status().ToString().c_str());
    std::exit(1);
  }
  const auto superseded = [] {
    std::fprintf(stderr, "somebody took a played runner's place\n");
    std::abort();
  };
  renewer_ = std::make_unique<runner::LeaseRenewer>(
      link_, jobs_, absl::Seconds(session->renew_seconds()), superseded);
  session_watch_ = std::make_unique<runner::SessionWatch>(
      link_, random_, [this] { renewer_->RenewSoon(); }, runner::SessionWatch::Options{});
  leases_ = std::make_unique<runner::LeaseLoop>(
      link_, jobs_, [this](Job& job) { Play(job); }, random_, superseded);
}

PlayedRunner::~PlayedRunner() {
  leases_->Drain();
  jobs_.StopAll(StopReason::kDetach);
  jobs_.WaitUntilEmpty(absl::InfiniteFuture());
  leases_.reset();
  session_watch_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string PlayedRunner::Script(int64_t bytes, absl::Duration over) {
  return absl::StrCat("#!/bin/sh\nprint ", bytes, " ", absl::ToInt64Milliseconds(over), "\n");
}

std::map<std::string, PlayedRunner::Played> PlayedRunner::played() const {
  absl::MutexLock lock(&mutex_);
  return played_;
}

bool PlayedRunner::BeginScript(Job& job) {
  job.set_phase(runner::v1::PHASE_SCRIPT, 0);
  while (!job.stop_token().stop_requested()) {
    if (renewer_->RenewNow(job).ok()) return job.BeginScript();
    Wait(job, kAgain);
  }
  return false;
}

void PlayedRunner::Play(Job& job) {
  const std::string attempt = job.lease().attempt();
  long bytes = 0;
  long milliseconds = 0;
  const std::string& script = job.lease().spec().script();
  if (std::sscanf(script.c_str(), "#!/bin/sh\nprint %ld %ld", &bytes, &milliseconds) != 2) {
    std::fprintf(stderr, "not a script for a played runner: %s\n", script.c_str());
    std::abort();
  }
  if (!BeginScript(job)) {
    if (job.stop_reason() != StopReason::kCancel) return;
    FinishJobRequest request;
    request.set_outcome(FinishJobRequest::OUTCOME_CANCELLED);
    return Finish(job, request);
  }
  const std::string text = LogOf(attempt, bytes);
  {
    absl::MutexLock lock(&mutex_);
    played_[attempt] = {.size = bytes, .sha256 = Sha256Hex(text)};
  }
  std::string path = folder_ + "/log-XXXXXX";
  const int fd = mkostemp(path.data(), O_CLOEXEC);
  unlink(path.c_str());
  {
    runner::LogUploader uploader(
        logstream_, watcher_, random_,
        {.log = job.lease().log(), .token = job.lease().log_token(), .fd = fd}, [] {});
    int64_t written = 0;
    for (int piece = 1; piece <= kPieces && !job.stop_token().stop_requested(); ++piece) {
      const int64_t end = bytes * piece / kPieces;
      written += pwrite(fd, text.data() + written, static_cast<size_t>(end - written), written);
      Wait(job, absl::Milliseconds(milliseconds) / kPieces);
    }
    while (job.stop_reason() < StopReason::kDetach && uploader.failure().ok() &&
           !uploader.WaitFor(written, absl::Now() + kAgain).ok()) {
    }
    FinishJobRequest request;
    request.set_log_size(written);
    if (const auto sha256 = uploader.Sha256(written); sha256.ok()) {
      request.set_log_sha256(*sha256);
    }
    request.set_outcome(job.stop_reason() == StopReason::kCancel
                            ? FinishJobRequest::OUTCOME_CANCELLED
                            : FinishJobRequest::OUTCOME_EXITED);
    if (written != bytes) {
      absl::MutexLock lock(&mutex_);
      played_[attempt].size = written;
      played_[attempt].sha256 = Sha256Hex(absl::string_view(text).substr(0, written));
    }
    if (job.stop_reason() < StopReason::kDetach) Finish(job, request);
  }
  close(fd);
}

void PlayedRunner::Finish(Job& job, const FinishJobRequest& finish) {
  FinishJobRequest request = finish;
  request.set_attempt(job.lease().attempt());
  request.set_fence(job.lease().fence());
  while (job.stop_reason() < StopReason::kDetach) {
    const absl::Status status = link_.FinishJob(request);
    if (status.ok() || Reason(status) == "stale_fence") {
      job.MarkReported();
      absl::MutexLock lock(&mutex_);
      const auto played = played_.find(job.lease().attempt());
      if (played == played_.end()) return;
      played->second.acknowledged = status.ok();
      played->second.lost = !status.ok();
      played->second.cancelled = request.outcome() == FinishJobRequest::OUTCOME_CANCELLED;
      return;
    }
    absl::SleepFor(kAgain);
  }
  absl::MutexLock lock(&mutex_);
  const auto played = played_.find(job.lease().attempt());
  if (played != played_.end()) played->second.lost = job.stop_reason() == StopReason::kLost;
}

}  // namespace kozmic
