#include "lib/http/hardened_server.h"

#include <dirent.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/http/raw_client.h"

namespace kozmic::http {
namespace {

int ThreadCount() {
  int count = 0;
  DIR* tasks = ::opendir("/proc/self/task");
  while (::readdir(tasks) != nullptr) ++count;
  ::closedir(tasks);
  return count;
}

size_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  size_t total = 0, resident = 0;
  statm >> total >> resident;
  return resident * 4096;
}

absl::Duration CpuTime() {
  rusage usage;
  ::getrusage(RUSAGE_SELF, &usage);
  return absl::DurationFromTimeval(usage.ru_utime) + absl::DurationFromTimeval(usage.ru_stime);
}

void Echo(Exchange& exchange) {
  exchange.response.set_content(exchange.request.body, "application/octet-stream");
}

class HardenedServerTest : public testing::Test {
 protected:
  void SetUp() override { Serve({}); }

  void Serve(ServerOptions options) {
    server_.reset();
    auto server = HardenedServer::Listen(std::move(options));
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    server_->Route("GET", "/hello", [](Exchange& exchange) {
      exchange.response.set_content("hello", "text/plain");
    });
    server_->Route("GET", "/json", [](Exchange& exchange) {
      exchange.response.set_content(std::string(50000, 'j'), "application/json");
    });
    server_->Route("POST", "/echo", {.max_body_bytes = 1000}, Echo);
    server_->Route("POST", "/big", {.max_body_bytes = 25 << 20}, Echo);
    server_->Route("POST", "/flat",
                   {.max_body_bytes = 25 << 20, .body_timeout = absl::Milliseconds(500)}, Echo);
    server_->Route("POST", "/hook", {.content_type = "application/json"}, Echo);
    server_->Route("GET", "/probe", {.any_host = true},
                   [](Exchange& exchange) { exchange.response.set_content("ok", "text/plain"); });
    server_->Route("GET", "/throws", [](Exchange&) { throw std::runtime_error("secret-text"); });
    server_->Route("GET", "/throws/odd", [](Exchange&) { throw 7; });
    server_->Route("GET", "/provider-throws", [](Exchange& exchange) {
      exchange.response.set_content_provider(10, "text/plain",
                                             [](size_t, size_t, httplib::DataSink&) -> bool {
                                               throw std::runtime_error("secret-text");
                                             });
    });
    server_->Route("GET", "/late-throw", [](Exchange& exchange) {
      exchange.response.set_chunked_content_provider(
          "text/plain", [](size_t offset, httplib::DataSink& sink) -> bool {
            if (offset > 0) throw std::runtime_error("secret-text");
            const std::string data(200000, 'a');
            return sink.write(data.data(), data.size());
          });
    });
    server_->Route("GET", "/who", [](Exchange& exchange) {
      exchange.response.set_content(
          absl::StrCat(exchange.client_ip, " ", exchange.request.get_header_value("REMOTE_ADDR"),
                       " ", exchange.request.remote_addr),
          "text/plain");
    });
    server_->Route("GET", "/stack", [](Exchange& exchange) {
      pthread_attr_t attributes;
      size_t size = 0;
      pthread_getattr_np(pthread_self(), &attributes);
      pthread_attr_getstacksize(&attributes, &size);
      pthread_attr_destroy(&attributes);
      exchange.response.set_content(std::to_string(size), "text/plain");
    });
    server_->Route("GET", "/huge", [](Exchange& exchange) {
      exchange.response.set_content(std::string(32 << 20, 'x'), "text/plain");
    });
    server_->Route("GET", "/wait", [this](Exchange& exchange) {
      waiting_.fetch_add(1);
      may_go_on_.wait();
      exchange.response.set_content("waited", "text/plain");
    });
    server_->Route("GET", "/split", [](Exchange& exchange) {
      exchange.response.headers.emplace("X-Good", "1");
      exchange.response.set_header("X-Bad", "a\r\nX-Evil: 1");
    });
    server_->Start();
  }

