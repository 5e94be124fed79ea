#include "gateway/stream_guard.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace kozmic::gateway {
namespace {

constexpr absl::Duration kInterval = absl::Seconds(20);

class FakeAuthenticator final : public Authenticator {
 public:
  absl::StatusOr<Caller> Authenticate(absl::string_view bearer) const override {
    ++asked;
    const auto found = faults.find(std::string(bearer));
    if (found != faults.end()) return found->second;
    return Caller();
  }
  mutable int asked = 0;
  std::map<std::string, absl::Status> faults;
};

// A guard whose thread the test is.
class StreamGuardTest : public testing::Test {
 protected:
  // Asks for all that is due within `time` from now, each when it is due.
  void Pass(absl::Duration time) {
    const absl::Time end = clock_.Now() + time;
    for (;;) {
      const absl::Duration wait = guard_.CheckNext();
      if (clock_.Now() + wait > end) break;
      clock_.Advance(wait);
    }
    clock_.Advance(end - clock_.Now());
  }
  // `viewer` must not be watched already.
  void Watch(uint64_t viewer, const std::string& bearer, std::set<int64_t> projects) {
    tickets_[viewer] = guard_.Watch(viewer, bearer, std::move(projects));
  }
  std::set<uint64_t> Closed() { return std::exchange(closed_, {}); }
  std::vector<std::string> Asked() { return std::exchange(asked_, {}); }

  FakeClock clock_{absl::FromUnixSeconds(1700000000)};
  SeededRandom random_{1};
  FakeAuthenticator authenticator_;
  // What is answered by "<bearer> <project>"; otherwise OK.
  std::map<std::string, absl::Status> faults_;
  std::vector<std::string> asked_;
  std::set<uint64_t> closed_;
  StreamGuard guard_{{.authenticator = authenticator_,
                      .clock = clock_,
                      .random = random_,
                      .may_view =
                          [this](const std::string& bearer, int64_t project) {
                            asked_.push_back(absl::StrCat(bearer, " ", project));
                            return faults_[asked_.back()];
                          },
                      .close =
                          [this](uint64_t viewer) {
                            closed_.insert(viewer);
                            // As the hub does, which lets go of the stream.
                            tickets_.erase(viewer);
                          }},
                     {.interval = kInterval, .patience = absl::Minutes(10)}};
  std::map<uint64_t, std::shared_ptr<const void>> tickets_;
};

// N13.
TEST_F(StreamGuardTest, WhoMayNoLongerSeeAProjectLosesItsStreamsOnly) {
  Watch(1, "ada", {10});
  Watch(2, "ada", {10, 11});
  Watch(3, "ada", {11});
  Watch(4, "bob", {10});
  Pass(kInterval);
  EXPECT_TRUE(Closed().empty());
  for (const absl::Status& no : {absl::NotFoundError("x"), absl::PermissionDeniedError("x"),
                                 absl::UnauthenticatedError("x")}) {
    faults_["ada 10"] = no;
    Pass(kInterval);
    EXPECT_EQ(Closed(), (std::set<uint64_t>{1, 2})) << no;
    faults_.clear();
    Watch(1, "ada", {10});
    Watch(2, "ada", {10, 11});
    Pass(kInterval);
    EXPECT_TRUE(Closed().empty());
  }
}

TEST_F(StreamGuardTest, ASessionThatHasEndedLosesAllItsStreams) {
  Watch(1, "ada", {10});
  Watch(2, "ada", {11});
  Watch(3, "ada-2", {10});
  authenticator_.faults["ada"] = absl::UnauthenticatedError("ended");
  Pass(kInterval);
  EXPECT_EQ(Closed(), (std::set<uint64_t>{1, 2}));
  EXPECT_EQ(Asked(), (std::vector<std::string>{"ada-2 10"})) << "nothing is asked for nobody";
}

TEST_F(StreamGuardTest, EachQuestionIsAskedOnceAnInterval) {
  for (uint64_t viewer = 1; viewer <= 50; ++viewer) Watch(viewer, "ada", {10, 11});
  Pass(kInterval);
  EXPECT_EQ(Asked(), (std::vector<std::string>{"ada 10", "ada 11"}));
  EXPECT_EQ(authenticator_.asked, 1);
  Pass(3 * kInterval);
  EXPECT_EQ(Asked().size(), 6U);
}

TEST_F(StreamGuardTest, QuestionsOfManyWhoCameTogetherAreSpread) {
  for (uint64_t viewer = 1; viewer <= 1000; ++viewer) {
    Watch(viewer, absl::StrCat("user", viewer), {10});
  }
  Pass(kInterval);
  EXPECT_EQ(Asked().size(), 1000U) << "none later than the interval";
  size_t most = 0;
  for (int second = 0; second < 20; ++second) {
    Pass(absl::Seconds(1));
    most = std::max(most, Asked().size());
  }
  EXPECT_GT(most, 0U);
  EXPECT_LT(most, 200U);
}

TEST_F(StreamGuardTest, AServiceThatIsAwayClosesNothingUntilPatienceIsOver) {
  Watch(1, "ada", {10});
  Watch(2, "bob", {10});
  Pass(kInterval);
  faults_["ada 10"] = absl::UnavailableError("away");
  Pass(absl::Minutes(9));
  EXPECT_TRUE(Closed().empty());
  Pass(absl::Minutes(2));
  EXPECT_EQ(Closed(), (std::set<uint64_t>{1})) << "bob's was confirmed";
}

TEST_F(StreamGuardTest, WhatCannotBeToldIsNoNo) {
  Watch(1, "ada", {10});
  for (const absl::Status& fault :
       {absl::DeadlineExceededError("x"), absl::InternalError("x"), absl::UnknownError("x")}) {
    faults_["ada 10"] = fault;
    Pass(absl::Minutes(1));
    EXPECT_TRUE(Closed().empty()) << fault;
  }
  authenticator_.faults["ada"] = absl::UnavailableError("away");
  Pass(absl::Minutes(1));
  EXPECT_TRUE(Closed().empty());
}

TEST_F(StreamGuardTest, AServiceThatIsAwayIsNotAskedForEveryone) {
  for (uint64_t viewer = 1; viewer <= 1000; ++viewer) {
    const std::string bearer = absl::StrCat("user", viewer);
    Watch(viewer, bearer, {10});
    authenticator_.faults[bearer] = absl::UnavailableError("away");
  }
  Pass(absl::Minutes(2));
  EXPECT_LT(authenticator_.asked, 70) << "about every 2 s";
  authenticator_.faults.clear();
  Asked();
  Pass(absl::Seconds(10));
  EXPECT_EQ(Asked().size(), 1000U) << "and soon when it is back";
}

TEST_F(StreamGuardTest, NothingIsAskedForStreamsThatHaveEnded) {
  Watch(1, "ada", {10});
  Watch(2, "ada", {11});
  tickets_.erase(1);
  Pass(kInterval);
  EXPECT_EQ(Asked(), (std::vector<std::string>{"ada 11"}));
  tickets_.erase(2);
  Pass(kInterval);
  EXPECT_TRUE(Asked().empty());
}

}  // namespace
}  // namespace kozmic::gateway
