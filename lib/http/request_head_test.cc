#include "lib/http/request_head.h"

#include <gtest/gtest.h>

namespace kozmic::http {
namespace {

std::variant<RequestHead, Rejection> Parse(absl::string_view head) {
  return ParseRequestHead(head, HeadLimits());
}

// 0: accepted.
int Refusal(absl::string_view head) {
  const auto parsed = Parse(head);
  const auto* rejection = std::get_if<Rejection>(&parsed);
  return rejection == nullptr ? 0 : rejection->status;
}

std::string Post(absl::string_view headers) {
  return absl::StrCat("POST / HTTP/1.1\r\nHost: a\r\n", headers, "\r\n");
}

TEST(RequestHeadTest, ReadsWhatIsWellFormed) {
  const auto parsed = Parse(
      "GET /a?b=c HTTP/1.1\r\nHost: Example.COM:80\r\nX-Y:  z \r\nAccept-Encoding: br\r\n\r\n");
  const auto& head = std::get<RequestHead>(parsed);
  EXPECT_EQ(head.method, "GET");
  EXPECT_EQ(head.target, "/a?b=c");
  EXPECT_EQ(head.host, "example.com:80");
  EXPECT_EQ(head.headers.find("x-y")->second, "z");
  EXPECT_EQ(head.accept_encoding, "br");
  EXPECT_EQ(head.framing, Framing::kNone);
  EXPECT_TRUE(head.keep_alive);
}

TEST(RequestHeadTest, WithholdsWhatCouldDeceiveAHandler) {
  const auto parsed = Parse(
      "GET / HTTP/1.1\r\nHost: a\r\nREMOTE_ADDR: 10.0.0.1\r\nAccept-Encoding: br\r\n"
      "Range: bytes=0-1\r\nConnection: keep-alive\r\n\r\n");
  const auto& head = std::get<RequestHead>(parsed);
  EXPECT_EQ(head.headers.size(), 1U) << "only Host";
  EXPECT_EQ(head.range, "bytes=0-1");
  EXPECT_EQ(head.if_range, "");
}

TEST(RequestHeadTest, ConnectionHeaderAndVersionDecideKeepAlive) {
  EXPECT_FALSE(
      std::get<RequestHead>(Parse("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n"))
          .keep_alive);
  EXPECT_FALSE(std::get<RequestHead>(Parse("GET / HTTP/1.0\r\n\r\n")).keep_alive);
}

struct Case {
  const char* name;
  std::string head;
  int status;
};

class StrictFramingTest : public testing::TestWithParam<Case> {};

TEST_P(StrictFramingTest, Answers) { EXPECT_EQ(Refusal(GetParam().head), GetParam().status); }

INSTANTIATE_TEST_SUITE_P(
    RequestHead, StrictFramingTest,
    testing::Values(
        Case{"length", Post("Content-Length: 5\r\n"), 0},
        Case{"chunked", Post("Transfer-Encoding: chunked\r\n"), 0},
        Case{"both_lengths", Post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400},
        Case{"duplicate_length", Post("Content-Length: 5\r\nContent-Length: 5\r\n"), 400},
        Case{"list_length", Post("Content-Length: 5, 5\r\n"), 400},
        Case{"signed_length", Post("Content-Length: +5\r\n"), 400},
        Case{"negative_length", Post("Content-Length: -5\r\n"), 400},
        Case{"hex_length", Post("Content-Length: 0x5\r\n"), 400},
        Case{"empty_length", Post("Content-Length:\r\n"), 400},
        Case{"overflowing_length", Post("Content-Length: 18446744073709551617\r\n"), 400},
        Case{"other_coding", Post("Transfer-Encoding: gzip, chunked\r\n"), 400},
        Case{"coding_twice", Post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"),
             400},
        Case{"space_before_colon", Post("Content-Length : 5\r\n"), 400},
        Case{"no_length", Post(""), 411},
        Case{"gzip_body", Post("Content-Length: 5\r\nContent-Encoding: gzip\r\n"), 415},
        Case{"odd_expectation", Post("Content-Length: 5\r\nExpect: 200-ok\r\n"), 417},
        Case{"folded_line", Post("Content-Length: 5\r\nX: a\r\n b\r\n"), 400},
        Case{"nul_in_value", Post(absl::string_view("Content-Length: 5\r\nX: a\0b\r\n", 28)), 400},
        Case{"bare_return", Post("Content-Length: 5\r\nX: a\rTransfer-Encoding: chunked\r\n"), 400},
        Case{"no_host", "GET / HTTP/1.1\r\n\r\n", 400},
        Case{"two_hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        Case{"absolute_target", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        Case{"space_in_target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        Case{"unknown_method", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
        Case{"connect", "CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
        Case{"http_2", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
        Case{"no_version", "GET /\r\nHost: a\r\n\r\n", 400},
        Case{"two_csrf_tokens",
             "GET / HTTP/1.1\r\nHost: a\r\nX-CSRF-Token: a\r\nX-CSRF-Token: b\r\n\r\n", 400},
        Case{"two_signatures",
             Post("Content-Length: 5\r\nX-Hub-Signature-256: a\r\n"
                  "X-Hub-Signature-256: b\r\n"),
             0}),
    [](const auto& info) { return info.param.name; });

TEST(HeadScannerTest, FindsTheEndWhateverTheSplit) {
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  HeadScanner scanner{HeadLimits()};
  for (size_t n = 1; n < head.size(); ++n) {
    EXPECT_EQ(std::get<size_t>(scanner.Scan(head.substr(0, n))), 0U);
  }
  EXPECT_EQ(std::get<size_t>(scanner.Scan(head + "next")), head.size());
}

TEST(HeadScannerTest, RefusesABareNewline) {
  HeadScanner scanner{HeadLimits()};
  EXPECT_EQ(std::get<Rejection>(scanner.Scan("GET / HTTP/1.1\nHost: a\n\n")).status, 400);
}

TEST(HeadScannerTest, RefusesALongTargetBeforeItsEnd) {
  HeadScanner scanner{HeadLimits()};
  EXPECT_EQ(std::get<Rejection>(scanner.Scan("GET /" + std::string(2200, 'a'))).status, 414);
}

TEST(HeadScannerTest, RefusesALongHeadBeforeItsEnd) {
  HeadScanner scanner{HeadLimits()};
  const std::string head = "GET / HTTP/1.1\r\nX: " + std::string(33000, 'a');
  EXPECT_EQ(std::get<Rejection>(scanner.Scan(head)).status, 431);
}

TEST(RequestHeadTest, RefusesTooManyHeaders) {
  std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 100; ++i) head += "a: b\r\n";
  EXPECT_EQ(Refusal(head + "\r\n"), 431);
}

}  // namespace
}  // namespace kozmic::http
