#ifndef KOZMIC_SERVICES_LOGSTREAM_LOG_SERVICE_FIXTURE_H_
#define KOZMIC_SERVICES_LOGSTREAM_LOG_SERVICE_FIXTURE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "gtest/gtest.h"
#include "kozmic/logstream/v1/logstream.grpc.pb.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/crypto/digest.h"
#include "lib/postgres/pool.h"
#include "lib/rpc/client.h"
#include "lib/rpc/service_token.h"
#include "lib/testing/postgres.h"
#include "lib/testing/redis.h"
#include "services/logstream/replica.h"
#include "services/logstream/store/forwarding_log_store.h"
#include "services/logstream/store/postgres_log_store.h"
#include "services/logstream/testing/log_test_client.h"

namespace kozmic {

// Holds appends back while it is closed.
class GatedStore final : public ForwardingLogStore {
 public:
  using ForwardingLogStore::ForwardingLogStore;

  void SetOpen(bool open) {
    absl::MutexLock lock(&mutex_);
    open_ = open;
  }

  absl::StatusOr<Appended> Add(const std::string& name, const LogBatch& batch) override {
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(&open_));
    }
    return ForwardingLogStore::Add(name, batch);
  }

 private:
  absl::Mutex mutex_;
  bool open_ ABSL_GUARDED_BY(mutex_) = true;
};

// The whole service, in replicas that share a real PostgreSQL and a real Redis.
class LogServiceFixture : public ::testing::Test {
 protected:
  static constexpr char kKey[] = "a service key that is long enough to be one";
  static constexpr char kLog[] = "logs/1-2-3-1";
  static constexpr int64_t kLimit = 64 << 20;

  // Two replicas, as after a start.
  void StartReplicas() {
    a_ = StartReplica();
    b_ = StartReplica();
  }
  std::unique_ptr<LogReplica> StartReplica() {
    auto replica = LogReplica::Start({.listen = "127.0.0.1:0",
                                      .service_key = kKey,
                                      .redis = *ParseRedisUrl(redis_.Url()),
                                      .max_log_size = kLimit},
                                     gated_, index_, clock_, random_);
    EXPECT_TRUE(replica.ok()) << replica.status();
    return *std::move(replica);
  }

  static std::string WriteToken(const std::string& log = kLog) {
    return CapabilityToken(kKey, "log-write", log);
  }
  std::function<std::string()> ToA() {
    return [this] { return a_->address(); };
  }
  std::function<std::string()> ToB() {
    return [this] { return b_->address(); };
  }
  std::function<std::string()> ToEither() {
    return [this, turn = 0]() mutable { return turn++ % 2 == 0 ? a_->address() : b_->address(); };
  }
  TestAppend Append(const std::string& token = WriteToken()) {
    return TestAppend(a_->address(), kLog, token);
  }

  absl::StatusOr<logstream::v1::Log> Get(const std::string& token = ServiceToken(kKey, "gateway")) {
    logstream::v1::GetLogRequest request;
    request.set_name(kLog);
    const auto stub = logstream::v1::LogService::NewStub(MakeChannel(a_->address()));
    return Call(*stub, &logstream::v1::LogService::Stub::GetLog, request, token, kTestDeadline);
  }
  // At the current size without one.
  absl::StatusOr<logstream::v1::Log> Seal(std::optional<int64_t> size,
                                          const std::string& token = ServiceToken(kKey, "build")) {
    logstream::v1::SealLogRequest request;
    request.set_name(kLog);
    request.set_size(size.value_or(0));
    request.set_at_current_size(!size);
    const auto stub = logstream::v1::LogService::NewStub(MakeChannel(a_->address()));
    return Call(*stub, &logstream::v1::LogService::Stub::SealLog, request, token, kTestDeadline);
  }
  // All answers of a tail that does not follow (or of a sealed log).
  absl::StatusOr<std::vector<logstream::v1::TailLogResponse>> Tail(
      int64_t offset, bool follow, const std::string& token = ServiceToken(kKey, "gateway")) {
    const auto stub = logstream::v1::LogService::NewStub(MakeChannel(a_->address()));
    grpc::ClientContext context;
    PrepareCall(context, absl::Now() + kTestDeadline, token);
    logstream::v1::TailLogRequest request;
    request.set_log(kLog);
    request.set_offset(offset);
    request.set_follow(follow);
    const auto stream = stub->TailLog(&context, request);
    std::vector<logstream::v1::TailLogResponse> answers;
    for (logstream::v1::TailLogResponse answer; stream->Read(&answer);) answers.push_back(answer);
    const absl::Status status = FromGrpc(stream->Finish(), context);
    if (!status.ok()) return status;
    return answers;
  }
  void ExpectSealedAs(TestReader& reader, const std::string& log) {
    EXPECT_TRUE(reader.AwaitSealed());
    EXPECT_TRUE(reader.fault().ok()) << reader.fault();
    EXPECT_TRUE(reader.bytes() == log) << reader.bytes().size() << " of " << log.size();
    EXPECT_EQ(reader.sha256(), Sha256Hex(log));
  }

  const std::string gateway_ = ServiceToken(kKey, "gateway");
  SystemRandom random_;
  TestRedis redis_;
  PostgresPool pool_{{.url = SharedTestPostgres().CreateDatabase("logstream"), .size = 24}};
  PostgresLogStore store_{pool_};
  GatedStore gated_{store_};
  SearchIndex index_{pool_};
  SystemClock clock_;
  std::unique_ptr<LogReplica> a_;
  std::unique_ptr<LogReplica> b_;
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_LOG_SERVICE_FIXTURE_H_
