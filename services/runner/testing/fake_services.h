#ifndef KOZMIC_SERVICES_RUNNER_TESTING_FAKE_SERVICES_H_
#define KOZMIC_SERVICES_RUNNER_TESTING_FAKE_SERVICES_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "kozmic/logstream/v1/logstream.grpc.pb.h"
#include "kozmic/runner/v1/runner.grpc.pb.h"
#include "services/runner/testing/fake_installs.h"

namespace kozmic::runner {

// RunnerService as runners see it, in memory: the protocol's rules about sessions and fences, and
// switches for what a test wants to happen. Thread-safe.
class FakeBuild final : public v1::RunnerService::Service {
 public:
  explicit FakeBuild(std::string runner_token) : token_("Bearer " + runner_token) {}

  // Queues a job, for one runner or for any; returns its attempt's name.
  std::string Enqueue(const v1::JobSpec& spec, const std::string& runner = "");
  // What IssueCheckout answers.
  void set_checkout(const v1::IssueCheckoutResponse& checkout);
  // Called when a runner says that what was issued was refused.
  void set_on_refused(std::function<void()> on_refused);
  // While held, IssueCheckout does not answer.
  void HoldCheckouts(bool held);
  // What the next renewals of a live attempt answer.
  void SetVerdict(const std::string& attempt, v1::RenewLeasesResponse::Verdict verdict);
  // Tells who watches its session that something is to be heard.
  void Hint();
  // Whether WatchSession is known here; it is when made.
  void KnowWatchSession(bool known);
  // Ends the streams at hand, as a server that drains does.
  void EndWatches();
  // Until that many WatchSession calls came since the beginning.
  bool WaitForWatches(int count, absl::Duration patience);
  int watches() const;
  // How often leases were renewed.
  int renewals() const;
  // How often leases are to be renewed, from the next session on.
  void set_renew_seconds(int seconds);
  // What the newest session was opened with.
  v1::OpenSessionRequest session_request() const;
  // From now on no runner is known, as when all were revoked.
  void Revoke();
  // Makes an attempt's fence stale, as when its runner was taken for lost.
  void TakeAway(const std::string& attempt);

  // The end of an attempt, when it has come by `deadline`.
  std::optional<v1::FinishJobRequest> WaitForFinish(const std::string& attempt,
                                                    absl::Duration patience);
  bool IsFinished(const std::string& attempt) const;
  // When an attempt was leased, and when its end came; InfinitePast when they were not.
  absl::Time GrantTime(const std::string& attempt) const;
  absl::Time EndTime(const std::string& attempt) const;
  v1::Phase PhaseOf(const std::string& attempt) const;
  // How often IssueCheckout was asked, and how often of it with `refused`.
  int checkouts() const;
  int refusals() const;
  // Until that many runners waited in IssueCheckout since the beginning.
  bool WaitForCheckouts(int count, absl::Duration patience);
  // What runners share of install scripts.
  FakeInstalls& installs() { return installs_; }

  grpc::Status OpenSession(grpc::ServerContext*, const v1::OpenSessionRequest*,
                           v1::OpenSessionResponse*) override;
  grpc::Status LeaseJob(grpc::ServerContext*, const v1::LeaseJobRequest*,
                        v1::LeaseJobResponse*) override;
  grpc::Status RenewLeases(grpc::ServerContext*, const v1::RenewLeasesRequest*,
                           v1::RenewLeasesResponse*) override;
  grpc::Status WatchSession(grpc::ServerContext*, const v1::WatchSessionRequest*,
                            grpc::ServerWriter<v1::WatchSessionResponse>* stream) override;
  grpc::Status IssueCheckout(grpc::ServerContext*, const v1::IssueCheckoutRequest*,
                             v1::IssueCheckoutResponse*) override;
  grpc::Status FinishJob(grpc::ServerContext*, const v1::FinishJobRequest*,
                         v1::FinishJobResponse*) override;
  grpc::Status ClaimInstall(grpc::ServerContext*, const v1::ClaimInstallRequest*,
                            v1::ClaimInstallResponse*) override;
  grpc::Status RenewInstalls(grpc::ServerContext*, const v1::RenewInstallsRequest*,
                             v1::RenewInstallsResponse*) override;
  grpc::Status FinishInstall(grpc::ServerContext*, const v1::FinishInstallRequest*,
                             v1::FinishInstallResponse*) override;
  grpc::Status TidyInstalls(grpc::ServerContext*, const v1::TidyInstallsRequest*,
                            v1::TidyInstallsResponse*) override;

