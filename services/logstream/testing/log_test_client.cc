#include "services/logstream/testing/log_test_client.h"

#include <algorithm>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/rpc/client.h"
#include "lib/status/annotate.h"

namespace kozmic {

using logstream::v1::AppendLogRequest;
using logstream::v1::AppendLogResponse;
using logstream::v1::LogService;
using logstream::v1::TailLogRequest;
using logstream::v1::TailLogResponse;

TestAppend::TestAppend(const std::string& address, const std::string& log, const std::string& token)
    : stub_(LogService::NewStub(MakeChannel(address))) {
  PrepareCall(context_, absl::Now() + kTestDeadline, token);
  stream_ = stub_->AppendLog(&context_);
  AppendLogRequest request;
  request.set_log(log);
  stream_->Write(request);
}

TestAppend::~TestAppend() {
  if (finished_) return;
  Cancel();
  Finish().IgnoreError();
}

std::optional<int64_t> TestAppend::ReadAck() {
  AppendLogResponse response;
  if (!stream_->Read(&response)) return std::nullopt;
  return response.end_offset();
}

bool TestAppend::AwaitAck(int64_t end) {
  while (const std::optional<int64_t> acked = ReadAck()) {
    if (*acked >= end) return true;
  }
  return false;
}

bool TestAppend::Send(int64_t offset, const std::string& bytes, int64_t write_time_ms) {
  AppendLogRequest request;
  request.set_offset(offset);
  request.set_bytes(bytes);
  request.set_write_time_ms(write_time_ms);
  return stream_->Write(request);
}

absl::Status TestAppend::Finish() {
  while (ReadAck()) {
  }
  finished_ = true;
  return FromGrpc(stream_->Finish(), context_);
}

absl::Status WriteLog(const std::function<std::string()>& address, const std::string& log,
                      const std::string& token, const std::string& bytes, uint32_t seed) {
  std::mt19937 random(seed);
  const auto below = [&](int64_t limit) { return static_cast<int64_t>(random() % limit); };
  const int64_t size = static_cast<int64_t>(bytes.size());
  const absl::Time deadline = absl::Now() + kTestDeadline;
  int64_t acked = 0;
  while (absl::Now() < deadline) {
    TestAppend append(address(), log, token);
    const std::optional<int64_t> resume = append.ReadAck();
    if (!resume) {
      const absl::Status status = append.Finish();
      if (!IsRetryable(status)) return status;
      absl::SleepFor(absl::Milliseconds(10));
      continue;
    }
    if (*resume < acked) {
      return absl::DataLossError(absl::StrCat("acknowledged ", acked, ", resumes at ", *resume));
    }
    std::thread acks([&] {
      acked = *resume;
      while (const std::optional<int64_t> end = append.ReadAck()) acked = *end;
    });
    // One call in three is given up somewhere.
    const int64_t leave_at = below(3) == 0 ? *resume + below(size - *resume + 1) : size;
    const int64_t largest = 20 + below(below(4) == 0 ? 200000 : 5000);
    int64_t at = std::max<int64_t>(0, *resume - below(100));
    while (at < leave_at) {
      const std::string chunk =
          bytes.substr(static_cast<size_t>(at), static_cast<size_t>(1 + below(largest)));
      if (!append.Send(at, chunk)) break;
      at += static_cast<int64_t>(chunk.size());
      // Some are sent twice.
      if (below(10) == 0) at = std::max<int64_t>(0, at - below(2 * largest));
    }
    if (at < size) {
      append.Cancel();
    } else {
      append.HalfClose();
    }
    acks.join();
    const absl::Status status = append.Finish();
    if (status.ok() && acked == size) return absl::OkStatus();
    if (!status.ok() && !IsRetryable(status)) return status;
  }
  return absl::DeadlineExceededError(absl::StrCat("only ", acked, " acknowledged"));
}

TestReader::TestReader(std::function<std::string()> address, std::string log, std::string token,
                       int64_t offset)
    : address_(std::move(address)),
      log_(std::move(log)),
      token_(std::move(token)),
      begin_(offset),
      thread_([this] { Run(); }) {}

TestReader::~TestReader() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    if (context_ != nullptr) context_->TryCancel();
  }
  thread_.join();
}

void TestReader::Run() {
  while (!Tail()) {
    const auto stop = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_; };
    absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&stop), absl::Milliseconds(10))) return;
  }
}

bool TestReader::Tail() {
  const auto stub = LogService::NewStub(MakeChannel(address_()));
  grpc::ClientContext context;
  PrepareCall(context, absl::Now() + kTestDeadline, token_);
  TailLogRequest request;
  request.set_log(log_);
  request.set_follow(true);
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) return true;
    context_ = &context;
    request.set_offset(begin_ + static_cast<int64_t>(bytes_.size()));
  }
  const auto stream = stub->TailLog(&context, request);
  TailLogResponse response;
  while (stream->Read(&response)) {
    absl::MutexLock lock(&mutex_);
    following_ = true;
    const int64_t next = begin_ + static_cast<int64_t>(bytes_.size());
    if (response.offset() != next && fault_.ok()) {
      fault_ = absl::DataLossError(absl::StrCat("offset ", response.offset(), ", not ", next));
    }
    bytes_ += response.bytes();
    sealed_ = response.sealed();
    sha256_ = response.sha256();
  }
  const absl::Status status = FromGrpc(stream->Finish(), context);
  absl::MutexLock lock(&mutex_);
  context_ = nullptr;
  if (!status.ok() && !IsRetryable(status) && fault_.ok()) fault_ = status;
  return sealed_ || !fault_.ok();
}

bool TestReader::AwaitFollowing() {
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&following_), kTestDeadline);
}

bool TestReader::AwaitBytes(size_t size, absl::Duration timeout) {
  const auto arrived = [&]()
                           ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return bytes_.size() >= size; };
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&arrived), timeout);
}

bool TestReader::AwaitSealed() {
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&sealed_), kTestDeadline);
}

absl::Status TestReader::AwaitFault() {
  const auto faulty = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !fault_.ok(); };
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&faulty), kTestDeadline);
  return fault_;
}

std::string TestReader::bytes() const {
  absl::MutexLock lock(&mutex_);
  return bytes_;
}

std::string TestReader::sha256() const {
  absl::MutexLock lock(&mutex_);
  return sha256_;
}

absl::Status TestReader::fault() const {
  absl::MutexLock lock(&mutex_);
  return fault_;
}

}  // namespace kozmic
