// The whole service, in replicas that share a real PostgreSQL and a real Redis.

#include "services/logstream/log_service.h"

#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "lib/base/random.h"
#include "lib/crypto/digest.h"
#include "lib/redis/subscriber.h"
#include "lib/status/annotate.h"
#include "services/logstream/limits.h"
#include "services/logstream/testing/log_service_fixture.h"

// libpqxx 6.4 loses the error result of a connection that broke.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:pqxx::connection_base::exec_params\n";
}

namespace kozmic {
namespace {

using logstream::v1::GetLogRequest;
using logstream::v1::Log;
using logstream::v1::SealLogRequest;
using logstream::v1::TailLogRequest;
using logstream::v1::TailLogResponse;

using LogServiceTest = LogServiceFixture;

TEST_F(LogServiceTest, ALogIsWrittenFollowedAndSealed) {
  StartReplicas();
  EXPECT_EQ(Get().status().code(), absl::StatusCode::kNotFound);
  TestReader here(ToA(), kLog, gateway_);
  TestReader there(ToB(), kLog, ServiceToken(kKey, "build"));
  TestReader runner(ToA(), kLog, WriteToken(), 6);
  for (TestReader* reader : {&here, &there, &runner}) ASSERT_TRUE(reader->AwaitFollowing());

  TestAppend append = Append();
  EXPECT_EQ(append.ReadAck(), 0);
  ASSERT_TRUE(append.Send(0, "hello "));
  ASSERT_TRUE(append.AwaitAck(6));
  EXPECT_EQ(Get()->size(), 6);
  EXPECT_FALSE(Get()->sealed());
  ASSERT_TRUE(append.Send(6, "world"));
  append.HalfClose();
  ASSERT_TRUE(append.AwaitAck(11));
  EXPECT_TRUE(append.Finish().ok());

  for (int64_t wrong : {10, 12}) EXPECT_EQ(Reason(Seal(wrong).status()), "log_incomplete");
  const auto sealed = Seal(11);
  ASSERT_TRUE(sealed.ok()) << sealed.status();
  EXPECT_EQ(sealed->sha256(), Sha256Hex("hello world"));
  EXPECT_EQ(Seal(11)->sha256(), Sha256Hex("hello world"));
  ExpectSealedAs(here, "hello world");
  ExpectSealedAs(there, "hello world");
  EXPECT_TRUE(runner.AwaitSealed());
  EXPECT_EQ(runner.bytes(), "world");
  EXPECT_TRUE(Get()->sealed());
}

TEST_F(LogServiceTest, ATailThatDoesNotFollowEndsAtTheCurrentSize) {
  StartReplicas();
  auto answers = Tail(0, false);
  ASSERT_TRUE(answers.ok()) << answers.status();
  EXPECT_EQ(answers->size(), 2u);
  EXPECT_EQ(answers->front().size(), 0);

  TestAppend append = Append();
  ASSERT_TRUE(append.Send(0, "hello"));
  ASSERT_TRUE(append.AwaitAck(5));
  answers = Tail(2, false);
  ASSERT_TRUE(answers.ok()) << answers.status();
  ASSERT_EQ(answers->size(), 3u);
  EXPECT_EQ((*answers)[0].size(), 5);
  EXPECT_EQ((*answers)[0].bytes(), "");
  EXPECT_EQ((*answers)[1].offset(), 2);
  EXPECT_EQ((*answers)[1].bytes(), "llo");
  EXPECT_EQ((*answers)[2].offset(), 5);
  EXPECT_EQ((*answers)[2].bytes(), "");
  EXPECT_FALSE((*answers)[2].sealed());

  ASSERT_TRUE(Seal(std::nullopt).ok());
  // Beyond the end: the last answer tells where that is.
  answers = Tail(9, true);
  ASSERT_TRUE(answers.ok()) << answers.status();
  ASSERT_EQ(answers->size(), 2u);
  EXPECT_EQ((*answers)[1].offset(), 5);
  EXPECT_TRUE((*answers)[1].sealed());
  EXPECT_EQ((*answers)[1].sha256(), Sha256Hex("hello"));
}

TEST_F(LogServiceTest, AGapNamesTheExpectedOffset) {
  StartReplicas();
  TestAppend append = Append();
  ASSERT_TRUE(append.Send(0, "abc"));
  ASSERT_TRUE(append.Send(5, "x"));
  const absl::Status status = append.Finish();
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange) << status;
  EXPECT_EQ(Reason(status), "gap");
  EXPECT_EQ(Detail(status, "expected-offset"), "3");
  // What came before it is kept.
  EXPECT_EQ(Append().ReadAck(), 3);
}

TEST_F(LogServiceTest, ADifferentOverlapIsAConflictWhereverTheBytesAre) {
  StartReplicas();
  TestAppend append = Append();
  ASSERT_TRUE(append.Send(0, "abcdef"));
  ASSERT_TRUE(append.AwaitAck(6));
  ASSERT_TRUE(append.Send(0, "abc"));
  ASSERT_TRUE(append.Send(2, "cdefgh"));
  ASSERT_TRUE(append.AwaitAck(8));
  ASSERT_TRUE(append.Send(4, "eX"));
  absl::Status status = append.Finish();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_EQ(Reason(status), "conflicting_bytes");

  TestAppend again = Append();
  ASSERT_EQ(again.ReadAck(), 8);
  gated_.SetOpen(false);
  ASSERT_TRUE(again.Send(8, "ijk"));
  ASSERT_TRUE(again.Send(9, "XX"));
  gated_.SetOpen(true);
  status = again.Finish();
  EXPECT_EQ(Reason(status), "conflicting_bytes");
  EXPECT_EQ(Get()->size(), 11);
}

TEST_F(LogServiceTest, ASealedLogTakesNothing) {
  StartReplicas();
  TestAppend append = Append();
  ASSERT_TRUE(append.Send(0, "abc"));
  ASSERT_TRUE(append.AwaitAck(3));
  ASSERT_TRUE(Seal(3).ok());
  ASSERT_TRUE(append.Send(3, "d"));
  absl::Status status = append.Finish();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Reason(status), "log_sealed");
  status = Append().Finish();
  EXPECT_EQ(Reason(status), "log_sealed");
  EXPECT_EQ(Get()->size(), 3);
}