  int port() const { return server_->port(); }
  std::string Send(absl::string_view request) { return Ask(port(), request); }
  bool IsAlive() { return absl::EndsWith(Send(Get("/hello")), "hello"); }

  std::unique_ptr<HardenedServer> server_;
  std::atomic<int> waiting_{0};
  std::promise<void> go_on_;
  std::shared_future<void> may_go_on_ = go_on_.get_future().share();
};

// --- rate and keep-alive

TEST_F(HardenedServerTest, AnswersAreNotHeldBackByNagle) {
  RawClient client(port());
  const absl::Time start = absl::Now();
  for (int i = 0; i < 200; ++i) {
    client.Send(Get("/hello"));
    ASSERT_EQ(StatusOf(client.ReadAnswer()), 200);
  }
  EXPECT_LT(absl::Now() - start, absl::Seconds(4)) << "with Nagle each answer takes 44 ms";
}

TEST_F(HardenedServerTest, OneConnectionServesManyRequests) {
  RawClient client(port());
  for (int i = 0; i < 50; ++i) {
    client.Send(Get("/hello"));
    const std::string answer = client.ReadAnswer();
    ASSERT_TRUE(absl::EndsWith(answer, "hello")) << i;
    ASSERT_FALSE(absl::StrContains(answer, "Connection: close"));
  }
  EXPECT_EQ(server_->connections(), 1U);
}

TEST_F(HardenedServerTest, ConnectionCloseIsObeyed) {
  RawClient client(port());
  client.Send(Get("/hello", "Connection: close\r\n"));
  EXPECT_TRUE(absl::StrContains(client.ReadToEnd(), "Connection: close"));
  EXPECT_TRUE(client.at_end());
}

TEST_F(HardenedServerTest, ABurstOfConnectionsIsTaken) {
  const absl::Time start = absl::Now();
  std::vector<RawClient> clients;
  for (int i = 0; i < 400; ++i) clients.emplace_back(port());
  for (RawClient& client : clients) {
    ASSERT_GE(client.fd(), 0);
    client.Send(Get("/hello"));
  }
  for (RawClient& client : clients) ASSERT_EQ(StatusOf(client.ReadAnswer()), 200);
  EXPECT_LT(absl::Now() - start, absl::Seconds(5)) << "a backlog of 5 costs seconds of retries";
}

TEST_F(HardenedServerTest, AThousandIdleConnectionsCostNeitherThreadsNorCpu) {
  std::vector<RawClient> clients;
  for (int i = 0; i < 1000; ++i) clients.emplace_back(port());
  for (int i = 0; i < 1000; i += 10) {
    clients[i].Send(Get("/hello"));
    ASSERT_EQ(StatusOf(clients[i].ReadAnswer()), 200);
  }
  ASSERT_TRUE(Eventually([&] { return server_->connections() == 1000; }));
  EXPECT_LT(ThreadCount(), 20);
  const absl::Duration before = CpuTime();
  EXPECT_FALSE(clients[0].Read(std::chrono::milliseconds(1000)));
  EXPECT_LT(CpuTime() - before, absl::Milliseconds(100)) << "idle connections are polled";
  EXPECT_TRUE(IsAlive());
}

TEST_F(HardenedServerTest, MoreConnectionsThanWorkersAreServedAtOnce) {
  Serve({.workers = 2});
  std::vector<RawClient> idle;
  for (int i = 0; i < 9; ++i) idle.emplace_back(port());
  const absl::Time start = absl::Now();
  EXPECT_TRUE(IsAlive());
  EXPECT_LT(absl::Now() - start, absl::Seconds(2));
}

TEST_F(HardenedServerTest, AnIdleConnectionIsClosedInTheEnd) {
  Serve({.idle_timeout = absl::Milliseconds(100)});
  RawClient client(port());
  client.Send(Get("/hello"));
  client.ReadAnswer();
  EXPECT_EQ(client.ReadToEnd(), "");
  EXPECT_TRUE(client.at_end());
}

// --- slow and large requests

TEST_F(HardenedServerTest, SlowlorisHoldsNoThreadAndIsCutOff) {
  Serve({.head_timeout = absl::Milliseconds(500), .workers = 4});
  std::vector<RawClient> slow;
  for (int i = 0; i < 500; ++i) {
    slow.emplace_back(port());
    slow.back().Send("GET / HTTP/1.1\r\nX-a: ");
  }
  EXPECT_TRUE(IsAlive());
  EXPECT_LT(ThreadCount(), 20);
  for (RawClient& client : slow) {
    client.Send("b");
    EXPECT_EQ(StatusOf(client.ReadToEnd()), 408);
    client.Close();
  }
  EXPECT_TRUE(Eventually([&] { return server_->connections() == 0; }));
}

TEST_F(HardenedServerTest, ASilentConnectionIsClosedAtTheHeadDeadline) {
  Serve({.head_timeout = absl::Milliseconds(100)});
  RawClient client(port());
  EXPECT_EQ(client.ReadToEnd(), "");
  EXPECT_TRUE(client.at_end());
}

TEST_F(HardenedServerTest, ASlowBodyIsAnswered408WithoutHoldingAThread) {
  Serve({.transfer_grace = absl::Milliseconds(300), .workers = 2});
  std::vector<RawClient> slow;
  for (int i = 0; i < 50; ++i) {
    slow.emplace_back(port());
    slow.back().Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\nab");
  }
  EXPECT_TRUE(IsAlive());
  for (RawClient& client : slow) EXPECT_EQ(StatusOf(client.ReadToEnd()), 408);
}

TEST_F(HardenedServerTest, LongPathsAreRefusedOrHarmless) {
  EXPECT_EQ(StatusOf(Send(Get("/" + std::string(1000, 'a')))), 404);
  EXPECT_EQ(StatusOf(Send(Get("/" + std::string(2047, 'a')))), 404);
  EXPECT_EQ(StatusOf(Send(Get("/" + std::string(2048, 'a')))), 414);
  EXPECT_EQ(StatusOf(Send(Get("/" + std::string(8192, 'a')))), 414);
  EXPECT_TRUE(IsAlive());
}

TEST_F(HardenedServerTest, WorkersHaveStacksOfEightMegabytes) {
  const std::string answer = Send(Get("/stack"));
  EXPECT_GE(std::stoul(answer.substr(answer.rfind('\n') + 1)), 8U << 20);
}

TEST_F(HardenedServerTest, A200MegabyteHeaderLineIsNotBuffered) {
  const size_t before = ResidentBytes();
  RawClient client(port());
  client.Send("GET /hello HTTP/1.1\r\nHost: a\r\nX: ");
  const std::string piece(1 << 20, 'a');
  for (int i = 0; i < 200 && client.Send(piece); ++i) {
  }
  EXPECT_LT(ResidentBytes(), before + (16 << 20));
  RawClient smaller(port());
  smaller.Send("GET /hello HTTP/1.1\r\nHost: a\r\nX: " + std::string(100000, 'a'));
  EXPECT_EQ(StatusOf(smaller.ReadToEnd()), 431);
  EXPECT_TRUE(IsAlive());
}

TEST_F(HardenedServerTest, AMillionHeadersAreNotBuffered) {
  const size_t before = ResidentBytes();
  std::string piece;
  for (int i = 0; i < 10000; ++i) piece += "a: b\r\n";
  RawClient client(port());
  client.Send("GET /hello HTTP/1.1\r\nHost: a\r\n");
  for (int i = 0; i < 100 && client.Send(piece); ++i) {
  }
  EXPECT_LT(ResidentBytes(), before + (16 << 20));
  std::string many = "GET /hello HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 101; ++i) many += "a: b\r\n";
  EXPECT_EQ(StatusOf(Send(many + "\r\n")), 431);
}

TEST_F(HardenedServerTest, AChunkedBodyObeysTheLimit) {
  const size_t before = ResidentBytes();
  RawClient client(port());
  client.Send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "100\r\n" + std::string(256, 'a') + "\r\n";
  std::string piece;
  for (int i = 0; i < 4000; ++i) piece += chunk;
  for (int i = 0; i < 200 && client.Send(piece); ++i) {
  }
  EXPECT_LT(ResidentBytes(), before + (16 << 20));
  EXPECT_EQ(StatusOf(Send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" +
                          chunk + chunk + chunk + chunk)),
            413);
  EXPECT_TRUE(absl::EndsWith(Send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked"
                                  "\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
                             "\r\n\r\nhello"));
}

