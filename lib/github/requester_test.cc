#include "lib/github/requester.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "lib/github/answer.h"
#include "lib/status/annotate.h"
#include "lib/testing/free_port.h"
#include "lib/testing/http_server.h"
#include "lib/testing/raw_server.h"

namespace kozmic::github {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1700000000);

class RequesterTest : public ::testing::Test {
 protected:
  // Answers requests of any method to /x: the n-th (from 1) as `answer` says.
  void Serve(const std::function<void(int n, httplib::Response&)>& answer) {
    const auto handler = [this, answer](const httplib::Request& request, httplib::Response& to) {
      {
        absl::MutexLock lock(&mutex_);
        ports_.insert(request.remote_port);
      }
      answer(++asked_, to);
    };
    github_.server().Get("/x", handler);
    github_.server().Post("/x", handler);
    github_.server().Patch("/x", handler);
    github_.server().Delete("/x", handler);
    github_.Start();
  }

  static Requester RequesterTo(const std::string& url, const Clock& clock,
                               absl::Duration timeout = absl::Seconds(10)) {
    return Requester({.base_url = url, .call_timeout = timeout}, clock);
  }

  TestHttpServer github_;
  FakeClock clock_{kNow};
  const Requester requester_{{.base_url = github_.url()}, clock_};
  Session session_{requester_, "t"};
  std::atomic<int> asked_{0};
  absl::Mutex mutex_;
  std::set<int> ports_ ABSL_GUARDED_BY(mutex_);
};

TEST_F(RequesterTest, GetsAgainWhenGithubFailed) {
  for (const int status : {500, 502, 503, 504}) {
    SCOPED_TRACE(status);
    TestHttpServer github;
    std::atomic<int> asked{0};
    github.server().Get("/x", [&](const httplib::Request&, httplib::Response& answer) {
      answer.status = ++asked < 3 ? status : 200;
      answer.set_content("[]", "application/json");
    });
    github.Start();
    const Requester requester = RequesterTo(github.url(), clock_);
    EXPECT_TRUE(Session(requester, "t").GetJson("/x").ok());
    EXPECT_EQ(asked, 3);
  }
}

