#include "lib/outgoing/http_poster.h"

#include <atomic>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lib/testing/http_server.h"
#include "lib/testing/raw_server.h"

namespace kozmic {
namespace {

HttpPoster Poster(absl::Duration timeout = absl::Seconds(10)) {
  return HttpPoster({.rules = *AddressRules::Make({"127.0.0.0/8"}), .timeout = timeout});
}

std::string UrlOf(const RawServer& server) {
  return absl::StrCat("http://127.0.0.1:", server.port(), "/");
}

TEST(HttpPosterTest, PostsJson) {
  TestHttpServer other;
  httplib::Request seen;
  other.server().Post("/hook", [&](const httplib::Request& request, httplib::Response& response) {
    seen = request;
    response.status = 202;
  });
  other.Start();
  const auto status = Poster().Post({.url = other.url() + "/hook?a=1",
                                     .headers = {{"X-Kozmic-Event", "build"}},
                                     .body = std::string("{\"a\":\"\xC3\xA9\"}")});
  ASSERT_TRUE(status.ok()) << status.status();
  EXPECT_EQ(*status, 202);
  EXPECT_EQ(seen.body, "{\"a\":\"\xC3\xA9\"}");
  EXPECT_EQ(seen.get_header_value("Content-Type"), "application/json");
  EXPECT_EQ(seen.get_header_value("X-Kozmic-Event"), "build");
  EXPECT_TRUE(absl::StartsWith(seen.get_header_value("User-Agent"), "Kozmic-CI/"));
}

TEST(HttpPosterTest, RedirectsAreNotFollowed) {
  TestHttpServer other;
  std::atomic<int> followed = 0;
  other.server().Post("/", [&](const httplib::Request&, httplib::Response& response) {
    response.set_redirect("/elsewhere", 307);
  });
  other.server().Post("/elsewhere",
                      [&](const httplib::Request&, httplib::Response&) { ++followed; });
  other.Start();
  EXPECT_EQ(*Poster().Post({.url = other.url() + "/"}), 307);
  EXPECT_EQ(followed, 0);
}

TEST(HttpPosterTest, NobodyIsCalledInNetworksThatAreNotNamed) {
  std::atomic<int> called = 0;
  const RawServer server([&](int) { ++called; });
  const HttpPoster strict({});
  for (const std::string host : {"127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]",
                                 "[::ffff:127.0.0.1]", "0.0.0.0"}) {
    for (const char* scheme : {"http", "https"}) {
      const auto status =
          strict.Post({.url = absl::StrCat(scheme, "://", host, ":", server.port(), "/")}).status();
      EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << host << " " << status;
    }
  }
  EXPECT_EQ(called, 0);
}

TEST(HttpPosterTest, ProxiesOfTheEnvironmentAreNotUsed) {
  std::atomic<int> called = 0;
  const RawServer proxy([&](int) { ++called; });
  const std::string url = UrlOf(proxy);
  setenv("http_proxy", url.c_str(), 1);
  setenv("https_proxy", url.c_str(), 1);
  EXPECT_EQ(HttpPoster({}).Post({.url = "https://10.0.0.1/"}).status().code(),
            absl::StatusCode::kFailedPrecondition);
  unsetenv("http_proxy");
  unsetenv("https_proxy");
  EXPECT_EQ(called, 0);
}

TEST(HttpPosterTest, AnAnswerIsCapped) {
  const RawServer server([](int socket) {
    RawServer::ReadHead(socket);
    RawServer::Write(socket, "HTTP/1.1 200 OK\r\n\r\n");
    const std::string piece(4096, 'x');
    while (RawServer::Write(socket, piece)) {
    }
  });
  const absl::Status status = Poster().Post({.url = UrlOf(server)}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(absl::StrContains(status.message(), "larger than")) << status;
}

TEST(HttpPosterTest, EndlessHeadersAreCappedToo) {
  const RawServer server([](int socket) {
    RawServer::ReadHead(socket);
    RawServer::Write(socket, "HTTP/1.1 200 OK\r\n");
    while (RawServer::Write(socket, "X-More: and more and more\r\n")) {
    }
  });
  EXPECT_EQ(Poster().Post({.url = UrlOf(server)}).status().code(), absl::StatusCode::kUnavailable);
}

TEST(HttpPosterTest, WhoDoesNotAnswerIsLeft) {
  const RawServer server([](int socket) {
    RawServer::ReadHead(socket);
    RawServer::WaitForClose(socket);
  });
  const absl::Status status = Poster(absl::Milliseconds(200)).Post({.url = UrlOf(server)}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
}

TEST(HttpPosterTest, BadInputsAreRefused) {
  for (const char* url :
       {"", "example.org", "ftp://example.org/", "file:///etc/passwd", "https://", "https:///x",
        "https:/x", "gopher://example.org/", "https://user:secret@example.org/",
        "https://user@example.org/", "https://example.org/a b", "https://example.org/\r\nX: y",
        "https://ex\xC3\xA4mple.org/", "https://example.org:99999/"}) {
    EXPECT_EQ(Poster().CheckUrl(url).code(), absl::StatusCode::kInvalidArgument) << url;
    EXPECT_EQ(Poster().Post({.url = url}).status().code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_FALSE(Poster().CheckUrl("https://example.org/" + std::string(2000, 'a')).ok());
  EXPECT_EQ(Poster()
                .Post({.url = "https://127.0.0.1/", .headers = {{"X-A", "b\r\nX-C: d"}}})
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(HttpPosterTest, WhatCanNeverBeCalledIsSeenAtOnce) {
  const HttpPoster strict({});
  EXPECT_TRUE(strict.CheckUrl("https://example.org/hooks?x=1").ok());
  EXPECT_FALSE(strict.CheckUrl("http://example.org/").ok());
  EXPECT_FALSE(strict.CheckUrl("https://127.0.0.1/").ok());
  EXPECT_FALSE(strict.CheckUrl("https://[::1]/").ok());
  EXPECT_FALSE(strict.CheckUrl("https://169.254.169.254/latest").ok());
  EXPECT_TRUE(Poster().CheckUrl("http://127.0.0.1/").ok());
  EXPECT_TRUE(Poster().CheckUrl("http://hooks.internal/").ok()) << "its address is not known yet";
  EXPECT_FALSE(Poster().CheckUrl("http://1.1.1.1/").ok());
}

}  // namespace
}  // namespace kozmic