TEST_F(LogServiceTest, ALogHasALimit) {
  StartReplicas();
  auto small = LogReplica::Start({.listen = "127.0.0.1:0",
                                  .service_key = kKey,
                                  .redis = *ParseRedisUrl(redis_.Url()),
                                  .max_log_size = 10},
                                 gated_, index_, clock_, random_);
  ASSERT_TRUE(small.ok()) << small.status();
  TestAppend append((*small)->address(), kLog, WriteToken());
  ASSERT_TRUE(append.Send(0, "0123456789"));
  ASSERT_TRUE(append.AwaitAck(10));
  ASSERT_TRUE(append.Send(10, "x"));
  const absl::Status status = append.Finish();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Reason(status), "log_limit");
}

TEST_F(LogServiceTest, RefusesMalformedRequests) {
  StartReplicas();
  for (const char* name : {"", "logs/", "log/1-1-1-1", "logs/A", "logs/1/2", "logs/1 2"}) {
    TestAppend append(a_->address(), name, WriteToken(name));
    EXPECT_EQ(append.Finish().code(), absl::StatusCode::kInvalidArgument) << name;
  }
  TestAppend negative = Append();
  ASSERT_TRUE(negative.Send(-1, "x"));
  EXPECT_EQ(negative.Finish().code(), absl::StatusCode::kInvalidArgument);
  TestAppend large = Append();
  ASSERT_TRUE(large.Send(0, std::string(kChunkBytes + 1, 'x')));
  EXPECT_EQ(large.Finish().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Tail(-1, false).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Seal(-1).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(LogServiceTest, NobodyElseGetsIn) {
  StartReplicas();
  const std::string build = ServiceToken(kKey, "build");
  const std::string project = ServiceToken(kKey, "project");
  const auto unauthenticated = absl::StatusCode::kUnauthenticated;
  const auto denied = absl::StatusCode::kPermissionDenied;
  for (const std::string& bad :
       {std::string(), std::string("ks1.build.guess"), std::string("guess"),
        WriteToken("logs/1-2-3-2"), ServiceToken("another key", "build"),
        CapabilityToken(kKey, "log-read", kLog)}) {
    EXPECT_EQ(Append(bad).Finish().code(), unauthenticated) << bad;
    EXPECT_EQ(Tail(0, true, bad).status().code(), unauthenticated) << bad;
    EXPECT_EQ(Get(bad).status().code(), unauthenticated) << bad;
    EXPECT_EQ(Seal(0, bad).status().code(), unauthenticated) << bad;
  }
  EXPECT_EQ(Append(gateway_).Finish().code(), denied);
  EXPECT_EQ(Tail(0, true, project).status().code(), denied);
  EXPECT_EQ(Seal(0, gateway_).status().code(), denied);
  EXPECT_EQ(Seal(0, WriteToken()).status().code(), unauthenticated);
  EXPECT_EQ(Get().status().code(), absl::StatusCode::kNotFound);
}

TEST_F(LogServiceTest, AReaderOfAnotherReplicaSeesBytesBeforeTheyAreCommitted) {
  StartReplicas();
  TestReader reader(ToB(), kLog, gateway_);
  ASSERT_TRUE(reader.AwaitFollowing());
  TestAppend append = Append();
  ASSERT_EQ(append.ReadAck(), 0);
  // Until both replicas are connected to Redis, the store helps.
  ASSERT_TRUE(append.Send(0, "first\n"));
  ASSERT_TRUE(reader.AwaitBytes(6));
  gated_.SetOpen(false);
  ASSERT_TRUE(append.Send(6, "second\n"));
  EXPECT_TRUE(reader.AwaitBytes(13));
  gated_.SetOpen(true);
  EXPECT_TRUE(append.AwaitAck(13));
  EXPECT_EQ(reader.bytes(), "first\nsecond\n");
}

TEST_F(LogServiceTest, LinesTravelBetweenReplicasByRedisNotBySweeps) {
  StartReplicas();
  TestReader reader(ToB(), kLog, gateway_);
  ASSERT_TRUE(reader.AwaitFollowing());
  TestAppend append = Append();
  ASSERT_EQ(append.ReadAck(), 0);
  constexpr int kLines = 40;
  const absl::Time begin = absl::Now();
  for (int i = 0; i < kLines; ++i) {
    ASSERT_TRUE(append.Send(i, "x"));
    ASSERT_TRUE(reader.AwaitBytes(static_cast<size_t>(i) + 1));
  }
  EXPECT_LT(absl::Now() - begin, kLines * kSweepInterval / 4);
}

TEST_F(LogServiceTest, AnyChunkingReconnectionAndReplicaYieldsTheSameBytes) {
  StartReplicas();
  for (uint32_t seed = 1; seed <= 8; ++seed) {
    SeededRandom content(seed);
    const std::string bytes = content.Bytes(100000 + 50000 * seed);
    const std::string log = absl::StrCat("logs/7-7-7-", seed);
    TestReader here(ToA(), log, gateway_);
    TestReader there(ToB(), log, gateway_);
    // Two that write the same log, at the same time.
    absl::Status second;
    std::thread writer(
        [&] { second = WriteLog(ToEither(), log, WriteToken(log), bytes, 100 + seed); });
    const absl::Status first = WriteLog(ToEither(), log, WriteToken(log), bytes, seed);
    writer.join();
    EXPECT_TRUE(first.ok()) << seed << ": " << first;
    EXPECT_TRUE(second.ok()) << seed << ": " << second;
    SealLogRequest request;
    request.set_name(log);
    request.set_size(static_cast<int64_t>(bytes.size()));
    const auto stub = logstream::v1::LogService::NewStub(MakeChannel(b_->address()));
    const auto sealed = Call(*stub, &logstream::v1::LogService::Stub::SealLog, request,
                             ServiceToken(kKey, "build"), kTestDeadline);
    ASSERT_TRUE(sealed.ok()) << sealed.status();
    EXPECT_EQ(sealed->sha256(), Sha256Hex(bytes));
    ExpectSealedAs(here, bytes);
    ExpectSealedAs(there, bytes);
  }
}

TEST_F(LogServiceTest, WithoutRedisReadersAreLateButComplete) {
  redis_.Kill();
  StartReplicas();
  TestReader here(ToA(), kLog, gateway_);
  TestReader there(ToB(), kLog, gateway_);
  ASSERT_TRUE(here.AwaitFollowing());
  ASSERT_TRUE(there.AwaitFollowing());
  TestAppend append = Append();
  ASSERT_EQ(append.ReadAck(), 0);
  for (int i = 0; i < 4; ++i) {
    const absl::Time begin = absl::Now();
    ASSERT_TRUE(append.Send(i, "x"));
    ASSERT_TRUE(here.AwaitBytes(static_cast<size_t>(i) + 1));
    ASSERT_TRUE(there.AwaitBytes(static_cast<size_t>(i) + 1));
    EXPECT_LT(absl::Now() - begin, absl::Seconds(2));
  }
  ASSERT_TRUE(Seal(4).ok());
  ExpectSealedAs(here, "xxxx");
  ExpectSealedAs(there, "xxxx");
}

TEST_F(LogServiceTest, RedisMayGoAndComeBackWhileALogIsWritten) {
  StartReplicas();
  TestReader here(ToA(), kLog, gateway_);
  TestReader there(ToB(), kLog, gateway_);
  TestAppend append = Append();
  ASSERT_EQ(append.ReadAck(), 0);
  SeededRandom content(9);
  const std::string bytes = content.Bytes(600000);
  for (size_t at = 0; at < bytes.size(); at += 1000) {
    ASSERT_TRUE(append.Send(static_cast<int64_t>(at), bytes.substr(at, 1000)));
    if (at == 150000) redis_.Kill();
    if (at == 300000) redis_.Start();
    if (at == 450000) {
      redis_.Kill();
      redis_.Start();
    }
    // Not all before the first is read.
    if (at % 50000 == 0) {
      ASSERT_TRUE(there.AwaitBytes(at));
    }
  }
  ASSERT_TRUE(append.AwaitAck(static_cast<int64_t>(bytes.size())));
  ASSERT_TRUE(Seal(static_cast<int64_t>(bytes.size())).ok());
  ExpectSealedAs(here, bytes);
  ExpectSealedAs(there, bytes);
}

TEST_F(LogServiceTest, ACrashOfTheDatabaseLosesNothingAcknowledged) {
  StartReplicas();
  TestReader here(ToA(), kLog, gateway_);
  TestReader there(ToB(), kLog, gateway_);
  ASSERT_TRUE(here.AwaitFollowing());
  SeededRandom content(10);
  const std::string bytes = content.Bytes(2000000);
  absl::Status written;
  std::thread writer([&] { written = WriteLog(ToEither(), kLog, WriteToken(), bytes, 11); });
  ASSERT_TRUE(here.AwaitBytes(100000));
  SharedTestPostgres().Crash();
  SharedTestPostgres().Start();
  writer.join();
  EXPECT_TRUE(written.ok()) << written;
  absl::StatusOr<Log> sealed;
  // Idle connections of the pool died with the server.
  for (int i = 0; i < 20; ++i) {
    sealed = Seal(static_cast<int64_t>(bytes.size()));
    if (sealed.ok() || !IsRetryable(sealed.status())) break;
  }
  ASSERT_TRUE(sealed.ok()) << sealed.status();
  EXPECT_EQ(sealed->sha256(), Sha256Hex(bytes));
  ExpectSealedAs(here, bytes);
  ExpectSealedAs(there, bytes);
}

TEST_F(LogServiceTest, ReadersDoNotTakeTheWritersPlaces) {
  auto small = LogReplica::Start({.listen = "127.0.0.1:0",
                                  .service_key = kKey,
                                  .redis = *ParseRedisUrl(redis_.Url()),
                                  .most_appends = 1,
                                  .most_tails = 1},
                                 store_, index_, clock_, random_);
  ASSERT_TRUE(small.ok()) << small.status();
  a_ = *std::move(small);
  TestReader reader(ToA(), kLog, gateway_);
  ASSERT_TRUE(reader.AwaitFollowing());
  EXPECT_EQ(Tail(0, /*follow=*/true).status().code(), absl::StatusCode::kResourceExhausted);
  TestAppend append = Append();
  EXPECT_EQ(append.ReadAck(), 0) << "the reader has its own place";
  TestAppend second = Append();
  EXPECT_EQ(second.Finish().code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(LogServiceTest, AReplicaThatEndsHandsItsStreamsOver) {
  StartReplicas();
  TestReader here(ToEither(), kLog, gateway_);
  TestReader there(ToB(), kLog, gateway_);
  ASSERT_TRUE(here.AwaitFollowing());
  TestAppend append = Append();
  ASSERT_EQ(append.ReadAck(), 0);
  ASSERT_TRUE(append.Send(0, "before "));
  ASSERT_TRUE(here.AwaitBytes(7));
  a_.reset();
  const absl::Status status = append.Finish();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  a_ = StartReplica();
  TestAppend again = Append();
  ASSERT_EQ(again.ReadAck(), 7);
  ASSERT_TRUE(again.Send(7, "after"));
  ASSERT_TRUE(again.AwaitAck(12));
  ASSERT_TRUE(Seal(12).ok());
  ExpectSealedAs(here, "before after");
  ExpectSealedAs(there, "before after");
}

TEST_F(LogServiceTest, ASlowStoreHoldsTheWriterBackInsteadOfFillingMemory) {
  StartReplicas();
  TestReader reader(ToA(), kLog, gateway_);
  ASSERT_TRUE(reader.AwaitFollowing());
  gated_.SetOpen(false);
  constexpr size_t kChunk = 64 << 10;
  constexpr size_t kChunks = 64;
  TestAppend append = Append();
  ASSERT_EQ(append.ReadAck(), 0);
  const auto send = [&](size_t chunk) {
    return append.Send(static_cast<int64_t>(chunk * kChunk),
                       std::string(kChunk, static_cast<char>(chunk)));
  };
  // A reader that keeps up has at once what the service takes.
  size_t taken = 0;
  for (size_t chunk = 0; chunk < kChunks; ++chunk) {
    ASSERT_TRUE(send(chunk));
    const bool must_come = (chunk + 1) * kChunk <= kAppendBufferBytes - kChunkBytes;
    if (!reader.AwaitBytes((chunk + 1) * kChunk,
                           must_come ? kTestDeadline : absl::Milliseconds(300))) {
      break;
    }
    taken = (chunk + 1) * kChunk;
  }
  EXPECT_GE(taken, kAppendBufferBytes - kChunkBytes);
  EXPECT_LE(taken, kAppendBufferBytes);
  gated_.SetOpen(true);
  for (size_t chunk = taken / kChunk + 1; chunk < kChunks; ++chunk) ASSERT_TRUE(send(chunk));
  ASSERT_TRUE(append.AwaitAck(kChunks * kChunk));
  EXPECT_TRUE(reader.AwaitBytes(kChunks * kChunk));
  EXPECT_TRUE(reader.fault().ok()) << reader.fault();
}

// A sanitizer keeps freed memory for a while.
#ifdef __SANITIZE_ADDRESS__
constexpr bool kMemoryTells = false;
#else
constexpr bool kMemoryTells = true;
#endif

size_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  size_t pages = 0;
  size_t resident = 0;
  file >> pages >> resident;
  return resident * 4096;
}

TEST_F(LogServiceTest, AStalledReaderNeitherGrowsNorDisturbsTheOthers) {
  StartReplicas();
  // Calls that read nothing, over a connection whose windows do not grow: what the client's side
  // holds must not be taken for the service's.
  grpc::ChannelArguments small_windows;
  small_windows.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  const auto stub = logstream::v1::LogService::NewStub(
      grpc::CreateCustomChannel(a_->address(), grpc::InsecureChannelCredentials(), small_windows));
  constexpr int kStalled = 20;
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<TailLogResponse>>> stalled;
  TailLogRequest request;
  request.set_log(kLog);
  request.set_follow(true);
  for (int i = 0; i < kStalled; ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    PrepareCall(*contexts.back(), absl::Now() + kTestDeadline, gateway_);
    stalled.push_back(stub->TailLog(contexts.back().get(), request));
    TailLogResponse answer;
    ASSERT_TRUE(stalled.back()->Read(&answer));
  }
  TestReader reader(ToA(), kLog, gateway_);
  ASSERT_TRUE(reader.AwaitFollowing());
  TestAppend append = Append();
  ASSERT_EQ(append.ReadAck(), 0);
  SeededRandom content(12);
  constexpr size_t kSize = 20 << 20;
  const std::string bytes = content.Bytes(kSize);
  const size_t resident = ResidentBytes();
  for (size_t at = 0; at < kSize; at += kChunkBytes) {
    ASSERT_TRUE(append.Send(static_cast<int64_t>(at), bytes.substr(at, kChunkBytes)));
  }
  ASSERT_TRUE(append.AwaitAck(kSize));
  ASSERT_TRUE(reader.AwaitBytes(kSize));
  // Each stalled one kept in full would be 400 MB.
  if (kMemoryTells) {
    EXPECT_LT(ResidentBytes() - resident, size_t{150} << 20);
  }

  // One wakes up, and has missed nothing.
  ASSERT_TRUE(Seal(kSize).ok());
  ExpectSealedAs(reader, bytes);
  std::string seen;
  for (TailLogResponse answer; stalled[0]->Read(&answer);) seen += answer.bytes();
  EXPECT_TRUE(stalled[0]->Finish().ok());
  EXPECT_TRUE(seen == bytes);
  for (int i = 1; i < kStalled; ++i) {
    contexts[i]->TryCancel();
    stalled[i]->Finish();
  }
}

}  // namespace
}  // namespace kozmic
