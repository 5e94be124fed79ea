#include "lib/github/http_client.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "lib/testing/free_port.h"
#include "lib/testing/http_server.h"
#include "lib/testing/raw_server.h"

namespace kozmic::github {
namespace {

HttpClient ClientOf(const std::string& url, absl::Duration timeout = absl::Seconds(10)) {
  return HttpClient({.base_url = url, .call_timeout = timeout});
}

HttpRequest Get(const std::string& target) { return {.method = "GET", .target = target}; }

class HttpClientTest : public ::testing::Test {
 protected:
  absl::StatusOr<HttpAnswer> GetFrom(const std::string& target) {
    return ClientOf(host_.url() + "/api/v3").Send(Get(target));
  }

  TestHttpServer host_;
};

TEST_F(HttpClientTest, SendsBelowTheBaseUrlAndReturnsTheWholeAnswer) {
  host_.server().Post("/api/v3/x", [](const httplib::Request& request, httplib::Response& answer) {
    answer.status = 418;
    answer.set_header("X-Custom", "yes");
    answer.set_content(request.get_header_value("Kind") + " " + request.body, "text/plain");
    EXPECT_EQ(request.get_header_value("User-Agent").substr(0, 10), "Kozmic-CI/");
  });
  host_.Start();
  const auto answer = ClientOf(host_.url() + "/api/v3")
                          .Send({.method = "POST",
                                 .target = "/x",
                                 .headers = {{"Kind", "good"}},
                                 .body = "day",
                                 .content_type = "text/plain"});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->status, 418);
  EXPECT_EQ(answer->body, "good day");
  EXPECT_EQ(answer->Header("x-custom"), "yes");
  EXPECT_EQ(answer->Header("absent"), "");
}

TEST_F(HttpClientTest, FollowsRedirectsOnTheSameServer) {
  host_.server().Get("/api/v3/old", [&](const httplib::Request&, httplib::Response& answer) {
    answer.status = 301;
    answer.set_header("Location", host_.url() + "/api/v3/repositories/7");
  });
  host_.server().Get("/api/v3/repositories/7",
                     [](const httplib::Request& request, httplib::Response& answer) {
                       answer.set_content(request.get_header_value("Authorization"), "text/plain");
                     });
  host_.Start();
  const auto answer =
      ClientOf(host_.url() + "/api/v3")
          .Send({.method = "GET", .target = "/old", .headers = {{"Authorization", "Bearer t"}}});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->body, "Bearer t");
}

TEST_F(HttpClientTest, NeverFollowsToAnotherServer) {
  for (const std::string location :
       {"http://localhost:1/x", "//localhost/x", "https://127.0.0.1/x", "x", ""}) {
    host_.server().Get("/api/v3/" + std::to_string(location.size()),
                       [=](const httplib::Request&, httplib::Response& answer) {
                         answer.status = 307;
                         answer.set_header("Location", location);
                       });
  }
  // The port of a longer number begins with ours.
  host_.server().Get("/api/v3/port", [&](const httplib::Request&, httplib::Response& answer) {
    answer.status = 307;
    answer.set_header("Location", host_.url() + "0/x");
  });
  host_.Start();
  for (const std::string target : {"/20", "/13", "/19", "/1", "/0", "/port"}) {
    const auto answer = GetFrom(target);
    EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable) << target;
    EXPECT_NE(answer.status().message().find("another server"), absl::string_view::npos)
        << target << " " << answer.status();
  }
}