TEST_F(HardenedServerTest, AnAnnouncedBodyBeyondTheLimitIsRefusedBeforeItComes) {
  EXPECT_EQ(StatusOf(Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n")), 413);
}

TEST_F(HardenedServerTest, LimitsAreOfTheRoute) {
  const std::string body(25 << 20, 'b');
  RawClient client(port());
  ASSERT_TRUE(client.Send(
      absl::StrCat("POST /big HTTP/1.1\r\nHost: a\r\nContent-Length: ", body.size(), "\r\n\r\n")));
  ASSERT_TRUE(client.Send(body));
  const std::string answer = client.ReadAnswer();
  EXPECT_EQ(StatusOf(answer), 200);
  EXPECT_TRUE(absl::EndsWith(answer, body));
  EXPECT_TRUE(Eventually([&] { return server_->buffered_body_bytes() == 0; }));
}

TEST_F(HardenedServerTest, AGzipBombIsNotOpened) {
  EXPECT_EQ(StatusOf(Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\n"
                          "Content-Length: 3\r\n\r\nabc")),
            415);
}

TEST_F(HardenedServerTest, AThousandRangesAreIgnored) {
  const size_t before = ResidentBytes();
  std::string ranges = "Range: bytes=0-49999";
  for (int i = 0; i < 1500; ++i) ranges += ",0-49999";
  const std::string answer = Send(Get("/json", ranges + "\r\n"));
  EXPECT_EQ(StatusOf(answer), 200);
  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, 50000U);
  EXPECT_LT(ResidentBytes(), before + (16 << 20));
}

