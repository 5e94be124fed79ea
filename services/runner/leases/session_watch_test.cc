#include "services/runner/leases/session_watch.h"

#include <atomic>
#include <memory>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "lib/rpc/client.h"
#include "lib/rpc/server.h"
#include "services/runner/testing/fake_services.h"

namespace kozmic::runner {
namespace {

constexpr char kToken[] = "runner-token-of-at-least-32-characters";
constexpr absl::Duration kPatience = absl::Seconds(20);

class SessionWatchTest : public testing::Test {
 protected:
  void SetUp() override {
    auto server = RpcServer::Start("127.0.0.1:0", {&build_});
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    link_ = std::make_unique<BuildLink>(MakeChannel(server_->address()), kToken);
    Open();
  }
  void Open() {
    v1::OpenSessionRequest request;
    request.set_runner("r");
    ASSERT_TRUE(link_->OpenSession(request).ok());
  }
  void Watch() {
    watch_ = std::make_unique<SessionWatch>(
        *link_, random_, [this] { ++renewals_; },
        SessionWatch::Options{.first_pause = absl::Milliseconds(10),
                              .longest_pause = absl::Milliseconds(20),
                              .unknown_pause = absl::Hours(1)});
  }
  bool WaitForRenewals(int count) {
    const absl::Time deadline = absl::Now() + kPatience;
    while (renewals_ < count && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(2));
    return renewals_ >= count;
  }

  FakeBuild build_{kToken};
  SystemRandom random_;
  std::unique_ptr<RpcServer> server_;
  std::unique_ptr<BuildLink> link_;
  std::atomic<int> renewals_ = 0;
  std::unique_ptr<SessionWatch> watch_;
};

TEST_F(SessionWatchTest, EachHintRenewsAtOnce) {
  Watch();
  ASSERT_TRUE(build_.WaitForWatches(1, kPatience));
  for (int i = 1; i <= 3; ++i) {
    build_.Hint();
    ASSERT_TRUE(WaitForRenewals(i));
  }
  EXPECT_EQ(build_.watches(), 1);
}

TEST_F(SessionWatchTest, ListensAgainAfterAServerThatDrains) {
  Watch();
  for (int i = 1; i <= 5; ++i) {
    ASSERT_TRUE(build_.WaitForWatches(i, kPatience));
    build_.EndWatches();
    // What may have been missed.
    ASSERT_TRUE(WaitForRenewals(i));
  }
  ASSERT_TRUE(build_.WaitForWatches(6, kPatience));
  build_.Hint();
  EXPECT_TRUE(WaitForRenewals(6));
}

TEST_F(SessionWatchTest, AnOlderServerIsNotHammered) {
  build_.KnowWatchSession(false);
  Watch();
  ASSERT_TRUE(WaitForRenewals(1));
  // It would have come again by now many times.
  build_.KnowWatchSession(true);
  SessionWatch other(*link_, random_, [] {}, {});
  ASSERT_TRUE(build_.WaitForWatches(2, kPatience));
  EXPECT_EQ(build_.watches(), 2);
  const absl::Time begun = absl::Now();
  watch_.reset();
  EXPECT_LT(absl::Now() - begun, absl::Seconds(5)) << "its pause is not waited out";
}

TEST_F(SessionWatchTest, EndsWithItsSession) {
  Watch();
  ASSERT_TRUE(build_.WaitForWatches(1, kPatience));
  v1::OpenSessionRequest request;
  request.set_runner("r");
  BuildLink successor(MakeChannel(server_->address()), kToken);
  ASSERT_TRUE(successor.OpenSession(request).ok());
  EXPECT_TRUE(WaitForRenewals(1)) << "the renewal hears it too";
  watch_.reset();
  EXPECT_EQ(build_.watches(), 1);
}

}  // namespace
}  // namespace kozmic::runner
