// DeleteLogs among writers and readers of two replicas. K13

#include <functional>
#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "hiredis/hiredis.h"
#include "lib/redis/address.h"
#include "lib/status/annotate.h"
#include "services/logstream/testing/log_service_fixture.h"

namespace kozmic {
namespace {

class LogRemovalServiceTest : public LogServiceFixture {
 protected:
  // Whether it is done.
  absl::StatusOr<bool> Delete(const std::string& project,
                              const std::string& token = ServiceToken(kKey, "build")) {
    logstream::v1::DeleteLogsRequest request;
    request.set_project(project);
    const auto stub = logstream::v1::LogService::NewStub(MakeChannel(a_->address()));
    const auto response =
        Call(*stub, &logstream::v1::LogService::Stub::DeleteLogs, request, token, kTestDeadline);
    if (!response.ok()) return response.status();
    return response->done();
  }

  // Until the number of hints that Redis keeps is as wanted.
  bool AwaitHints(const std::function<bool(int64_t)>& wanted) {
    const RedisAddress address = *ParseRedisUrl(redis_.Url());
    const std::unique_ptr<redisContext, decltype(&redisFree)> redis(
        redisConnect(address.host.c_str(), address.port), redisFree);
    const auto ask = [&](const char* command, const std::string& argument) {
      const std::unique_ptr<redisReply, decltype(&freeReplyObject)> reply(
          static_cast<redisReply*>(redisCommand(redis.get(), command, argument.c_str())),
          freeReplyObject);
      return reply == nullptr || reply->type == REDIS_REPLY_ERROR ? -1 : reply->integer;
    };
    EXPECT_GE(ask("AUTH %s", address.password), 0);
    for (const absl::Time deadline = absl::Now() + kTestDeadline; absl::Now() < deadline;) {
      if (wanted(ask("XLEN %s", "kozmic:log:live"))) return true;
    }
    return false;
  }
};

TEST_F(LogRemovalServiceTest, OpenTailsEndOnEveryReplica) {
  StartReplicas();
  TestAppend append = Append();
  ASSERT_EQ(append.ReadAck(), 0);
  ASSERT_TRUE(append.Send(0, "hello"));
  TestReader here(ToA(), kLog, gateway_);
  TestReader there(ToB(), kLog, gateway_);
  TestReader not_begun(ToB(), "logs/1-9-9-9", gateway_);
  TestReader other(ToB(), "logs/12-3-1-1", gateway_);
  for (TestReader* reader : {&here, &there}) ASSERT_TRUE(reader->AwaitBytes(5));
  for (TestReader* reader : {&not_begun, &other}) ASSERT_TRUE(reader->AwaitFollowing());
  ASSERT_TRUE(*Delete("projects/1"));
  for (TestReader* reader : {&here, &there, &not_begun}) {
    EXPECT_EQ(Reason(reader->AwaitFault()), "unknown_log") << reader->fault();
  }
  EXPECT_EQ(Get().status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Reason(Tail(0, false).status()), "unknown_log");
  EXPECT_EQ(Reason(Tail(0, true).status()), "unknown_log");
  EXPECT_TRUE(other.fault().ok());
  ASSERT_TRUE(WriteLog(ToA(), "logs/12-3-1-1", WriteToken("logs/12-3-1-1"), "other", 1).ok());
  EXPECT_TRUE(other.AwaitBytes(5));
}

TEST_F(LogRemovalServiceTest, ItsWriterIsStoppedAndCannotBeginAgain) {
  StartReplicas();
  TestAppend append = Append();
  ASSERT_EQ(append.ReadAck(), 0);
  ASSERT_TRUE(append.Send(0, "before"));
  ASSERT_TRUE(append.AwaitAck(6));
  ASSERT_TRUE(*Delete("projects/1"));
  append.Send(6, "after");
  EXPECT_EQ(Reason(append.Finish()), "log_removed");
  TestAppend again = Append();
  EXPECT_EQ(Reason(again.Finish()), "log_removed");
  EXPECT_EQ(Reason(Seal(std::nullopt).status()), "log_removed");
  EXPECT_TRUE(*Delete("projects/1")) << "again";
}

// The bytes of a log go by way of Redis, which keeps the last of them for a while.
TEST_F(LogRemovalServiceTest, RedisKeepsNothingOfThem) {
  StartReplicas();
  TestAppend append = Append();
  ASSERT_EQ(append.ReadAck(), 0);
  ASSERT_TRUE(append.Send(0, "before"));
  ASSERT_TRUE(append.AwaitAck(6));
  ASSERT_TRUE(AwaitHints([](int64_t hints) { return hints > 0; }));
  ASSERT_TRUE(*Delete("projects/1"));
  EXPECT_TRUE(AwaitHints([](int64_t hints) { return hints == 0; }));
  append.Send(6, "after");
  EXPECT_EQ(Reason(append.Finish()), "log_removed");
  EXPECT_TRUE(AwaitHints([](int64_t hints) { return hints == 0; }));
}

TEST_F(LogRemovalServiceTest, OnlyBuildServiceDeletes) {
  StartReplicas();
  for (const std::string& token : {gateway_, ServiceToken(kKey, "project")}) {
    EXPECT_EQ(Delete("projects/1", token).status().code(), absl::StatusCode::kPermissionDenied);
  }
  EXPECT_EQ(Delete("projects/1", "").status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(Delete("projects/1", WriteToken()).status().code(), absl::StatusCode::kUnauthenticated);
  for (const char* name : {"", "1", "projects/x", "logs/1", "projects/1-1"}) {
    EXPECT_EQ(Delete(name).status().code(), absl::StatusCode::kInvalidArgument) << name;
  }
}

}  // namespace
}  // namespace kozmic
