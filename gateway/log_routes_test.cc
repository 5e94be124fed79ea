#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/testing/gateway_fixture.h"
#include "lib/crypto/digest.h"

namespace kozmic::gateway {
namespace {

using http::Eventually;
using http::RawClient;
using http::StatusOf;
using nlohmann::json;

constexpr char kLog[] = "logs/1-1-1-2";
const std::string kPath = "/api/v1/projects/1/builds/1/jobs/1/log";

// What the chunked coding carries; `whole` tells whether the last chunk is there.
std::string Dechunk(const std::string& body, bool* whole) {
  std::string bytes;
  *whole = false;
  for (size_t at = 0; at < body.size();) {
    const size_t line = body.find("\r\n", at);
    if (line == std::string::npos) break;
    const size_t size = std::stoul(body.substr(at, line - at), nullptr, 16);
    if (size == 0) {
      *whole = body.substr(line) == "\r\n\r\n";
      break;
    }
    bytes += body.substr(line + 2, size);
    at = line + 2 + size + 2;
  }
  return bytes;
}

class LogRoutesTest : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    builds_.Put(1, build::v1::STATE_PENDING);
  }
};

TEST_F(LogRoutesTest, BadInput48ALogIsServedFromAnOffsetExactlyAsItIs) {
  std::string bytes = absl::StrCat("<b>\r", std::string(1, '\0'), "\xff\x1b[1m");
  for (int i = 0; i < 20000; ++i) absl::StrAppend(&bytes, i, "\n");
  logs_.Append(kLog, bytes);
  const std::string all = Get(kPath);
  EXPECT_EQ(StatusOf(all), 200);
  EXPECT_EQ(Body(all), bytes);
  EXPECT_EQ(Header(all, "Kozmic-Log-Offset"), "0");
  EXPECT_EQ(Header(all, "Kozmic-Log-Size"), absl::StrCat(bytes.size()));
  EXPECT_EQ(Header(all, "Kozmic-Log-Sealed"), "");
  EXPECT_EQ(Header(all, "Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(Header(all, "X-Content-Type-Options"), "nosniff");

  logs_.Seal(kLog);
  const std::string rest = Get(kPath + "?attempt=2&offset=1234");
  EXPECT_EQ(Body(rest), bytes.substr(1234));
  EXPECT_EQ(Header(rest, "Kozmic-Log-Offset"), "1234");
  EXPECT_EQ(Header(rest, "Kozmic-Log-Sealed"), "true");
  const std::string none = Get(absl::StrCat(kPath, "?offset=", bytes.size()));
  EXPECT_EQ(StatusOf(none), 200);
  EXPECT_EQ(Header(none, "Content-Length"), "0");
}

TEST_F(LogRoutesTest, ALogThatIsNotThereIs404AndOneWithoutBytesIsEmpty) {
  EXPECT_EQ(Header(Get(kPath), "Kozmic-Log-Size"), "0");
  EXPECT_EQ(StatusOf(Get(kPath + "?attempt=3")), 404);
  EXPECT_EQ(StatusOf(Get(kPath + "?attempt=0")), 400);
  EXPECT_EQ(StatusOf(Get(kPath + "?offset=-1")), 400);
  EXPECT_EQ(StatusOf(Get("/api/v1/projects/1/builds/1/jobs/2/log")), 404);
  EXPECT_EQ(StatusOf(Get("/api/v1/projects/1/builds/2/jobs/1/log")), 404);
}

TEST_F(LogRoutesTest, ALogThatBreaksOnItsWayDoesNotLookWhole) {
  logs_.Append(kLog, std::string(200000, 'x'));
  logs_.BreakAfter(50000);
  RawClient client(port());
  client.Send(http::Get(kPath, kCookie));
  const std::string answer = client.ReadToEnd();
  EXPECT_TRUE(client.at_end());
  EXPECT_EQ(Header(answer, "Content-Length"), "200000");
  EXPECT_LT(Body(answer).size(), 200000U);
}

TEST_F(LogRoutesTest, SlowDownloadsLeaveRoomForOthers) {
  logs_.SetPiece(1 << 20);
  logs_.Append(kLog, std::string(32 << 20, 'x'));
  std::vector<RawClient> slow;
  for (int i = 0; i < 6; ++i) {
    slow.emplace_back(port(), /*receive_buffer=*/4096);
    slow.back().Send(http::Get(kPath, kCookie));
    ASSERT_TRUE(slow.back().ReadUntil("\r\n\r\n"));
    ASSERT_EQ(StatusOf(slow.back().received), 200);
  }
  const std::string refused = Get(kPath);
  EXPECT_EQ(StatusOf(refused), 503);
  EXPECT_EQ(Json(refused)["code"], "too_many_downloads");
  EXPECT_EQ(Header(refused, "Retry-After"), "1");
  EXPECT_EQ(StatusOf(Send("POST", "/_hooks/hook/12/", "{}")), 200);
  slow.clear();
  const std::string end = absl::StrCat(kPath, "?offset=", (32 << 20) - 1);
  EXPECT_TRUE(Eventually([&] { return Body(Get(end)) == "x"; })) << "their places are free again";
}

TEST_F(LogRoutesTest, PartsOfALogAreServed) {
  logs_.Append(kLog, "0123456789");
  const std::string growing = Get(kPath, absl::StrCat(kCookie, "Range: bytes=2-4\r\n"));
  EXPECT_EQ(StatusOf(growing), 206);
  EXPECT_EQ(Body(growing), "234");
  EXPECT_EQ(Header(growing, "Content-Range"), "bytes 2-4/*");
  EXPECT_EQ(Header(growing, "ETag"), "");
  EXPECT_EQ(Header(growing, "Cache-Control"), "no-store");

  logs_.Seal(kLog);
  const std::string last = Get(kPath, absl::StrCat(kCookie, "Range: bytes=-3\r\n"));
  EXPECT_EQ(StatusOf(last), 206);
  EXPECT_EQ(Body(last), "789");
  EXPECT_EQ(Header(last, "Content-Range"), "bytes 7-9/10");
  const std::string beyond = Get(kPath, absl::StrCat(kCookie, "Range: bytes=10-\r\n"));
  EXPECT_EQ(StatusOf(beyond), 416);
  EXPECT_EQ(Header(beyond, "Content-Range"), "bytes */10");
  // What is not understood is not there.
  EXPECT_EQ(Body(Get(kPath, absl::StrCat(kCookie, "Range: bytes=0-1,4-5\r\n"))), "0123456789");
  // Of what is asked for by its offset.
  const std::string rest = Get(kPath + "?offset=5", absl::StrCat(kCookie, "Range: bytes=1-2\r\n"));
  EXPECT_EQ(Body(rest), "67");
}

TEST_F(LogRoutesTest, ASealedLogIsKnownByItsDigest) {
  logs_.Append(kLog, "abc");
  logs_.Seal(kLog);
  const std::string etag = absl::StrCat("\"", Sha256Hex("abc"), "\"");
  const std::string answer = Get(kPath);
  EXPECT_EQ(Header(answer, "ETag"), etag);
  EXPECT_EQ(Header(answer, "Kozmic-Log-Sha256"), Sha256Hex("abc"));
  EXPECT_EQ(Header(answer, "Cache-Control"), "private, no-cache");
  const std::string again = Get(kPath, absl::StrCat(kCookie, "If-None-Match: ", etag, "\r\n"));
  EXPECT_EQ(StatusOf(again), 304);
  EXPECT_EQ(Body(again), "");
  const auto part_if = [&](const std::string& condition) {
    return StatusOf(
        Get(kPath, absl::StrCat(kCookie, "Range: bytes=1-\r\nIf-Range: ", condition, "\r\n")));
  };
  EXPECT_EQ(part_if(etag), 206);
  EXPECT_EQ(part_if("\"other\""), 200);
}

TEST_F(LogRoutesTest, ALogIsServedFromALineOn) {
  logs_.Append(kLog, "one\ntwo\nthree\nfour");
  EXPECT_EQ(Body(Get(kPath + "?line=2")), "two\nthree\nfour");
  EXPECT_EQ(Header(Get(kPath + "?line=3"), "Kozmic-Log-Offset"), "8");
  EXPECT_EQ(Body(Get(kPath + "?tail=2")), "three\nfour");
  EXPECT_EQ(Body(Get(kPath + "?line=9")), "");
  for (const char* query : {"line=0", "tail=0", "tail=x", "line=1&offset=0", "follow=1"}) {
    EXPECT_EQ(StatusOf(Get(absl::StrCat(kPath, "?", query))), 400) << query;
  }
}

TEST_F(LogRoutesTest, TellsWhenBytesWereWritten) {
  logs_.SetTimes({0, 1'700'000'000'000, 4, 250}, 9);
  const json times = Json(Get(kPath + "/times?offset=3"));
  EXPECT_EQ(times["marks"], json::parse("[0, 1700000000000, 4, 250]"));
  EXPECT_EQ(times["next_offset"], 9);
  EXPECT_EQ(StatusOf(Get("/api/v1/projects/1/builds/1/jobs/2/log/times")), 404);
  EXPECT_EQ(StatusOf(Get(kPath + "/times", "")), 401);
}

TEST_F(LogRoutesTest, N12LinesOfAllLogsAreFound) {
  logstream::v1::SearchLogsResponse found;
  auto* line = found.add_lines();
  line->set_log("logs/1-12-3-2");
  line->set_number(77);
  line->set_offset(4711);
  line->set_before("an ");
  line->set_match("err\xff");
  line->set_after("or");
  found.add_unreadable_logs("logs/1-11-2-1");
  found.set_next_page_token("9-9");
  logs_.SetFound(found);
  const json answer = Json(Get(
      "/api/v1/projects/1/logs/search?q=err.*&regex=true&match_case=true&limit=5&page_token=7-7"));
  EXPECT_EQ(answer["lines"], json::parse(R"([{"build": 12, "job": 3, "attempt": 2, "line": 77,
      "offset": 4711, "before": "an ", "match": "err\ufffd", "after": "or"}])"));
  EXPECT_EQ(answer["unreadable_logs"], json::parse(R"([{"build": 11, "job": 2, "attempt": 1}])"));
  EXPECT_EQ(answer["next_page_token"], "9-9");
  const logstream::v1::SearchLogsRequest asked = logs_.searched();
  EXPECT_EQ(asked.project(), "projects/1");
  EXPECT_EQ(asked.pattern(), "err.*");
  EXPECT_TRUE(asked.regex());
  EXPECT_TRUE(asked.match_case());
  EXPECT_EQ(asked.page_size(), 5);
  EXPECT_EQ(asked.page_token(), "7-7");
  for (const char* query : {"q=%ff", "q=a&limit=0", "q=a&limit=1001", "q=a&regex=1"}) {
    EXPECT_EQ(StatusOf(Get(absl::StrCat("/api/v1/projects/1/logs/search?", query))), 400) << query;
  }
  projects_.RemoveMember("users/8", 1);
  EXPECT_EQ(StatusOf(Get("/api/v1/projects/1/logs/search?q=a", CookieOf("session-8"))), 404);
  EXPECT_EQ(StatusOf(Get("/api/v1/projects/1/logs/search?q=a", "")), 401);
}

TEST_F(LogRoutesTest, ALogIsFollowedByAPlainClient) {
  logs_.Append(kLog, "one\ntwo\n");
  RawClient client(port());
  client.Send(http::Get(kPath + "?follow=true&line=2", kBearer));
  ASSERT_TRUE(client.ReadUntil("two\n"));
  EXPECT_EQ(StatusOf(client.received), 200);
  EXPECT_EQ(Header(client.received, "Transfer-Encoding"), "chunked");
  EXPECT_EQ(Header(client.received, "Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(Header(client.received, "X-Content-Type-Options"), "nosniff");
  logs_.Append(kLog, std::string("th\0ree\n", 7));
  ASSERT_TRUE(client.ReadUntil("ree\n"));
  // The log service goes and comes back: no byte is lost or comes twice.
  logs_.Break();
  logs_.Append(kLog, "four");
  ASSERT_TRUE(client.ReadUntil("four"));
  logs_.Seal(kLog);
  bool whole = false;
  EXPECT_EQ(Dechunk(Body(client.ReadToEnd()), &whole), std::string("two\nth\0ree\nfour", 15));
  EXPECT_TRUE(whole);
  EXPECT_TRUE(client.at_end());
  // Of a sealed log there is nothing to follow.
  EXPECT_EQ(Header(Get(kPath + "?follow=true"), "Content-Length"), "19");
}

TEST_F(LogRoutesTest, P42AnExpiredLogIsGone) {
  logs_.Append(kLog, "abc");
  logs_.Expire(kLog);
  for (const char* query : {"", "?follow=true", "?offset=1"}) {
    const std::string answer = Get(kPath + query);
    EXPECT_EQ(StatusOf(answer), 410) << query;
    EXPECT_EQ(Json(answer)["code"], "log_expired");
  }
  EXPECT_EQ(StatusOf(Get("/api/v1/stream?log=1/1/1/2@0")), 404);
}

TEST_F(LogRoutesTest, N13AFollowerWhoLosesAccessIsCutOff) {
  LiveStreamsOptions options;
  options.guard.interval = absl::Milliseconds(50);
  Begin(options);
  logs_.Append(kLog, "one\n");
  RawClient client(port());
  client.Send(http::Get(kPath + "?follow=true", CookieOf("session-8")));
  ASSERT_TRUE(client.ReadUntil("one\n"));
  projects_.RemoveMember("users/8", 1);
  bool whole = true;
  EXPECT_EQ(Dechunk(Body(client.ReadToEnd()), &whole), "one\n");
  EXPECT_FALSE(whole) << "it does not look like the end of the log";
  EXPECT_TRUE(Eventually([&] { return logs_.running() == 0; }));
}

TEST_F(LogRoutesTest, AFollowerThatIsCutOffByAStopDoesNotHoldItUp) {
  logs_.Append(kLog, "one\n");
  logs_.SetPiece(1 << 20);
  logs_.Append(kLog, std::string(16 << 20, 'x'));
  std::vector<RawClient> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back(port(), /*receive_buffer=*/4096);
    clients.back().Send(http::Get(kPath + "?follow=true", kCookie));
    ASSERT_TRUE(clients.back().ReadUntil("one\n"));
  }
  EXPECT_EQ(StatusOf(Get(kPath + "?follow=true")), 503);
  gateway_.reset();
  for (RawClient& client : clients) {
    bool whole = true;
    Dechunk(Body(client.ReadToEnd()), &whole);
    EXPECT_FALSE(whole);
  }
}

}  // namespace
}  // namespace kozmic::gateway