TEST_F(RequesterTest, GivesUpAfterThreeTries) {
  Serve([](int, httplib::Response& answer) { answer.status = 502; });
  const auto answer = session_.Get("/x");
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->status, 502);
  EXPECT_EQ(asked_, 3);
  EXPECT_EQ(session_.GetJson("/x").status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(RequesterTest, TriesOnlyWithinItsTime) {
  Serve([](int, httplib::Response& answer) { answer.status = 500; });
  // Shorter than the shortest pause before another try.
  const Requester requester = RequesterTo(github_.url(), clock_, absl::Milliseconds(90));
  EXPECT_EQ(Session(requester, "t").Get("/x")->status, 500);
  EXPECT_EQ(asked_, 1);
}

TEST_F(RequesterTest, DoesNotAskAgainForWhatWouldComeAgain) {
  const int statuses[] = {400, 401, 403, 404, 409, 410, 422, 501};
  Serve([&](int n, httplib::Response& answer) { answer.status = statuses[n - 1]; });
  for (const int status : statuses) EXPECT_EQ(session_.Get("/x")->status, status);
  EXPECT_EQ(asked_, 8);
}

TEST_F(RequesterTest, SendsAChangeOnce) {
  Serve([](int, httplib::Response& answer) { answer.status = 500; });
  const nlohmann::json body = nlohmann::json::object();
  for (const char* method : {"POST", "PATCH", "DELETE"}) {
    asked_ = 0;
    EXPECT_EQ(session_.Change(method, "/x", &body)->status, 500) << method;
    EXPECT_EQ(asked_, 1) << method;
  }
}

TEST_F(RequesterTest, UsesOneConnectionForAll) {
  Serve([](int n, httplib::Response& answer) {
    answer.status = n % 7 == 0 ? 404 : 200;
    answer.set_content(std::string(1000, 'x'), "text/plain");
  });
  github_.server().set_keep_alive_max_count(20);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(session_.Get("/x").ok());
  EXPECT_EQ(asked_, 20);
  absl::MutexLock lock(&mutex_);
  EXPECT_EQ(ports_.size(), 1u);
}

struct Wait {
  const char* what;
  int status;
  httplib::Headers headers;
  std::string body;
  int seconds;
};

// Fault matrix, GitHub 403/429: obeys retry-after, else reset, else 60 s.
TEST_F(RequesterTest, SendsNothingWhileGithubWantsATokenToWait) {
  const auto at = [](int seconds) { return absl::StrCat(absl::ToUnixSeconds(kNow) + seconds); };
  const Wait waits[] = {
      {"Retry-After", 403, {{"Retry-After", "17"}}, "{}", 17},
      {"Retry-After", 429, {{"Retry-After", "17"}}, "{}", 17},
      {"Retry-After before the reset",
       429,
       {{"Retry-After", "17"}, {"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", at(40)}},
       "{}",
       17},
      {"reset", 403, {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", at(41)}}, "{}", 42},
      {"reset long ago",
       403,
       {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", at(-9)}},
       "",
       60},
      {"no reset", 403, {{"x-ratelimit-remaining", "0"}}, "", 60},
      {"nothing", 429, {}, "", 60},
      {"its message", 403, {}, R"({"message":"You have exceeded a secondary rate limit"})", 60},
      {"a date", 429, {{"Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT"}}, "", 60},
      {"out of order", 503, {{"Retry-After", "30"}}, "", 30},
      {"the last request",
       200,
       {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", at(9)}},
       "[]",
       10},
      {"the last request",
       404,
       {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", at(9)}},
       "",
       10},
  };
  const Wait* wait = nullptr;
  Serve([&](int, httplib::Response& answer) {
    answer.status = wait->status;
    for (const auto& [name, value] : wait->headers) answer.set_header(name, value);
    answer.set_content(wait->body, "application/json");
  });
  for (const Wait& each : waits) {
    SCOPED_TRACE(absl::StrCat(each.status, ": ", each.what));
    wait = &each;
    FakeClock clock(kNow);
    const Requester requester = RequesterTo(github_.url(), clock);
    asked_ = 0;
    EXPECT_EQ(Session(requester, "t").Get("/x")->status, each.status);
    EXPECT_EQ(asked_, 1);

    clock.Advance(absl::Seconds(each.seconds) - absl::Milliseconds(1));
    Session session(requester, "t");
    for (const absl::Status& status :
         {session.Get("/x").status(), session.Change("POST", "/x", nullptr).status()}) {
      EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
      EXPECT_EQ(Detail(status, "retry-after-seconds"), "1");
    }
    EXPECT_EQ(asked_, 1);
    EXPECT_TRUE(Session(requester, "another").Get("/x").ok());
    EXPECT_EQ(asked_, 2);

    clock.Advance(absl::Milliseconds(1));
    EXPECT_TRUE(session.Get("/x").ok());
    EXPECT_EQ(asked_, 3);
  }
}

TEST_F(RequesterTest, GoesOnWhileRequestsRemain) {
  Serve([](int, httplib::Response& answer) {
    answer.set_header("x-ratelimit-remaining", "1");
    answer.set_header("x-ratelimit-reset", absl::StrCat(absl::ToUnixSeconds(kNow) + 1000));
  });
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(session_.Get("/x").ok());
}

TEST_F(RequesterTest, ATokenThatIsNoneIsNotSent) {
  Serve([](int, httplib::Response&) {});
  for (const std::string token : {"t\r\nX-Evil: 1", "t\n"}) {
    EXPECT_EQ(Session(requester_, token).Get("/x").status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(asked_, 0);
}

// Bad input 74: 100 MB.
TEST_F(RequesterTest, AnAnswerWithoutEndIsLeftAtOnce) {
  constexpr size_t kSize = 100 << 20;
  std::atomic<size_t> sent{0};
  Serve([&](int, httplib::Response& answer) {
    answer.set_content_provider(kSize, "application/json",
                                [&](size_t, size_t length, httplib::DataSink& sink) {
                                  const std::string piece(std::min<size_t>(length, 1 << 16), '[');
                                  sent += piece.size();
                                  return sink.write(piece.data(), piece.size());
                                });
  });
  EXPECT_EQ(session_.GetJson("/x").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(asked_, 1);
  EXPECT_LT(sent, 30u << 20);
}

// Serves one connection after another, the n-th (from 1) as it says.
class RequesterFaultTest : public ::testing::Test {
 protected:
  void Serve(const std::function<void(int n, int socket)>& serve) {
    server_ = std::make_unique<RawServer>([this, serve](int socket) { serve(++served_, socket); });
    requester_ = std::make_unique<Requester>(
        HttpClient::Options{.base_url = absl::StrCat("http://127.0.0.1:", server_->port()),
                            .call_timeout = timeout_},
        clock_);
  }
  Session NewSession() { return Session(*requester_, "t"); }

  absl::Duration timeout_ = absl::Seconds(10);
  FakeClock clock_{kNow};
  std::atomic<int> served_{0};
  std::unique_ptr<RawServer> server_;
  std::unique_ptr<Requester> requester_;
};

constexpr char kCutOff[] = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[";
constexpr char kWhole[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]";

// Bad input 74: truncated.
TEST_F(RequesterFaultTest, GetsAgainWhatWasCutOff) {
  Serve([](int n, int socket) {
    RawServer::ReadHead(socket);
    if (n == 2) return;  // No answer at all.
    RawServer::Write(socket, n == 1 ? kCutOff : kWhole);
  });
  const auto answer = NewSession().GetJson("/x");
  EXPECT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(served_, 3);
}

TEST_F(RequesterFaultTest, AChangeThatWasCutOffIsNotSentAgain) {
  Serve([](int, int socket) {
    RawServer::ReadHead(socket);
    RawServer::Write(socket, kCutOff);
  });
  EXPECT_EQ(NewSession().Change("POST", "/x", nullptr).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(served_, 1);
}

TEST_F(RequesterFaultTest, GoesOnWhenTheServerLeavesTheConnection) {
  Serve([](int, int socket) {
    RawServer::ReadHead(socket);
    RawServer::Write(socket, kWhole);
  });
  Session session = NewSession();
  for (int i = 0; i < 5; ++i) {
    const auto answer = session.Get("/x");
    ASSERT_TRUE(answer.ok()) << answer.status();
  }
}

TEST_F(RequesterFaultTest, ASilentServerCostsNoMoreThanOneCallsTime) {
  timeout_ = absl::Milliseconds(400);
  Serve([](int, int socket) { RawServer::WaitForClose(socket); });
  const absl::Time start = absl::Now();
  EXPECT_EQ(NewSession().Get("/x").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_GE(absl::Now() - start, timeout_);
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
}

TEST(RequesterNobodyTest, IsTriedAgainAndGivenUp) {
  FakeClock clock(kNow);
  const Requester requester({.base_url = absl::StrCat("http://127.0.0.1:", FreePort())}, clock);
  const absl::Time start = absl::Now();
  EXPECT_EQ(Session(requester, "t").Get("/x").status().code(), absl::StatusCode::kUnavailable);
  // Two pauses lie between three tries.
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(300));
}

}  // namespace
}  // namespace kozmic::github
