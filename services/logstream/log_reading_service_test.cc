// Lines, times and search, by the whole service.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/crypto/digest.h"
#include "lib/status/annotate.h"
#include "services/logstream/testing/log_service_fixture.h"

namespace kozmic {
namespace {

using logstream::v1::LogService;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int64_t kNow = 1'700'000'000'000;

class LogReadingTest : public LogServiceFixture {
 protected:
  void SetUp() override { StartReplicas(); }

  // Each piece as written at a time of its own, a second after the one before.
  void Write(const std::vector<std::string>& pieces) {
    TestAppend append = Append();
    int64_t offset = 0;
    for (size_t i = 0; i < pieces.size(); ++i) {
      ASSERT_TRUE(append.Send(offset, pieces[i], kNow + 1000 * static_cast<int64_t>(i)));
      offset += static_cast<int64_t>(pieces[i].size());
    }
    append.HalfClose();
    ASSERT_TRUE(append.AwaitAck(offset));
    ASSERT_TRUE(append.Finish().ok());
  }
  template <typename Request, typename Response>
  absl::StatusOr<Response> Ask(grpc::Status (LogService::Stub::*method)(grpc::ClientContext*,
                                                                        const Request&, Response*),
                               const Request& request, const std::string& token) {
    const auto stub = LogService::NewStub(MakeChannel(a_->address()));
    return Call(*stub, method, request, token, kTestDeadline);
  }
  // What a tail gives that begins with a line.
  absl::StatusOr<std::string> TailFromLine(int64_t line, int64_t offset = 0) {
    const auto stub = LogService::NewStub(MakeChannel(a_->address()));
    grpc::ClientContext context;
    PrepareCall(context, absl::Now() + kTestDeadline, gateway_);
    logstream::v1::TailLogRequest request;
    request.set_log(kLog);
    request.set_line(line);
    request.set_offset(offset);
    const auto stream = stub->TailLog(&context, request);
    std::string bytes;
    for (logstream::v1::TailLogResponse answer; stream->Read(&answer);) bytes += answer.bytes();
    const absl::Status status = FromGrpc(stream->Finish(), context);
    if (!status.ok()) return status;
    return bytes;
  }
};

TEST_F(LogReadingTest, ATailBeginsWithALine) {
  Write({"one\ntw", "o\nthree\n", "four"});
  EXPECT_EQ(*TailFromLine(1), "one\ntwo\nthree\nfour");
  EXPECT_EQ(*TailFromLine(3), "three\nfour");
  EXPECT_EQ(*TailFromLine(4), "four");
  EXPECT_EQ(*TailFromLine(99), "");
  EXPECT_EQ(*TailFromLine(-2), "three\nfour");
  EXPECT_EQ(*TailFromLine(-99), "one\ntwo\nthree\nfour");
  EXPECT_EQ(TailFromLine(2, 5).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(LogReadingTest, WhenBytesWereWrittenIsKept) {
  Write({"one\n", "two\n"});
  logstream::v1::ListLogTimesRequest request;
  request.set_log(kLog);
  const auto times = Ask(&LogService::Stub::ListLogTimes, request, gateway_);
  ASSERT_TRUE(times.ok()) << times.status();
  EXPECT_THAT(times->marks(), ElementsAre(0, kNow, 4, 1000));
  EXPECT_EQ(times->next_offset(), 8);
  request.set_offset(-1);
  EXPECT_EQ(Ask(&LogService::Stub::ListLogTimes, request, gateway_).status().code(),
            absl::StatusCode::kInvalidArgument);
  request.set_offset(0);
  EXPECT_EQ(Ask(&LogService::Stub::ListLogTimes, request, WriteToken()).status().code(),
            absl::StatusCode::kUnauthenticated);
}

TEST_F(LogReadingTest, N2ASealNeedsTheWritersDigest) {
  Write({"abc"});
  logstream::v1::SealLogRequest request;
  request.set_name(kLog);
  request.set_size(3);
  request.set_sha256(Sha256Hex("abd"));
  const std::string build = ServiceToken(kKey, "build");
  const absl::Status differs = Ask(&LogService::Stub::SealLog, request, build).status();
  EXPECT_EQ(differs.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Reason(differs), "log_differs");
  request.set_sha256(Sha256Hex("abc"));
  EXPECT_TRUE(Ask(&LogService::Stub::SealLog, request, build).ok());
}

TEST_F(LogReadingTest, P42AnExpiredLogIsSaidToBeSo) {
  Write({"a needle\n"});
  ASSERT_TRUE(Seal(9).ok());
  TestReader reader(ToA(), kLog, gateway_);
  ASSERT_TRUE(reader.AwaitSealed());
  logstream::v1::ExpireLogsRequest request;
  request.add_names(kLog);
  request.add_names("logs/1-9-9-9");
  EXPECT_EQ(Ask(&LogService::Stub::ExpireLogs, request, gateway_).status().code(),
            absl::StatusCode::kPermissionDenied);
  const auto expired = Ask(&LogService::Stub::ExpireLogs, request, ServiceToken(kKey, "build"));
  ASSERT_TRUE(expired.ok()) << expired.status();
  EXPECT_TRUE(Get()->expired());
  EXPECT_EQ(Get()->sha256(), Sha256Hex("a needle\n"));
  for (const bool follow : {false, true}) {
    EXPECT_EQ(Reason(Tail(0, follow).status()), "log_expired");
  }
  EXPECT_EQ(Reason(TailFromLine(2).status()), "log_expired");
  logstream::v1::SearchLogsRequest search;
  search.set_project("projects/1");
  search.set_pattern("needle");
  EXPECT_EQ(Ask(&LogService::Stub::SearchLogs, search, gateway_)->lines_size(), 0);
}

TEST_F(LogReadingTest, N12LogsAreSearched) {
  Write({"a needle\n", "none\nNeedles"});
  logstream::v1::SearchLogsRequest request;
  request.set_project("projects/1");
  request.set_pattern("needle");
  auto found = Ask(&LogService::Stub::SearchLogs, request, gateway_);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->lines_size(), 2);
  EXPECT_EQ(found->lines(0).log(), kLog);
  EXPECT_EQ(found->lines(0).number(), 1);
  EXPECT_EQ(found->lines(1).number(), 3);
  EXPECT_EQ(found->lines(1).offset(), 14);
  EXPECT_EQ(found->lines(1).match(), "Needle");
  EXPECT_EQ(found->lines(1).after(), "s");
  EXPECT_EQ(found->next_page_token(), "");

  request.set_page_size(1);
  found = Ask(&LogService::Stub::SearchLogs, request, gateway_);
  ASSERT_EQ(found->lines_size(), 1);
  request.set_page_token(found->next_page_token());
  found = Ask(&LogService::Stub::SearchLogs, request, gateway_);
  ASSERT_EQ(found->lines_size(), 1);
  EXPECT_EQ(found->lines(0).number(), 3);

  const auto refused = [&](const std::string& token) {
    const absl::Status status = Ask(&LogService::Stub::SearchLogs, request, token).status();
    EXPECT_FALSE(status.ok());
    return status;
  };
  request.set_page_token("x");
  EXPECT_EQ(refused(gateway_).code(), absl::StatusCode::kInvalidArgument);
  request.set_page_token("");
  request.set_page_size(1001);
  EXPECT_EQ(refused(gateway_).code(), absl::StatusCode::kInvalidArgument);
  request.set_page_size(0);
  request.set_pattern("a(");
  request.set_regex(true);
  EXPECT_THAT(std::string(refused(gateway_).message()), HasSubstr("not a regular expression"));
  request.set_project("nowhere");
  EXPECT_EQ(refused(gateway_).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(refused(WriteToken()).code(), absl::StatusCode::kUnauthenticated);
}

}  // namespace
}  // namespace kozmic
