#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/testing/gateway_fixture.h"

namespace kozmic::gateway {
namespace {

using http::StatusOf;
using nlohmann::json;

using http::Eventually;
using http::RawClient;

constexpr char kLog[] = "logs/1-1-1-2";

using BuildRoutesTest = GatewayTest;

TEST_F(BuildRoutesTest, IdsThatAreNoneAre404) {
  builds_.Put(1, build::v1::STATE_PENDING);
  EXPECT_EQ(StatusOf(Get("/api/v1/projects/1/builds/1")), 200);
  for (const char* id : {"-1", "0", "01", "9223372036854775808", "1e3", "%00", "x", "1%20"}) {
    EXPECT_EQ(StatusOf(Get(absl::StrCat("/api/v1/projects/", id))), 404) << id;
    EXPECT_EQ(StatusOf(Get(absl::StrCat("/api/v1/projects/1/builds/", id))), 404) << id;
    EXPECT_EQ(StatusOf(Get(absl::StrCat("/api/v1/projects/1/builds/1/jobs/", id, "/log"))), 404)
        << id;
  }
}

TEST_F(BuildRoutesTest, BuildsComeInPages) {
  for (int i = 1; i <= 5; ++i) builds_.Put(i, build::v1::STATE_SUCCESS);
  const json first = Json(Get("/api/v1/projects/1/builds?limit=2"));
  EXPECT_EQ(first["builds"][0]["number"], 5);
  EXPECT_EQ(first["next_before"], 4);
  const json last = Json(Get("/api/v1/projects/1/builds?limit=3&before=4"));
  EXPECT_EQ(last["builds"].size(), 3U);
  EXPECT_EQ(last["next_before"], nullptr);
  for (const char* query :
       {"limit=0", "limit=101", "limit=x", "before=0", "before=-1", "ref=%ff"}) {
    EXPECT_EQ(StatusOf(Get(absl::StrCat("/api/v1/projects/1/builds?", query))), 400) << query;
  }
}

TEST_F(BuildRoutesTest, ALogIsServedFromAnOffsetExactlyAsItIs) {
  builds_.Put(1, build::v1::STATE_PENDING);
  std::string bytes = absl::StrCat("<b>\r", std::string(1, '\0'), "\xff\x1b[1m");
  for (int i = 0; i < 20000; ++i) absl::StrAppend(&bytes, i, "\n");
  logs_.Append(kLog, bytes);
  const std::string all = Get("/api/v1/projects/1/builds/1/jobs/1/log");
  EXPECT_EQ(StatusOf(all), 200);
  EXPECT_EQ(Body(all), bytes);
  EXPECT_EQ(Header(all, "Kozmic-Log-Offset"), "0");
  EXPECT_EQ(Header(all, "Kozmic-Log-Size"), absl::StrCat(bytes.size()));
  EXPECT_EQ(Header(all, "Kozmic-Log-Sealed"), "");
  EXPECT_EQ(Header(all, "Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(Header(all, "X-Content-Type-Options"), "nosniff");

  logs_.Seal(kLog);
  const std::string rest = Get("/api/v1/projects/1/builds/1/jobs/1/log?attempt=2&offset=1234");
  EXPECT_EQ(Body(rest), bytes.substr(1234));
  EXPECT_EQ(Header(rest, "Kozmic-Log-Offset"), "1234");
  EXPECT_EQ(Header(rest, "Kozmic-Log-Sealed"), "true");
  const std::string none =
      Get(absl::StrCat("/api/v1/projects/1/builds/1/jobs/1/log?offset=", bytes.size()));
  EXPECT_EQ(StatusOf(none), 200);
  EXPECT_EQ(Header(none, "Content-Length"), "0");
}

TEST_F(BuildRoutesTest, ALogThatIsNotThereIs404AndOneWithoutBytesIsEmpty) {
  builds_.Put(1, build::v1::STATE_PENDING);
  const std::string path = "/api/v1/projects/1/builds/1/jobs/1/log";
  EXPECT_EQ(Header(Get(path), "Kozmic-Log-Size"), "0");
  EXPECT_EQ(StatusOf(Get(path + "?attempt=3")), 404);
  EXPECT_EQ(StatusOf(Get(path + "?attempt=0")), 400);
  EXPECT_EQ(StatusOf(Get(path + "?offset=-1")), 400);
  EXPECT_EQ(StatusOf(Get("/api/v1/projects/1/builds/1/jobs/2/log")), 404);
  EXPECT_EQ(StatusOf(Get("/api/v1/projects/1/builds/2/jobs/1/log")), 404);
}

TEST_F(BuildRoutesTest, ALogThatBreaksOnItsWayDoesNotLookWhole) {
  builds_.Put(1, build::v1::STATE_PENDING);
  logs_.Append(kLog, std::string(200000, 'x'));
  logs_.BreakAfter(50000);
  RawClient client(port());
  client.Send(http::Get("/api/v1/projects/1/builds/1/jobs/1/log", kCookie));
  const std::string answer = client.ReadToEnd();
  EXPECT_TRUE(client.at_end());
  EXPECT_EQ(Header(answer, "Content-Length"), "200000");
  EXPECT_LT(Body(answer).size(), 200000U);
}

TEST_F(BuildRoutesTest, SlowDownloadsLeaveRoomForOthers) {
  builds_.Put(1, build::v1::STATE_PENDING);
  logs_.SetPiece(1 << 20);
  logs_.Append(kLog, std::string(32 << 20, 'x'));
  const std::string path = "/api/v1/projects/1/builds/1/jobs/1/log";
  std::vector<RawClient> slow;
  for (int i = 0; i < 6; ++i) {
    slow.emplace_back(port(), /*receive_buffer=*/4096);
    slow.back().Send(http::Get(path, kCookie));
    ASSERT_TRUE(slow.back().ReadUntil("\r\n\r\n"));
    ASSERT_EQ(StatusOf(slow.back().received), 200);
  }
  const std::string refused = Get(path);
  EXPECT_EQ(StatusOf(refused), 503);
  EXPECT_EQ(Json(refused)["code"], "too_many_downloads");
  EXPECT_EQ(Header(refused, "Retry-After"), "1");
  EXPECT_EQ(StatusOf(Send("POST", "/_hooks/hook/12/", "{}")), 200);
  slow.clear();
  const std::string end = absl::StrCat(path, "?offset=", (32 << 20) - 1);
  EXPECT_TRUE(Eventually([&] { return Body(Get(end)) == "x"; })) << "their places are free again";
}

}  // namespace
}  // namespace kozmic::gateway