TEST_F(HardenedServerTest, BodiesTogetherObeyABudget) {
  Serve({.max_buffered_body_bytes = 1000});
  RawClient first(port());
  first.Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n" +
             std::string(800, 'a'));
  ASSERT_TRUE(Eventually([&] { return server_->buffered_body_bytes() == 800; }));
  EXPECT_EQ(StatusOf(Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 300\r\n\r\n" +
                          std::string(300, 'a'))),
            503);
  first.Send(std::string(100, 'a'));
  EXPECT_EQ(StatusOf(first.ReadAnswer()), 200);
}

TEST_F(HardenedServerTest, NoAddressHasTheWholeBudget) {
  Serve({.max_buffered_body_bytes = 1000, .max_buffered_body_bytes_per_ip = 600});
  const auto head = [](int length) {
    return absl::StrCat("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: ", length, "\r\n\r\n");
  };
  RawClient greedy(port());
  greedy.Send(head(550) + std::string(500, 'a'));
  ASSERT_TRUE(Eventually([&] { return server_->buffered_body_bytes() == 500; }));
  EXPECT_EQ(StatusOf(Send(head(200) + std::string(200, 'a'))), 503);
  RawClient other(port(), /*receive_buffer=*/0, INADDR_LOOPBACK + 1);
  other.Send(head(400) + std::string(400, 'a'));
  EXPECT_EQ(StatusOf(other.ReadAnswer()), 200);
  greedy.Send(std::string(50, 'a'));
  EXPECT_EQ(StatusOf(greedy.ReadAnswer()), 200);
  ASSERT_TRUE(Eventually([&] { return server_->buffered_body_bytes() == 0; }));
  EXPECT_EQ(StatusOf(Send(head(600) + std::string(600, 'a'))), 200) << "it was given back";
}

