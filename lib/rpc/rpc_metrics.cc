#include "lib/rpc/rpc_metrics.h"

#include <array>
#include <atomic>
#include <string>
#include <unordered_map>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/grpcpp.h"
#include "lib/metrics/metrics.h"

namespace kozmic {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::Interceptor;
using grpc::experimental::InterceptorBatchMethods;
using grpc::experimental::ServerInterceptorFactoryInterface;
using grpc::experimental::ServerRpcInfo;

// OK to UNAUTHENTICATED.
constexpr size_t kCodes = 17;

// Of one method. Thread-safe.
class MethodMetrics {
 public:
  MethodMetrics(SecondsFamily& seconds, GaugeFamily& in_flight, std::string method)
      : seconds_(seconds),
        method_(std::move(method)),
        in_flight_(in_flight.Add({{"method", method_}})) {}

  void Begun() { in_flight_.Increment(); }
  void Ended(grpc::StatusCode code, absl::Duration duration) {
    in_flight_.Decrement();
    const auto index = static_cast<size_t>(code);
    Observe(OfCode(index < kCodes ? index : static_cast<size_t>(grpc::StatusCode::UNKNOWN)),
            duration);
  }

 private:
  prometheus::Histogram& OfCode(size_t code) {
    prometheus::Histogram* known = by_code_[code].load(std::memory_order_acquire);
    if (known == nullptr) {
      // The same one, if two make it at once.
      known =
          &seconds_.With({{"method", method_},
                          {"code", absl::StatusCodeToString(static_cast<absl::StatusCode>(code))}});
      by_code_[code].store(known, std::memory_order_release);
    }
    return *known;
  }

  SecondsFamily& seconds_;
  const std::string method_;
  prometheus::Gauge& in_flight_;
  std::array<std::atomic<prometheus::Histogram*>, kCodes> by_code_ = {};
};

class CallMetrics final : public Interceptor {
 public:
  explicit CallMetrics(MethodMetrics& method) : method_(method) { method_.Begun(); }
  // One that was cancelled may never come to a status.
  ~CallMetrics() override { method_.Ended(code_, absl::Now() - begin_); }

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      code_ = methods->GetSendStatus().error_code();
    }
    methods->Proceed();
  }

 private:
  MethodMetrics& method_;
  const absl::Time begin_ = absl::Now();
  grpc::StatusCode code_ = grpc::StatusCode::CANCELLED;
};

class Factory final : public ServerInterceptorFactoryInterface {
 public:
  Interceptor* CreateServerInterceptor(ServerRpcInfo* info) override {
    return new CallMetrics(Of(info->method()));
  }

 private:
  // `path`: "/kozmic.build.v1.BuildService/GetBuild", or whatever a caller came up with.
  MethodMetrics& Of(absl::string_view path) {
    absl::ConsumePrefix(&path, "/");
    std::string name(path);
    {
      absl::ReaderMutexLock lock(&mutex_);
      const auto found = methods_.find(name);
      if (found != methods_.end()) return found->second;
    }
    // Names that callers make up would be kept for ever.
    const bool known = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(
                           absl::StrReplaceAll(name, {{"/", "."}})) != nullptr;
    if (!known) name = "other";
    absl::MutexLock lock(&mutex_);
    return methods_.try_emplace(name, seconds_, in_flight_, name).first->second;
  }

  SecondsFamily seconds_{"kozmic_rpc_seconds", "How long calls took that this process answered."};
  GaugeFamily& in_flight_ =
      GaugeNamed("kozmic_rpc_in_flight", "Calls that this process is at work on, or that wait.");
  absl::Mutex mutex_;
  std::unordered_map<std::string, MethodMetrics> methods_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<ServerInterceptorFactoryInterface> NewRpcMetrics() {
  return std::make_unique<Factory>();
}

}  // namespace kozmic
