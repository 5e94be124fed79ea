#ifndef KOZMIC_GATEWAY_UPSTREAM_H_
#define KOZMIC_GATEWAY_UPSTREAM_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gateway/timer.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/support/client_callback.h"
#include "lib/base/backoff.h"
#include "lib/base/log.h"
#include "lib/base/random.h"
#include "lib/http/admission.h"
#include "lib/rpc/client.h"

namespace kozmic::gateway {

// What upstreams share; outlives them.
struct UpstreamEnvironment {
  Timer& timer;
  Random& random;
  std::string bearer;
  // Counts the upstreams that are left: their calls end a moment after they are stopped.
  http::Admission& live;
};

// A server-streaming call that is kept going: when it breaks it is made again, from where it was,
// after a back-off. Held by shared_ptr; its calls keep it alive until they have ended.
template <typename Response>
class Upstream : public std::enable_shared_from_this<Upstream<Response>> {
 public:
  explicit Upstream(const UpstreamEnvironment& environment)
      : environment_(environment), place_(environment.live.Enter("")) {}
  virtual ~Upstream() = default;
  Upstream(const Upstream&) = delete;
  Upstream& operator=(const Upstream&) = delete;

  // Makes the first call. Returns at once.
  void Start() { Connect(); }
  // Ends the call. Returns at once; one more answer may still be on its way.
  void Stop() {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
    if (call_ != nullptr) call_->context.TryCancel();
  }

 protected:
  enum class Verdict {
    kGoOn,
    // This call is of no use any more: make another.
    kBreak,
    // There is nothing more to come.
    kDone,
  };

  // Begins the rpc from the position reached. Neither this nor OnResponse is called while another
  // of these calls runs.
  virtual void Begin(grpc::ClientContext* context, grpc::ClientReadReactor<Response>* reactor) = 0;
  virtual Verdict OnResponse(const Response& response) = 0;
  // For the log.
  virtual std::string Description() const = 0;

 private:
  // The server ends streams when it drains; this is for one that neither ends nor answers.
  static constexpr absl::Duration kCallAge = absl::Hours(1);
  static constexpr absl::Duration kFirstDelay = absl::Milliseconds(100);
  static constexpr absl::Duration kLongestDelay = absl::Seconds(2);

  struct Call final : grpc::ClientReadReactor<Response> {
    explicit Call(std::shared_ptr<Upstream> the_owner) : owner(std::move(the_owner)) {}

    void OnReadDone(bool ok) override {
      if (!ok) return;
      if (owner->Deliver(response)) {
        this->StartRead(&response);
      } else {
        context.TryCancel();
      }
    }
    void OnDone(const grpc::Status& status) override {
      owner->Ended(status);
      delete this;
    }

    const std::shared_ptr<Upstream> owner;
    grpc::ClientContext context;
    Response response;
  };

  void Connect() {
    absl::MutexLock lock(&mutex_);
    if (stopped_) return;
    call_ = new Call(this->shared_from_this());
    PrepareCall(call_->context, absl::Now() + kCallAge, environment_.bearer);
    Begin(&call_->context, call_);
    call_->StartRead(&call_->response);
    call_->StartCall();
  }

  // Whether to read on.
  bool Deliver(const Response& response) {
    const Verdict verdict = OnResponse(response);
    absl::MutexLock lock(&mutex_);
    failures_ = 0;
    done_ = done_ || verdict == Verdict::kDone;
    return verdict == Verdict::kGoOn && !stopped_;
  }

  void Ended(const grpc::Status& status) {
    absl::Duration delay;
    {
      absl::MutexLock lock(&mutex_);
      call_ = nullptr;
      if (stopped_ || done_) return;
      ++failures_;
      delay = Backoff(failures_, kFirstDelay, kLongestDelay, environment_.random);
      Log(failures_ == 1 ? Severity::kInfo : Severity::kWarning, "a stream broke",
          {{"stream", Description()},
           {"code", static_cast<int>(status.error_code())},
           {"error", status.error_message()},
           {"failures", failures_}});
    }
    environment_.timer.After(delay, [self = this->shared_from_this()] { self->Connect(); });
  }

  const UpstreamEnvironment& environment_;
  const http::Admission::Place place_;
  absl::Mutex mutex_;
  Call* call_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
  int failures_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_UPSTREAM_H_
