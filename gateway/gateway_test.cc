#include "gateway/gateway.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/testing/fake_services.h"
#include "gateway/webhook_route.h"
#include "lib/http/raw_client.h"
#include "lib/rpc/server.h"
#include "lib/rpc/service_token.h"
#include "lib/status/annotate.h"
#include "nlohmann/json.hpp"

namespace kozmic::gateway {
namespace {

using http::Eventually;
using http::RawClient;
using http::StatusOf;
using nlohmann::json;

constexpr char kCookie[] = "Cookie: a=b; kozmic_session=session-7\r\n";
constexpr char kLog[] = "logs/1-1-1-2";

std::string Body(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

std::string Header(const std::string& answer, const std::string& name) {
  const size_t at = answer.find("\r\n" + name + ": ");
  if (at == std::string::npos || at > answer.find("\r\n\r\n")) return "";
  const size_t start = at + name.size() + 4;
  return answer.substr(start, answer.find("\r\n", start) - start);
}

class GatewayTest : public testing::Test {
 protected:
  void SetUp() override {
    namespace fs = std::filesystem;
    const fs::path site = fs::path(testing::TempDir()) / "gateway_test_site";
    fs::create_directories(site / "assets");
    std::ofstream(site / "index.html") << "<!doctype html>app";
    std::ofstream(site / "assets" / "a.js") << "js";

    Config config;
    config.host = "127.0.0.1";
    config.service_key = std::string(32, 'k');
    config.public_url = "http://ci.example.com";
    config.static_dir = site.string();
    config.allowed_hosts = {"localhost", "ci.example.com"};
    auto server = RpcServer::Start("127.0.0.1:0", {&auth_, &projects_, &builds_, &logs_});
    ASSERT_TRUE(server.ok()) << server.status();
    services_ = *std::move(server);
    config.auth_address = config.project_address = services_->address();
    config.build_address = config.logstream_address = services_->address();
    auto gateway = Gateway::Start(config, clock_, random_);
    ASSERT_TRUE(gateway.ok()) << gateway.status();
    gateway_ = *std::move(gateway);
  }
  void TearDown() override {
    gateway_.reset();
    services_->Stop(absl::Seconds(2));
  }

  int port() const { return gateway_->port(); }
  std::string Get(const std::string& target, const std::string& headers = kCookie) {
    return http::Ask(port(), http::Get(target, headers));
  }
  std::string Post(const std::string& target, const std::string& body,
                   const std::string& headers = "") {
    return http::Ask(port(), absl::StrCat("POST ", target, " HTTP/1.1\r\nHost: localhost\r\n",
                                          "Content-Type: application/json\r\n", headers,
                                          "Content-Length: ", body.size(), "\r\n\r\n", body));
  }
  std::string Changing() {
    return absl::StrCat(kCookie, "X-CSRF-Token: ", Sessions::CsrfToken("session-7"), "\r\n");
  }

  SystemClock clock_;
  SystemRandom random_;
  FakeAuth auth_;
  FakeProjects projects_;
  FakeBuilds builds_;
  FakeLogs logs_;
  std::unique_ptr<RpcServer> services_;
  std::unique_ptr<Gateway> gateway_;
};

// --- pages

TEST_F(GatewayTest, ServesTheApplicationForEveryPathOfItsOwn) {
  for (const char* path : {"/", "/projects/1/builds/2", "/login/"}) {
    const std::string answer = Get(path, "");
    EXPECT_EQ(StatusOf(answer), 200) << path;
    EXPECT_EQ(Body(answer), "<!doctype html>app");
    EXPECT_TRUE(absl::StrContains(Header(answer, "Content-Security-Policy"), "default-src 'none'"));
    EXPECT_EQ(Header(answer, "X-Content-Type-Options"), "nosniff");
  }
  EXPECT_EQ(Body(Get("/assets/a.js", "")), "js");
  for (const char* path : {"/assets/none.js", "/api/v2/x", "/_hooks/x", "/%2e%2e/x", "/a//b"}) {
    const std::string answer = Get(path, "");
    EXPECT_EQ(StatusOf(answer), 404) << path;
    EXPECT_EQ(json::parse(Body(answer))["code"], "not_found") << path;
  }
}

TEST_F(GatewayTest, AnswersProbesForAnyHostAndPagesOnlyForOurs) {
  const auto at = [&](const std::string& path) {
    return http::Ask(port(), "GET " + path + " HTTP/1.1\r\nHost: 10.1.2.3:8080\r\n\r\n");
  };
  EXPECT_EQ(Body(at("/healthz")), R"({"status":"ok"})");
  EXPECT_EQ(StatusOf(at("/")), 421);
}

// --- sessions

TEST_F(GatewayTest, AnonymousIsToldToSignInAsJson) {
  for (const char* path :
       {"/api/v1/me", "/api/v1/projects", "/api/v1/projects/1", "/api/v1/projects/1/builds",
        "/api/v1/stream?project=1", "/api/v1/projects/1/builds/1/jobs/1/log"}) {
    for (const char* cookie : {"", "Cookie: kozmic_session=wrong\r\n",
                               "Cookie: kozmic_session=\xff\r\n", "Cookie: kozmic_session=\r\n"}) {
      const std::string answer = Get(path, cookie);
      EXPECT_EQ(StatusOf(answer), 401) << path << " " << cookie;
      EXPECT_EQ(json::parse(Body(answer))["code"], "unauthenticated");
    }
  }
}

TEST_F(GatewayTest, ABrowserCannotUseAServicesToken) {
  const std::string token = ServiceToken(std::string(32, 'k'), "gateway");
  EXPECT_EQ(StatusOf(Get("/api/v1/projects", "Cookie: kozmic_session=" + token + "\r\n")), 401);
}

TEST_F(GatewayTest, MeTellsWhoAndTheTokenForChanges) {
  const json me = json::parse(Body(Get("/api/v1/me")));
  EXPECT_EQ(me["user"]["id"], 7);
  EXPECT_EQ(me["user"]["login"], "ada");
  EXPECT_EQ(me["csrf_token"], Sessions::CsrfToken("session-7"));
}

TEST_F(GatewayTest, ChangesNeedTheCsrfTokenAndOurOrigin) {
  const std::string body = R"({"repository": "octo/repo"})";
  EXPECT_EQ(json::parse(Body(Post("/api/v1/projects", body, kCookie)))["code"], "csrf");
  EXPECT_EQ(StatusOf(Post("/api/v1/projects", body, absl::StrCat(kCookie, "X-CSRF-Token: 00\r\n"))),
            403);
  EXPECT_EQ(
      StatusOf(Post("/api/v1/projects", body, Changing() + "Origin: https://evil.example\r\n")),
      403);
  EXPECT_EQ(
      StatusOf(Post("/api/v1/projects", body, Changing() + "Origin: http://ci.example.com\r\n")),
      201);
  EXPECT_EQ(StatusOf(Post("/api/v1/projects", body, Changing())), 201);
  EXPECT_EQ(StatusOf(Get("/logout/")), 405) << "reading changes nothing";
}

TEST_F(GatewayTest, SignInBindsTheLoginToTheBrowser) {
  const std::string begun = Get("/_auth/?next=//evil.example", "");
  EXPECT_EQ(StatusOf(begun), 303);
  EXPECT_EQ(Header(begun, "Location"), "https://github.example/authorize?state=state-1");
  const std::string set = Header(begun, "Set-Cookie");
  EXPECT_TRUE(absl::StrContains(set, "; HttpOnly; SameSite=Lax"));
  const std::string cookie = "Cookie: " + set.substr(0, set.find(';')) + "\r\n";
  {
    absl::MutexLock lock(&auth_.mutex);
    EXPECT_EQ(auth_.return_path, "/");
  }

  const auto back = [&](const std::string& query, const std::string& with) {
    return Get("/_auth/auth-callback/?" + query, with);
  };
  EXPECT_EQ(Header(back("code=c&state=state-1", ""), "Location"), "/login/?error=expired");
  EXPECT_EQ(Header(back("code=c&state=state-2", cookie), "Location"), "/login/?error=expired");
  EXPECT_EQ(Header(back("error=access_denied&state=state-1", cookie), "Location"),
            "/login/?error=denied");
  EXPECT_EQ(Header(back("code=used&state=state-1", cookie), "Location"), "/login/?error=expired");
  EXPECT_EQ(Header(back("code=refused&state=state-1", cookie), "Location"), "/login/?error=github");
  const std::string done = back("code=c&state=state-1", cookie);
  EXPECT_EQ(StatusOf(done), 303);
  EXPECT_EQ(Header(done, "Location"), "/");
  EXPECT_TRUE(absl::StrContains(done, "Set-Cookie: kozmic_session=session-7; Path=/; Max-Age=3"));
}

TEST_F(GatewayTest, SigningOutEndsTheSession) {
  EXPECT_EQ(StatusOf(Post("/logout/", "", kCookie)), 403);
  const std::string answer = Post("/logout/", "", Changing());
  EXPECT_EQ(StatusOf(answer), 204);
  EXPECT_TRUE(absl::StartsWith(Header(answer, "Set-Cookie"), "kozmic_session=; Path=/; Max-Age=0"));
  absl::MutexLock lock(&auth_.mutex);
  EXPECT_EQ(auth_.deleted, "session-7");
}

// --- webhooks

TEST_F(GatewayTest, ADeliveryIsHandedOnAsItCame) {
  const std::string body = "{\"a\":  \"\\u0000 \xf0\x9f\x98\x80\"}\n";
  const std::string answer =
      Post("/_hooks/hook/12/", body,
           "X-GitHub-Event: push\r\nX-GitHub-Delivery: d-1\r\nX-Hub-Signature-256: sha256=1\r\n"
           "X-Hub-Signature-256: sha256=2\r\n");
  EXPECT_EQ(StatusOf(answer), 200);
  EXPECT_EQ(Body(answer), R"({"result":"accepted"})");
  absl::MutexLock lock(&projects_.mutex);
  EXPECT_EQ(projects_.webhook.hook_id(), 12);
  EXPECT_EQ(projects_.webhook.body(), body);
  EXPECT_EQ(projects_.webhook.event(0), "push");
  EXPECT_EQ(projects_.webhook.delivery(0), "d-1");
  EXPECT_EQ(projects_.webhook.signature_size(), 2) << "which one counts is not ours to choose";
}

TEST_F(GatewayTest, ADeliveryOf25MegabytesPasses) {
  const std::string body(kLargestWebhook, ' ');
  EXPECT_EQ(StatusOf(Post("/_hooks/hook/12/", body)), 200);
  EXPECT_EQ(StatusOf(http::Ask(port(), absl::StrCat("POST /_hooks/hook/12/ HTTP/1.1\r\nHost: "
                                                    "localhost\r\nContent-Type: application/json"
                                                    "\r\nContent-Length: ",
                                                    body.size() + 1, "\r\n\r\n"))),
            413);
}

TEST_F(GatewayTest, ADeliveryThatDoesNotEndIs408AfterTenSeconds) {
  const absl::Time start = absl::Now();
  RawClient client(port());
  client.Send(
      absl::StrCat("POST /_hooks/hook/12/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                   "application/json\r\nContent-Length: 24900001\r\n\r\n",
                   std::string(24900000, ' ')));
  client.Read(std::chrono::seconds(20));
  EXPECT_EQ(StatusOf(client.received), 408);
  EXPECT_GT(absl::Now() - start, absl::Seconds(9));
  EXPECT_LT(absl::Now() - start, absl::Seconds(15));
}

TEST_F(GatewayTest, WhatProjectSaysOfADeliveryBecomesItsStatus) {
  const std::vector<std::pair<absl::Status, int>> cases = {
      {absl::UnauthenticatedError("x"), 401},
      {absl::NotFoundError("x"), 401},
      {absl::InvalidArgumentError("x"), 400},
      {WithReason(absl::FailedPreconditionError("x"), "repository_mismatch"), 409},
      {absl::UnavailableError("x"), 503},
      {absl::DeadlineExceededError("x"), 503},
      {absl::InternalError("secret"), 500}};
  for (const auto& [status, expected] : cases) {
    {
      absl::MutexLock lock(&projects_.mutex);
      projects_.webhook_status = status;
    }
    const std::string answer = Post("/_hooks/hook/12/", "{}");
    EXPECT_EQ(StatusOf(answer), expected) << status;
    EXPECT_FALSE(json::parse(Body(answer))["code"].get<std::string>().empty());
    EXPECT_FALSE(absl::StrContains(answer, "secret"));
  }
}

TEST_F(GatewayTest, WebhooksWithABadAddressTypeOrHeaderAreRefusedHere) {
  for (const char* id : {"0", "-1", "9223372036854775808", "x"}) {
    EXPECT_EQ(StatusOf(Post(absl::StrCat("/_hooks/hook/", id, "/"), "{}")), 401) << id;
  }
  EXPECT_EQ(StatusOf(Post("/_hooks/hook/1/", "{}", "X-GitHub-Event: \xff\r\n")), 400);
  EXPECT_EQ(StatusOf(Post("/_hooks/hook/1/", "{}", "Content-Encoding: gzip\r\n")), 415);
  EXPECT_EQ(StatusOf(http::Ask(port(),
                               "POST /_hooks/hook/1/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                               "application/x-www-form-urlencoded\r\nContent-Length: 2\r\n\r\n{}")),
            415);
}

TEST_F(GatewayTest, WebhooksWhileProjectIsDownAre503) {
  services_->Stop(absl::ZeroDuration());
  EXPECT_EQ(StatusOf(Post("/_hooks/hook/1/", "{}")), 503);
}

// --- projects and builds

TEST_F(GatewayTest, ProjectsAreListedLatestBuiltFirst) {
  const json projects = json::parse(Body(Get("/api/v1/projects")))["projects"];
  ASSERT_EQ(projects.size(), 3U);
  EXPECT_EQ(projects[0]["id"], 2);
  EXPECT_EQ(projects[1]["id"], 1);
  EXPECT_EQ(projects[1]["latest_build"]["number"], 0);
  EXPECT_EQ(projects[2]["latest_build"], nullptr);
}

TEST_F(GatewayTest, CreatingTakesKnownFieldsOnly) {
  EXPECT_EQ(StatusOf(Post("/api/v1/projects", R"({"repository": "octo/repo"})", Changing())), 201);
  for (const char* body :
       {"", "{}", "[]", R"({"repository": 1})", R"({"repository": "a/b", "project_id": "2"})"}) {
    EXPECT_EQ(StatusOf(Post("/api/v1/projects", body, Changing())), 400) << body;
  }
  const std::string taken = Post("/api/v1/projects", R"({"repository": "octo/taken"})", Changing());
  EXPECT_EQ(StatusOf(taken), 409);
  EXPECT_EQ(json::parse(Body(taken)),
            json::parse(R"({"code": "project_exists", "message": "It exists."})"));
}

TEST_F(GatewayTest, IdsThatAreNoneAre404) {
  builds_.Put(1, build::v1::STATE_PENDING);
  EXPECT_EQ(StatusOf(Get("/api/v1/projects/1/builds/1")), 200);
  for (const char* id : {"-1", "0", "01", "9223372036854775808", "1e3", "%00", "x", "1%20"}) {
    EXPECT_EQ(StatusOf(Get(absl::StrCat("/api/v1/projects/", id))), 404) << id;
    EXPECT_EQ(StatusOf(Get(absl::StrCat("/api/v1/projects/1/builds/", id))), 404) << id;
    EXPECT_EQ(StatusOf(Get(absl::StrCat("/api/v1/projects/1/builds/1/jobs/", id, "/log"))), 404)
        << id;
  }
}

TEST_F(GatewayTest, BuildsComeInPages) {
  for (int i = 1; i <= 5; ++i) builds_.Put(i, build::v1::STATE_SUCCESS);
  const json first = json::parse(Body(Get("/api/v1/projects/1/builds?limit=2")));
  EXPECT_EQ(first["builds"][0]["number"], 5);
  EXPECT_EQ(first["next_before"], 4);
  const json last = json::parse(Body(Get("/api/v1/projects/1/builds?limit=3&before=4")));
  EXPECT_EQ(last["builds"].size(), 3U);
  EXPECT_EQ(last["next_before"], nullptr);
  for (const char* query :
       {"limit=0", "limit=101", "limit=x", "before=0", "before=-1", "ref=%ff"}) {
    EXPECT_EQ(StatusOf(Get(absl::StrCat("/api/v1/projects/1/builds?", query))), 400) << query;
  }
}

// --- stored logs

TEST_F(GatewayTest, ALogIsServedFromAnOffsetExactlyAsItIs) {
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

TEST_F(GatewayTest, ALogThatIsNotThereIs404AndOneWithoutBytesIsEmpty) {
  builds_.Put(1, build::v1::STATE_PENDING);
  const std::string path = "/api/v1/projects/1/builds/1/jobs/1/log";
  EXPECT_EQ(Header(Get(path), "Kozmic-Log-Size"), "0");
  EXPECT_EQ(StatusOf(Get(path + "?attempt=3")), 404);
  EXPECT_EQ(StatusOf(Get(path + "?attempt=0")), 400);
  EXPECT_EQ(StatusOf(Get(path + "?offset=-1")), 400);
  EXPECT_EQ(StatusOf(Get("/api/v1/projects/1/builds/1/jobs/2/log")), 404);
  EXPECT_EQ(StatusOf(Get("/api/v1/projects/1/builds/2/jobs/1/log")), 404);
}

TEST_F(GatewayTest, ALogThatBreaksOnItsWayDoesNotLookWhole) {
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

TEST_F(GatewayTest, SlowDownloadsLeaveRoomForOthers) {
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
  EXPECT_EQ(json::parse(Body(refused))["code"], "too_many_downloads");
  EXPECT_EQ(Header(refused, "Retry-After"), "1");
  EXPECT_EQ(StatusOf(Post("/_hooks/hook/12/", "{}")), 200);
  slow.clear();
  const std::string end = absl::StrCat(path, "?offset=", (32 << 20) - 1);
  EXPECT_TRUE(Eventually([&] { return Body(Get(end)) == "x"; })) << "their places are free again";
}

// --- live streams

// A browser's stream: collects events.
class Viewer {
 public:
  Viewer(int port, const std::string& query, const std::string& headers = "") : client_(port) {
    client_.Send(http::Get("/api/v1/stream?" + query, kCookie + headers));
    EXPECT_TRUE(client_.ReadUntil("\r\n\r\n"));
    EXPECT_EQ(StatusOf(client_.received), 200);
    EXPECT_EQ(Header(client_.received, "Content-Type"), "text/event-stream");
    client_.received = Body(client_.received);
  }

  struct Event {
    std::string name, id;
    json data;
  };

  // The next event that is one; an empty name at the end.
  Event Next() {
    for (;;) {
      const size_t end = client_.received.find("\n\n");
      if (end == std::string::npos) {
        if (!client_.Read()) return {};
        continue;
      }
      Event event;
      for (absl::string_view line : absl::StrSplit(client_.received.substr(0, end), '\n')) {
        if (absl::ConsumePrefix(&line, "event: ")) event.name = std::string(line);
        if (absl::ConsumePrefix(&line, "id: ")) event.id = std::string(line);
        if (absl::ConsumePrefix(&line, "data: ")) event.data = json::parse(std::string(line));
      }
      client_.received.erase(0, end + 2);
      if (!event.name.empty()) return event;
    }
  }

  // Reads log events until `size` bytes of the log are here; each must follow the one before.
  std::string ReadLog(const std::string& log, size_t from, size_t size) {
    std::string bytes;
    while (from + bytes.size() < size) {
      const Event event = Next();
      if (event.name.empty()) return bytes + "<stream ended>";
      if (event.name != "log" || event.data["log"] != log) continue;
      EXPECT_EQ(event.data["offset"], from + bytes.size());
      std::string part;
      EXPECT_TRUE(absl::Base64Unescape(event.data["bytes"].get<std::string>(), &part));
      bytes += part;
      last_id = event.id;
    }
    return bytes;
  }

  RawClient& client() { return client_; }
  std::string last_id;

 private:
  RawClient client_;
};

TEST_F(GatewayTest, AStreamCarriesALogToItsEnd) {
  builds_.Put(1, build::v1::STATE_PENDING);
  logs_.Append(kLog, "hello\n");
  Viewer viewer(port(), "log=1/1/1/2@2");
  EXPECT_EQ(viewer.ReadLog("1/1/1/2", 2, 6), "llo\n");
  EXPECT_EQ(viewer.last_id, "6");
  logs_.Append(kLog, "more");
  EXPECT_EQ(viewer.ReadLog("1/1/1/2", 6, 10), "more");
  logs_.Seal(kLog);
  const Viewer::Event end = viewer.Next();
  EXPECT_EQ(end.name, "log_end");
  EXPECT_EQ(end.id, "10");
  EXPECT_EQ(end.data, json::parse(R"({"log": "1/1/1/2", "size": 10, "sha256": "abc123"})"));
}

TEST_F(GatewayTest, ManyViewersCostOneUpstream) {
  builds_.Put(1, build::v1::STATE_PENDING);
  std::vector<std::unique_ptr<Viewer>> viewers;
  for (int i = 0; i < 20; ++i) viewers.push_back(std::make_unique<Viewer>(port(), "log=1/1/1/2@0"));
  logs_.Append(kLog, "x");
  for (auto& viewer : viewers) EXPECT_EQ(viewer->ReadLog("1/1/1/2", 0, 1), "x");
  EXPECT_EQ(logs_.begun(), 1);
  viewers.clear();
  EXPECT_TRUE(Eventually([&] { return logs_.running() == 0; })) << "the last one ends it";
}

TEST_F(GatewayTest, ABrokenUpstreamLosesAndRepeatsNothing) {
  builds_.Put(1, build::v1::STATE_PENDING);
  logs_.SetPiece(777);
  Viewer viewer(port(), "log=1/1/1/2@0");
  std::string expected;
  for (int round = 0; round < 5; ++round) {
    std::string part;
    for (int i = 0; i < 3000; ++i) absl::StrAppend(&part, round, ":", i, "\n");
    logs_.Append(kLog, part);
    const std::string before = expected;
    expected += part;
    if (round % 2 == 0) logs_.Break();
    ASSERT_EQ(viewer.ReadLog("1/1/1/2", before.size(), expected.size()), part);
    logs_.Break();
  }
  EXPECT_GT(logs_.begun(), 4);
}

TEST_F(GatewayTest, AReconnectingBrowserGoesOnWhereItWas) {
  builds_.Put(1, build::v1::STATE_PENDING);
  builds_.AddJob(1, 2, 1);
  logs_.Append(kLog, "0123456789");
  logs_.Append("logs/1-1-2-1", "abc");
  std::string id;
  {
    Viewer first(port(), "log=1/1/1/2@0&log=1/1/2/1@0");
    first.ReadLog("1/1/1/2", 0, 10);
    while (first.last_id != "10,3") {
      const Viewer::Event event = first.Next();
      ASSERT_FALSE(event.name.empty());
      first.last_id = event.id;
    }
    id = first.last_id;
  }
  logs_.Append(kLog, "XYZ");
  Viewer second(port(), "log=1/1/1/2@0&log=1/1/2/1@0", "Last-Event-ID: " + id + "\r\n");
  EXPECT_EQ(second.ReadLog("1/1/1/2", 10, 13), "XYZ");
  EXPECT_EQ(second.last_id, "13,3");
}

TEST_F(GatewayTest, AProjectBeginsWithItsBuildsForEveryViewer) {
  builds_.Put(1, build::v1::STATE_SUCCESS);
  builds_.Put(2, build::v1::STATE_PENDING);
  Viewer first(port(), "project=1");
  Viewer::Event event = first.Next();
  EXPECT_EQ(event.name, "project");
  EXPECT_EQ(event.id, "");
  EXPECT_EQ(event.data["project_id"], 1);
  EXPECT_EQ(event.data["builds"].size(), 2U);
  builds_.Put(2, build::v1::STATE_FAILURE);
  event = first.Next();
  ASSERT_EQ(event.data["builds"].size(), 1U);
  EXPECT_EQ(event.data["builds"][0]["status"], "failure");

  Viewer second(port(), "project=1");
  event = second.Next();
  EXPECT_EQ(event.data["revision"], 3);
  EXPECT_EQ(event.data["builds"].size(), 2U);
  EXPECT_EQ(event.data["builds"][0]["status"], "failure");
  EXPECT_EQ(builds_.watches(), 1);

  builds_.Break();
  builds_.Put(3, build::v1::STATE_ENQUEUED);
  for (Viewer* viewer : {&first, &second}) {
    event = viewer->Next();
    EXPECT_EQ(event.data["builds"][0]["number"], 3) << "what changed during a break arrives";
  }
}

TEST_F(GatewayTest, AProjectWithoutBuildsHasASnapshotToo) {
  Viewer viewer(port(), "project=1");
  EXPECT_EQ(viewer.Next().data, json::parse(R"({"project_id": 1, "revision": 0, "builds": []})"));
}

TEST_F(GatewayTest, StreamsAreForMembersOnOurOwnPages) {
  const auto status = [&](const std::string& query, const std::string& headers = "") {
    return StatusOf(Get("/api/v1/stream?" + query, kCookie + headers));
  };
  EXPECT_EQ(status("project=2"), 404);
  EXPECT_EQ(status("log=2/1/1/1@0"), 404);
  EXPECT_EQ(status("project=1&log=2/1/1/1@0"), 404);
  EXPECT_EQ(status("project=1", "Origin: https://evil.example\r\n"), 403);
  EXPECT_EQ(status("project=1", "Origin: null\r\n"), 403);
  EXPECT_EQ(status("log=1/1/1/1@0", "Last-Event-ID: x\r\n"), 400);
  EXPECT_EQ(status("log=1/1/1/1@0", "Last-Event-ID: 1,2\r\n"), 400);
  EXPECT_EQ(status("log=1/1/1@0"), 400);
  EXPECT_EQ(status("project=abc"), 400);
  EXPECT_EQ(status(""), 400);
}

TEST_F(GatewayTest, ALogThatWillNeverBeIsNotStreamed) {
  builds_.Put(1, build::v1::STATE_PENDING);
  for (const char* log : {"1/2/1/1", "1/1/2/1", "1/1/1/3"}) {
    EXPECT_EQ(StatusOf(Get(absl::StrCat("/api/v1/stream?log=", log, "@0"))), 404) << log;
    EXPECT_EQ(StatusOf(Get(absl::StrCat("/api/v1/stream?log=1/1/1/2@0&log=", log, "@0"))), 404);
  }
  EXPECT_EQ(logs_.begun(), 0) << "nothing waits for it";
  Viewer earlier(port(), "log=1/1/1/1@0");
  logs_.Append("logs/1-1-1-1", "x");
  EXPECT_EQ(earlier.ReadLog("1/1/1/1", 0, 1), "x");
}

TEST_F(GatewayTest, AnOffsetBeyondTheEndHoldsUpNobodyElse) {
  builds_.Put(1, build::v1::STATE_PENDING);
  logs_.Append(kLog, "hello");
  Viewer beyond(port(), "log=1/1/1/2@1000000");
  ASSERT_TRUE(Eventually([&] { return logs_.begun() == 1; }));
  Viewer viewer(port(), "log=1/1/1/2@5");
  logs_.Append(kLog, " world");
  EXPECT_EQ(viewer.ReadLog("1/1/1/2", 5, 11), " world");
  logs_.Seal(kLog);
  for (Viewer* one : {&viewer, &beyond}) {
    const Viewer::Event end = one->Next();
    EXPECT_EQ(end.name, "log_end");
    EXPECT_EQ(end.id, "11");
  }
}

TEST_F(GatewayTest, StoppingClosesStreams) {
  builds_.Put(1, build::v1::STATE_PENDING);
  Viewer viewer(port(), "log=1/1/1/2@0");
  gateway_->Stop(absl::Seconds(5));
  viewer.client().ReadToEnd();
  EXPECT_TRUE(viewer.client().at_end());
  EXPECT_TRUE(Eventually([&] { return logs_.running() == 0; }));
}

}  // namespace
}  // namespace kozmic::gateway