TEST_F(HttpClientTest, GivesUpOnRedirectsInCircles) {
  int asked = 0;
  host_.server().Get("/api/v3/a", [&](const httplib::Request&, httplib::Response& answer) {
    ++asked;
    answer.status = 302;
    answer.set_header("Location", "/api/v3/a");
  });
  host_.Start();
  EXPECT_EQ(GetFrom("/a").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(asked, 4);
}

TEST_F(HttpClientTest, CapsAnswers) {
  host_.server().Get("/api/v3/large", [](const httplib::Request&, httplib::Response& answer) {
    answer.set_content(std::string((10 << 20) + 1, 'x'), "text/plain");
  });
  host_.server().Get("/api/v3/limit", [](const httplib::Request&, httplib::Response& answer) {
    answer.set_content(std::string(10 << 20, 'x'), "text/plain");
  });
  host_.Start();
  EXPECT_EQ(GetFrom("/large").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(GetFrom("/limit")->body.size(), 10u << 20);
}

TEST_F(HttpClientTest, KnowsWhatLiesBelowItsBaseUrl) {
  const HttpClient client({.base_url = "https://h:8/api/v3"});
  EXPECT_EQ(client.TargetOf("https://h:8/api/v3/x?page=2"), "/x?page=2");
  for (const char* url : {"https://h:8/api/v3", "https://h:8/api/v31/x", "https://h:8/x",
                          "https://h:80/api/v3/x", "http://h:8/api/v3/x", "/api/v3/x", "/x", "",
                          "https://h:8@evil/api/v3/x", "https://evil/https://h:8/api/v3/x"}) {
    EXPECT_EQ(client.TargetOf(url), std::nullopt) << url;
  }
}

TEST_F(HttpClientTest, AHeadThatWouldBreakItsLinesIsNotSent) {
  host_.server().Get("/api/v3/x", [](const httplib::Request&, httplib::Response&) {});
  host_.Start();
  const HttpClient client = ClientOf(host_.url() + "/api/v3");
  const HttpRequest good = Get("/x");
  ASSERT_TRUE(client.Send(good).ok());
  for (const std::string& bad :
       {std::string("a\r\nX-Evil: 1"), std::string("a\n"), std::string("a\0b", 3)}) {
    HttpRequest request = good;
    request.target += bad;
    EXPECT_EQ(client.Send(request).status().code(), absl::StatusCode::kInvalidArgument);
    request = good;
    request.headers.emplace("Kind", bad);
    EXPECT_EQ(client.Send(request).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

// Calls over one connection that come to different ends.
TEST_F(HttpClientTest, AConnectionOutlivesAFailedCall) {
  host_.server().Get("/api/v3/large", [](const httplib::Request&, httplib::Response& answer) {
    answer.set_content(std::string((10 << 20) + 1, 'x'), "text/plain");
  });
  host_.server().Get("/api/v3/small", [](const httplib::Request&, httplib::Response& answer) {
    answer.set_content("small", "text/plain");
  });
  host_.Start();
  const HttpClient client = ClientOf(host_.url() + "/api/v3");
  HttpClient::Connection connection(client);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(connection.Send(Get("/small"), absl::Now() + absl::Seconds(10))->body, "small");
    EXPECT_EQ(connection.Send(Get("/large"), absl::Now() + absl::Seconds(10)).status().code(),
              absl::StatusCode::kUnavailable);
    EXPECT_EQ(connection.Send(Get("/small"), absl::Now()).status().code(),
              absl::StatusCode::kUnavailable);
  }
}

TEST(HttpClientFaultTest, AnUnmodifiedAnswerHasNoBodyToWaitFor) {
  for (const std::string length : {"", "Content-Length: 500\r\n"}) {
    RawServer server([&](int socket) {
      RawServer::ReadHead(socket);
      RawServer::Write(socket, "HTTP/1.1 304 Not Modified\r\nETag: \"e\"\r\n" + length + "\r\n");
      RawServer::WaitForClose(socket);
    });
    const auto answer = ClientOf(absl::StrCat("http://127.0.0.1:", server.port())).Send(Get("/"));
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->status, 304);
    EXPECT_EQ(answer->Header("etag"), "\"e\"");
    EXPECT_EQ(answer->body, "");
  }
}

TEST(HttpClientFaultTest, NobodyListens) {
  const int port = FreePort();
  EXPECT_EQ(ClientOf(absl::StrCat("http://127.0.0.1:", port)).Send(Get("/")).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST(HttpClientFaultTest, AnswerIsCutOff) {
  RawServer server([](int socket) {
    RawServer::ReadHead(socket);
    RawServer::Write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\":");
  });
  EXPECT_EQ(
      ClientOf(absl::StrCat("http://127.0.0.1:", server.port())).Send(Get("/")).status().code(),
      absl::StatusCode::kUnavailable);
}

TEST(HttpClientFaultTest, ASilentServerTimesOut) {
  RawServer server([](int socket) { RawServer::WaitForClose(socket); });
  const absl::Time start = absl::Now();
  EXPECT_EQ(ClientOf(absl::StrCat("http://127.0.0.1:", server.port()), absl::Milliseconds(200))
                .Send(Get("/"))
                .status()
                .code(),
            absl::StatusCode::kUnavailable);
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
}

TEST(HttpClientFaultTest, ATricklingServerTimesOutToo) {
  for (const std::string drip : {"X-Drip: 1\r\n", ""}) {
    RawServer server([&](int socket) {
      RawServer::ReadHead(socket);
      RawServer::Write(socket, "HTTP/1.1 200 OK\r\n");
      if (drip.empty()) RawServer::Write(socket, "Content-Length: 1000000\r\n\r\n");
      // The pace of the server under test's hand; nothing waits for it.
      while (RawServer::Write(socket, drip.empty() ? "x" : drip)) {
        absl::SleepFor(absl::Milliseconds(20));
      }
    });
    const absl::Time start = absl::Now();
    EXPECT_EQ(ClientOf(absl::StrCat("http://127.0.0.1:", server.port()), absl::Milliseconds(300))
                  .Send(Get("/"))
                  .status()
                  .code(),
              absl::StatusCode::kUnavailable);
    EXPECT_LT(absl::Now() - start, absl::Seconds(5));
  }
}

TEST(HttpClientFaultTest, ACertificateThatNobodyVouchesForIsRefused) {
  const std::string folder = std::getenv("TEST_TMPDIR");
  const std::string make = absl::StrCat(
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj "
      "/CN=localhost -keyout ",
      folder, "/key.pem -out ", folder, "/cert.pem 2>/dev/null");
  ASSERT_EQ(std::system(make.c_str()), 0);
  int served = 0;
  TestHttpServer host(std::make_unique<httplib::SSLServer>((folder + "/cert.pem").c_str(),
                                                           (folder + "/key.pem").c_str()));
  host.server().Get("/", [&](const httplib::Request&, httplib::Response&) { ++served; });
  host.Start();
  EXPECT_EQ(
      ClientOf(absl::StrCat("https://localhost:", host.port())).Send(Get("/")).status().code(),
      absl::StatusCode::kUnavailable);
  EXPECT_EQ(served, 0);
}

}  // namespace
}  // namespace kozmic::github