TEST_F(HardenedServerTest, MuchAtOnceBuysNoTimeToSendNothing) {
  Serve({.transfer_grace = absl::Milliseconds(300), .minimum_bytes_per_second = 100000});
  RawClient client(port());
  const absl::Time start = absl::Now();
  client.Send("POST /big HTTP/1.1\r\nHost: a\r\nContent-Length: 5000001\r\n\r\n" +
              std::string(5000000, 'a'));
  EXPECT_EQ(StatusOf(client.ReadToEnd()), 408);
  EXPECT_LT(absl::Now() - start, absl::Seconds(5)) << "5 MB at the minimum rate would be 50 s";
  EXPECT_TRUE(Eventually([&] { return server_->buffered_body_bytes() == 0; }));
}

TEST_F(HardenedServerTest, ABodyAtTheMinimumRateMayTakeManyPeriods) {
  Serve({.transfer_grace = absl::Seconds(1), .minimum_bytes_per_second = 1000});
  RawClient client(port());
  client.Send("POST /big HTTP/1.1\r\nHost: a\r\nContent-Length: 24000\r\n\r\n");
  // Waits for what does not come: a client that takes three seconds for its body.
  for (int i = 0; i < 24; ++i) {
    client.Send(std::string(1000, 'a'));
    if (i == 23) break;
    EXPECT_FALSE(client.Read(std::chrono::milliseconds(130)));
  }
  EXPECT_EQ(StatusOf(client.ReadAnswer()), 200);
}

TEST_F(HardenedServerTest, ARoutesBodyTimeoutHoldsHoweverFastTheBodyComes) {
  RawClient client(port());
  client.Send("POST /flat HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n");
  const absl::Time start = absl::Now();
  while (absl::Now() - start < absl::Seconds(5)) {
    client.Send(std::string(10000, 'a'));
    if (client.Read(std::chrono::milliseconds(20))) break;
  }
  EXPECT_EQ(StatusOf(client.received), 408);
  EXPECT_LT(absl::Now() - start, absl::Seconds(3));
}

// --- framing

TEST_F(HardenedServerTest, PipelinedRequestsAreAllAnsweredInOrder) {
  RawClient client(port());
  std::string requests;
  for (int i = 0; i < 100; ++i) {
    const std::string body = absl::StrCat("<", i, ">");
    absl::StrAppend(&requests, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: ", body.size(),
                    "\r\n\r\n", body);
  }
  client.Send(requests);
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(absl::EndsWith(client.ReadAnswer(), absl::StrCat("\r\n\r\n<", i, ">"))) << i;
  }
}

TEST_F(HardenedServerTest, AmbiguousLengthsAreRefusedAndTheConnectionClosed) {
  for (const char* lengths :
       {"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 4\r\nContent-Length: 4\r\n", "Content-Length: 4\r\nContent-Length: 40\r\n",
        "Content-Length: 4x\r\n", "Transfer-Encoding: xchunked\r\n"}) {
    RawClient client(port());
    client.Send(absl::StrCat("POST /echo HTTP/1.1\r\nHost: a\r\n", lengths,
                             "\r\n0\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n"));
    const std::string answer = client.ReadToEnd();
    EXPECT_EQ(StatusOf(answer), 400) << lengths;
    EXPECT_FALSE(absl::StrContains(answer, "hello")) << "smuggled by " << lengths;
    EXPECT_TRUE(client.at_end());
  }
}

TEST_F(HardenedServerTest, APostWithoutLengthIs411) {
  EXPECT_EQ(StatusOf(Send("POST /echo HTTP/1.1\r\nHost: a\r\n\r\n")), 411);
}

TEST_F(HardenedServerTest, ExpectContinueIsAnsweredOnceTheRouteAllowsTheBody) {
  RawClient client(port());
  client.Send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  ASSERT_TRUE(client.ReadUntil("HTTP/1.1 100 Continue\r\n\r\n"));
  client.received.clear();
  client.Send("ab");
  EXPECT_TRUE(absl::EndsWith(client.ReadAnswer(), "\r\n\r\nab"));
  EXPECT_EQ(StatusOf(Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n"
                          "Expect: 100-continue\r\n\r\n")),
            413);
}

TEST_F(HardenedServerTest, ARefusalOutlivesWhatTheClientStillSends) {
  RawClient client(port());
  client.Send("POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n");
  client.Send(std::string(4000000, 'a'));
  EXPECT_EQ(StatusOf(client.ReadToEnd()), 404);
}

