// The runner: leases jobs from the build service and runs them in Docker containers.

#include <poll.h>
#include <sys/signalfd.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "lib/base/log.h"
#include "lib/http/socket.h"
#include "lib/process/process.h"
#include "lib/rpc/server.h"
#include "lib/status/macros.h"
#include "services/runner/admin_service.h"
#include "services/runner/config.h"
#include "services/runner/runner.h"

namespace kozmic::runner {
namespace {

constexpr absl::Duration kGrace = absl::Seconds(2);

// Waits, while the termination signals are blocked. False, and sooner, when one came; it stays for
// WaitForTermination.
bool Pause(absl::Duration duration) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  const http::UniqueFd waiting(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  pollfd wait = {.fd = waiting.get(), .events = POLLIN, .revents = 0};
  return poll(&wait, 1, static_cast<int>(absl::ToInt64Milliseconds(duration))) == 0;
}

// What the runner's health check says: whether the machine is fit for jobs. Thread-safe.
class Serving {
 public:
  void SetFit(bool fit) {
    absl::MutexLock lock(&mutex_);
    fit_ = fit;
    if (server_ != nullptr) server_->SetServing(fit_);
  }
  // Null: there is none any more.
  void SetServer(RpcServer* server) {
    absl::MutexLock lock(&mutex_);
    server_ = server;
    if (server_ != nullptr) server_->SetServing(fit_);
  }

 private:
  absl::Mutex mutex_;
  bool fit_ ABSL_GUARDED_BY(mutex_) = true;
  RpcServer* server_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

// Waits for the jobs at hand, but no longer than until somebody asks a second time. False when some
// are left.
bool WaitForJobs(Runner& runner, absl::Duration patience) {
  std::thread impatience([&runner] {
    WaitForTermination();
    runner.Detach();
  });
  const bool ended = runner.WaitForJobs(absl::Now() + patience);
  if (!ended) Log(Severity::kWarning, "jobs are left to the next start");
  RequestTermination();
  impatience.join();
  return ended;
}

absl::Status Serve(ConfigReader& reader) {
  ReadLogLevel(reader, "runner");
  KOZMIC_ASSIGN_OR_RETURN(const Config config, ReadConfig(reader));
  std::atomic<bool> superseded = false;
  Serving serving;
  KOZMIC_ASSIGN_OR_RETURN(
      const std::unique_ptr<Runner> runner,
      Runner::Start(
          config, &Pause,
          {.superseded =
               [&superseded] {
                 Log(Severity::kError, "another process took this runner's place");
                 superseded = true;
                 RequestTermination();
               },
           .fitness = [&serving](const absl::Status& status) { serving.SetFit(status.ok()); }}));
  AdminService admin(*runner, config.name);
  KOZMIC_ASSIGN_OR_RETURN(const std::unique_ptr<RpcServer> server,
                          RpcServer::Start(config.listen, {&admin}));
  serving.SetServer(server.get());
  Log(Severity::kInfo, "ready", {{"address", server->address()}});

  WaitForTermination();
  runner->Drain();
  const bool ended =
      config.shutdown_mode == "drain" && !superseded && WaitForJobs(*runner, config.drain_timeout);
  // What took this one's place has them now.
  if (ended && !superseded) runner->RemoveNetworks();
  serving.SetServer(nullptr);
  server->Stop(kGrace);
  runner->Detach();
  if (superseded) return absl::AbortedError("another process took this runner's place");
  return absl::OkStatus();
}

}  // namespace
}  // namespace kozmic::runner

int main(int argc, char** argv) {
  return kozmic::RunProcess(argc, argv, "runner", kozmic::runner::Serve);
}
