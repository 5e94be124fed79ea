#include "lib/github/rate_gate.h"

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lib/status/annotate.h"

namespace kozmic::github {
namespace {

class RateGateTest : public ::testing::Test {
 protected:
  FakeClock clock_{absl::FromUnixSeconds(1700000000)};
  RateGate gate_{clock_};
};

TEST_F(RateGateTest, HoldsATokenUntilItsTime) {
  EXPECT_TRUE(gate_.Check("a").ok());
  gate_.Close("a", absl::Seconds(17));
  const absl::Status held = gate_.Check("a");
  EXPECT_EQ(held.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Detail(held, "retry-after-seconds"), "17");
  EXPECT_TRUE(gate_.Check("b").ok());

  clock_.Advance(absl::Seconds(17) - absl::Milliseconds(1));
  EXPECT_EQ(Detail(gate_.Check("a"), "retry-after-seconds"), "1");
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_TRUE(gate_.Check("a").ok());
}

TEST_F(RateGateTest, WhoSharesATokenWaitsToo) {
  RateGate other(clock_);
  int told = 0;
  gate_.OnClose([&](const std::string& digest, absl::Time opens) {
    ++told;
    other.CloseUntil(digest, opens);
  });
  other.OnClose([&](const std::string&, absl::Time) { ADD_FAILURE() << "told back"; });
  gate_.Close("a", absl::Seconds(17));
  EXPECT_EQ(told, 1);
  EXPECT_EQ(Detail(other.Check("a"), "retry-after-seconds"), "17");
  EXPECT_TRUE(other.Check("b").ok());
}

TEST_F(RateGateTest, NothingShortensAWait) {
  gate_.Close("a", absl::Seconds(60));
  gate_.Close("a", absl::Seconds(5));
  EXPECT_EQ(Detail(gate_.Check("a"), "retry-after-seconds"), "60");
  gate_.Close("a", absl::Seconds(90));
  EXPECT_EQ(Detail(gate_.Check("a"), "retry-after-seconds"), "90");
}

TEST_F(RateGateTest, SaysNothingOfTheToken) {
  gate_.Close("ghp_secret", absl::Seconds(60));
  EXPECT_EQ(gate_.Check("ghp_secret").ToString().find("secret"), std::string::npos);
}

TEST_F(RateGateTest, ForgetsFirstWhatIsOverFirst) {
  RateGate gate(clock_, 2);
  gate.Close("short", absl::Seconds(10));
  gate.Close("long", absl::Seconds(30));
  gate.Close("middle", absl::Seconds(20));
  EXPECT_TRUE(gate.Check("short").ok());
  EXPECT_FALSE(gate.Check("middle").ok());
  EXPECT_FALSE(gate.Check("long").ok());
  // What is over needs no room.
  clock_.Advance(absl::Seconds(20));
  gate.Close("new", absl::Seconds(1));
  EXPECT_FALSE(gate.Check("new").ok());
  EXPECT_FALSE(gate.Check("long").ok());
}

// Fault matrix, GitHub 403/429: 0 early requests.
TEST_F(RateGateTest, LetsNoTokenPassEarlyInAnySchedule) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    RateGate gate(clock_);
    std::map<std::string, absl::Time> opens;
    for (int step = 0; step < 200; ++step) {
      const std::string token = absl::StrCat("token", random() % 5);
      switch (random() % 3) {
        case 0: {
          const absl::Duration wait = absl::Milliseconds(random() % 100000);
          gate.Close(token, wait);
          absl::Time& time = opens.try_emplace(token, absl::InfinitePast()).first->second;
          time = std::max(time, clock_.Now() + wait);
          break;
        }
        case 1:
          clock_.Advance(absl::Milliseconds(random() % 20000));
          break;
        default: {
          const bool open = opens.count(token) == 0 || opens[token] <= clock_.Now();
          const absl::Status status = gate.Check(token);
          ASSERT_EQ(status.ok(), open) << "seed " << seed << ", step " << step;
          if (open) break;
          // Who waits as long as told comes in, and who waits a second less does not.
          const absl::Duration wait =
              absl::Seconds(std::stoi(Detail(status, "retry-after-seconds")));
          ASSERT_GE(clock_.Now() + wait, opens[token]) << "seed " << seed << ", step " << step;
          ASSERT_LT(clock_.Now() + wait - absl::Seconds(1), opens[token])
              << "seed " << seed << ", step " << step;
        }
      }
    }
  }
}

TEST_F(RateGateTest, ThreadsShareIt) {
  RateGate gate(clock_, 50);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&gate, thread] {
      for (int i = 1; i <= 500; ++i) {
        gate.Close("shared", absl::Seconds(1000 + i));
        gate.Close(absl::StrCat(thread, "/", i), absl::Seconds(1));
        EXPECT_FALSE(gate.Check("shared").ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Detail(gate.Check("shared"), "retry-after-seconds"), "1500");
}

}  // namespace
}  // namespace kozmic::github