TEST_F(HardenedServerTest, MethodsAndTypesOfTheRouteCount) {
  const std::string answer = Send("DELETE /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(StatusOf(answer), 405);
  EXPECT_TRUE(absl::StrContains(answer, "Allow: GET"));
  const std::string form = "POST /hook HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Type: ";
  EXPECT_EQ(StatusOf(Send(form + "application/x-www-form-urlencoded\r\n\r\n{}")), 415);
  EXPECT_EQ(StatusOf(Send(form + "application/json; charset=utf-8\r\n\r\n{}")), 200);
}

TEST_F(HardenedServerTest, HeadIsGetWithoutBody) {
  RawClient client(port());
  client.Send("HEAD /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const std::string answer = client.ReadToEnd();
  EXPECT_TRUE(absl::StrContains(answer, "Content-Length: 5"));
  EXPECT_TRUE(absl::EndsWith(answer, "\r\n\r\n"));
}

// --- what handlers do and see

TEST_F(HardenedServerTest, AnExceptionIs500WithoutItsText) {
  for (const char* path : {"/throws", "/throws/odd"}) {
    const std::string answer = Send(Get(path));
    EXPECT_EQ(StatusOf(answer), 500);
    EXPECT_FALSE(absl::StrContains(answer, "secret-text"));
    EXPECT_FALSE(absl::StrContains(answer, "EXCEPTION"));
  }
}

TEST_F(HardenedServerTest, AnExceptionInAContentProviderDoesNotEndTheProcess) {
  const std::string answer = Send(Get("/provider-throws"));
  EXPECT_EQ(StatusOf(answer), 500);
  EXPECT_FALSE(absl::StrContains(answer, "secret-text"));
  RawClient client(port());
  client.Send(Get("/late-throw"));
  EXPECT_FALSE(absl::EndsWith(client.ReadToEnd(), "0\r\n\r\n")) << "a cut answer looks complete";
  EXPECT_TRUE(IsAlive());
}

TEST_F(HardenedServerTest, TheClientsAddressCannotBeForged) {
  EXPECT_TRUE(
      absl::EndsWith(Send(Get("/who", "REMOTE_ADDR: 10.9.8.7\r\nRemote_Addr: 10.9.8.7\r\n")),
                     "\r\n\r\n127.0.0.1  127.0.0.1"));
}

TEST_F(HardenedServerTest, NothingIsCompressedOnTheFly) {
  const std::string answer = Send(Get("/json", "Accept-Encoding: br, gzip\r\n"));
  EXPECT_FALSE(absl::StrContains(answer, "Content-Encoding"));
  EXPECT_TRUE(absl::EndsWith(answer, std::string(50000, 'j')));
}

TEST_F(HardenedServerTest, ForeignHostsAre421ExceptForProbes) {
  Serve({.allowed_hosts = {"ci.example.com", "localhost:1", "[::1]"}});
  const auto with_host = [&](const std::string& path, const std::string& host) {
    return StatusOf(Send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n"));
  };
  EXPECT_EQ(with_host("/hello", "ci.example.com"), 200);
  EXPECT_EQ(with_host("/hello", "CI.example.com:8443"), 200);
  EXPECT_EQ(with_host("/hello", "[::1]:80"), 200);
  EXPECT_EQ(with_host("/hello", "localhost:1"), 200);
  EXPECT_EQ(with_host("/hello", "localhost:2"), 421);
  EXPECT_EQ(with_host("/hello", "evil.example.com"), 421);
  EXPECT_EQ(with_host("/none", "evil.example.com"), 421);
  EXPECT_EQ(with_host("/probe", "10.0.0.1:8080"), 200);
}

TEST_F(HardenedServerTest, DefaultHeadersAreOnEveryAnswer) {
  Serve({.headers = {{"X-Content-Type-Options", "nosniff"}}});
  for (const char* path : {"/hello", "/none", "/throws", "/provider-throws"}) {
    EXPECT_TRUE(absl::StrContains(Send(Get(path)), "X-Content-Type-Options: nosniff")) << path;
  }
}

TEST_F(HardenedServerTest, AHandlerCannotSplitTheAnswer) {
  EXPECT_FALSE(absl::StrContains(Send(Get("/split")), "X-Evil"));
}

TEST_F(HardenedServerTest, AnswersAreReportedWithoutTheQuery) {
  std::mutex mutex;
  std::vector<AccessRecord> records;
  Serve({.on_access = [&](const AccessRecord& record) {
    const std::lock_guard lock(mutex);
    records.push_back(record);
  }});
  Send(Get("/hello?code=secret"));
  Send(Get("/none"));
  server_->Stop(absl::Seconds(5));
  const std::lock_guard lock(mutex);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].path, "/hello");
  EXPECT_EQ(records[0].status, 200);
  EXPECT_EQ(records[1].status, 404);
}

// --- capacity

TEST_F(HardenedServerTest, AFullQueueIsAnswered503) {
  Serve({.workers = 1, .queue = 1});
  RawClient busy(port()), queued(port());
  busy.Send(Get("/wait"));
  ASSERT_TRUE(Eventually([&] { return waiting_ == 1; }));
  queued.Send(Get("/hello"));
  // The queue holds one: of two more requests at least one is refused, whichever came first.
  RawClient more(port());
  more.Send(Get("/hello"));
  ASSERT_TRUE(Eventually([&] {
    return more.Read(std::chrono::milliseconds(1)) || queued.Read(std::chrono::milliseconds(1));
  }));
  EXPECT_EQ(StatusOf(more.received.empty() ? queued.received : more.received), 503);
  go_on_.set_value();
  EXPECT_TRUE(absl::EndsWith(busy.ReadAnswer(), "waited"));
}

TEST_F(HardenedServerTest, IdleConnectionsMakeRoomForNewOnes) {
  Serve({.max_connections = 10});
  std::vector<RawClient> idle;
  for (int i = 0; i < 10; ++i) {
    idle.emplace_back(port());
    idle.back().Send(Get("/hello"));
    ASSERT_EQ(StatusOf(idle.back().ReadAnswer()), 200);
  }
  EXPECT_TRUE(IsAlive());
  EXPECT_EQ(idle[0].ReadToEnd(), "") << "the longest idle one is closed";
}

TEST_F(HardenedServerTest, ConnectionsPerAddressAreLimited) {
  Serve({.max_connections_per_ip = 2});
  RawClient first(port()), second(port());
  ASSERT_TRUE(Eventually([&] { return server_->connections() == 2; }));
  RawClient third(port());
  EXPECT_EQ(StatusOf(third.ReadToEnd()), 503);
  first.Close();
  EXPECT_TRUE(Eventually([&] { return server_->connections() == 1; }));
  EXPECT_TRUE(IsAlive());
}

TEST_F(HardenedServerTest, BehindAProxyItIsWhomTheProxyWorksForThatCounts) {
  std::mutex mutex;
  std::vector<std::string> clients;
  Serve({.max_connections_per_ip = 1,
         .trusted_proxies = *AddressRules::Make({"127.0.0.1"}),
         .on_access = [&](const AccessRecord& record) {
           const std::lock_guard lock(mutex);
           clients.push_back(record.client_ip);
         }});
  // More of them than one address may have.
  RawClient first(port());
  RawClient second(port());
  first.Send(Get("/hello", "X-Forwarded-For: 1.1.1.1, 198.51.100.1\r\n"));
  EXPECT_EQ(StatusOf(first.ReadAnswer()), 200);
  second.Send(Get("/hello", "X-Forwarded-For: 198.51.100.2\r\n"));
  EXPECT_EQ(StatusOf(second.ReadAnswer()), 200);
  // The next on the same connection may be another's.
  second.Send(Get("/hello"));
  EXPECT_EQ(StatusOf(second.ReadAnswer()), 200);
  server_->Stop(absl::Seconds(5));
  const std::lock_guard lock(mutex);
  std::sort(clients.begin(), clients.end());
  EXPECT_EQ(clients, (std::vector<std::string>{"127.0.0.1", "198.51.100.1", "198.51.100.2"}));
}

TEST_F(HardenedServerTest, AClientThatDoesNotReadIsDroppedWithoutHurtingOthers) {
  Serve({.transfer_grace = absl::Milliseconds(300), .minimum_bytes_per_second = 0, .workers = 2});
  RawClient slow(port(), /*receive_buffer=*/4096);
  slow.Send(Get("/huge"));
  EXPECT_TRUE(IsAlive());
  // Also that of who asked whether it lives.
  EXPECT_TRUE(Eventually([&] { return server_->connections() == 0; }));
  EXPECT_LT(slow.ReadToEnd().size(), 32U << 20);
}

TEST_F(HardenedServerTest, WhoVanishesIsForgotten) {
  {
    RawClient client(port());
    client.Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nab");
    ASSERT_TRUE(Eventually([&] { return server_->buffered_body_bytes() == 2; }));
  }
  EXPECT_TRUE(Eventually([&] { return server_->connections() == 0; }));
  EXPECT_EQ(server_->buffered_body_bytes(), 0U);
}

// --- stopping and detaching

TEST_F(HardenedServerTest, StoppingFinishesWhatHasBegunAndTakesNothingNew) {
  RawClient idle(port()), working(port());
  idle.Send(Get("/hello"));
  idle.ReadAnswer();
  working.Send(Get("/wait"));
  ASSERT_TRUE(Eventually([&] { return waiting_ == 1; }));
  const int port = this->port();
  std::thread stopper([&] { server_->Stop(absl::Seconds(20)); });
  EXPECT_EQ(idle.ReadToEnd(), "");
  EXPECT_TRUE(Eventually([&] { return RawClient(port).fd() < 0; }));
  go_on_.set_value();
  EXPECT_TRUE(absl::EndsWith(working.ReadToEnd(), "waited"));
  working.Close();
  stopper.join();
}

TEST_F(HardenedServerTest, StoppingCutsOffAnswersThatNobodyTakes) {
  RawClient slow(port(), /*receive_buffer=*/4096);
  slow.Send(Get("/huge"));
  ASSERT_TRUE(slow.Read());
  const absl::Time start = absl::Now();
  server_->Stop(absl::Milliseconds(100));
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
}

TEST_F(HardenedServerTest, ADetachedSocketCarriesOnAfterItsHead) {
  std::promise<void> detached;
  DetachedSocket socket;
  auto server = HardenedServer::Listen({});
  ASSERT_TRUE(server.ok());
  (*server)->Route("GET", "/stream", [&](Exchange& exchange) {
    exchange.response.set_header("Content-Type", "text/event-stream");
    exchange.detach = [&](DetachedSocket given) {
      socket = std::move(given);
      detached.set_value();
    };
  });
  (*server)->Start();
  RawClient client((*server)->port());
  client.Send(Get("/stream"));
  ASSERT_TRUE(client.ReadUntil("\r\n\r\n"));
  EXPECT_EQ(StatusOf(client.received), 200);
  EXPECT_TRUE(absl::StrContains(client.received, "Content-Type: text/event-stream"));
  EXPECT_FALSE(absl::StrContains(client.received, "Content-Length"));
  EXPECT_FALSE(absl::StrContains(client.received, "Transfer-Encoding"));
  ASSERT_EQ(detached.get_future().wait_for(kTestDeadline), std::future_status::ready);
  EXPECT_EQ((*server)->connections(), 0U);
  EXPECT_EQ(socket.client_ip, "127.0.0.1");
  (*server)->Stop(absl::Seconds(1));
  ASSERT_EQ(::send(socket.fd.get(), "data: 1\n\n", 9, MSG_NOSIGNAL), 9);
  EXPECT_TRUE(client.ReadUntil("data: 1\n\n"));
}

TEST_F(HardenedServerTest, TwoServersCannotShareAPort) {
  EXPECT_FALSE(HardenedServer::Listen({.port = port()}).ok());
}

}  // namespace
}  // namespace kozmic::http