 private:
  struct Attempt {
    v1::Lease lease;
    // Empty: any.
    std::string runner;
    std::string request_id;
    bool granted = false;
    bool live = true;
    v1::Phase phase = v1::PHASE_STARTING;
    v1::RenewLeasesResponse::Verdict verdict = v1::RenewLeasesResponse::VERDICT_CONTINUE;
    std::optional<v1::FinishJobRequest> end;
    absl::Time grant_time = absl::InfinitePast();
    absl::Time end_time = absl::InfinitePast();
  };
  grpc::Status Check(const grpc::ServerContext& context, const std::string& session) const
      ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  const std::string token_;
  mutable absl::Mutex mutex_;
  bool revoked_ ABSL_GUARDED_BY(mutex_) = false;
  int jobs_ ABSL_GUARDED_BY(mutex_) = 0;
  int sessions_ ABSL_GUARDED_BY(mutex_) = 0;
  // The newest of each runner, and whose it is.
  std::map<std::string, std::string> runners_ ABSL_GUARDED_BY(mutex_);
  FakeInstalls installs_;
  int watches_ ABSL_GUARDED_BY(mutex_) = 0;
  int renewals_ ABSL_GUARDED_BY(mutex_) = 0;
  int renew_seconds_ ABSL_GUARDED_BY(mutex_) = 1;
  int hints_ ABSL_GUARDED_BY(mutex_) = 0;
  int ended_watches_ ABSL_GUARDED_BY(mutex_) = 0;
  bool watch_known_ ABSL_GUARDED_BY(mutex_) = true;
  v1::OpenSessionRequest session_request_ ABSL_GUARDED_BY(mutex_);
  int checkouts_ ABSL_GUARDED_BY(mutex_) = 0;
  int refusals_ ABSL_GUARDED_BY(mutex_) = 0;
  std::function<void()> on_refused_ ABSL_GUARDED_BY(mutex_);
  bool checkouts_held_ ABSL_GUARDED_BY(mutex_) = false;
  v1::IssueCheckoutResponse checkout_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> queue_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Attempt> attempts_ ABSL_GUARDED_BY(mutex_);
};

// LogService's appends, in memory. Thread-safe.
class FakeLogstream final : public logstream::v1::LogService::Service {
 public:
  std::string Log(const std::string& name) const;
  // Until the log satisfies a condition.
  bool WaitForLog(const std::string& name, absl::Duration patience,
                  const std::function<bool(const std::string&)>& condition);
  // While away, streams end with UNAVAILABLE; those at hand, too.
  void SetAway(bool away);
  // Until that many streams were refused for being away.
  bool WaitForRefusals(int count, absl::Duration patience);
  // Logs end here.
  void SetLimit(size_t bytes);

  grpc::Status AppendLog(
      grpc::ServerContext*,
      grpc::ServerReaderWriter<logstream::v1::AppendLogResponse, logstream::v1::AppendLogRequest>*
          stream) override;

 private:
  mutable absl::Mutex mutex_;
  bool away_ ABSL_GUARDED_BY(mutex_) = false;
  int refusals_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t limit_ ABSL_GUARDED_BY(mutex_) = size_t{1} << 30;
  std::map<std::string, std::string> logs_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_TESTING_FAKE_SERVICES_H_
