#include "services/build/project_deleter.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kozmic::build {
namespace {

using ::testing::ElementsAre;

// Has so many parts to remove; each takes a second.
class FakeParts final : public DeletionStore {
 public:
  FakeParts(FakeClock& clock, std::vector<std::string>& calls) : clock_(clock), calls_(calls) {}

  absl::Status MarkDeleted(int64_t) override {
    calls_.emplace_back("mark");
    return absl::OkStatus();
  }
  absl::StatusOr<bool> RemovePart(int64_t) override {
    calls_.emplace_back("builds");
    clock_.Advance(absl::Seconds(1));
    return parts-- <= 1;
  }

  int parts = 1;

 private:
  FakeClock& clock_;
  std::vector<std::string>& calls_;
};

class ProjectDeleterTest : public ::testing::Test {
 protected:
  absl::StatusOr<bool> Step() {
    calls_.clear();
    return deleter_.Step(1);
  }

  std::vector<std::string> calls_;
  FakeClock clock_{absl::UnixEpoch()};
  FakeParts parts_{clock_, calls_};
  std::vector<absl::StatusOr<bool>> log_answers_;
  const ProjectDeleter deleter_{parts_, clock_, [this](int64_t) -> absl::StatusOr<bool> {
                                  calls_.emplace_back("logs");
                                  clock_.Advance(absl::Seconds(1));
                                  if (log_answers_.empty()) return true;
                                  absl::StatusOr<bool> answer = log_answers_.front();
                                  log_answers_.erase(log_answers_.begin());
                                  return answer;
                                }};
};

TEST_F(ProjectDeleterTest, LogsAreRemovedWhenNoJobIsLeftThatCouldWriteThem) {
  EXPECT_TRUE(*Step());
  EXPECT_THAT(calls_, ElementsAre("mark", "builds", "logs"));
}

TEST_F(ProjectDeleterTest, AStepIsBoundedAndTheNextOneGoesOn) {
  parts_.parts = 4;
  EXPECT_FALSE(*Step());
  EXPECT_THAT(calls_, ElementsAre("mark", "builds", "builds", "builds"));
  log_answers_ = {false, false};
  EXPECT_FALSE(*Step());
  EXPECT_THAT(calls_, ElementsAre("mark", "builds", "logs", "logs"));
  EXPECT_TRUE(*Step());
  EXPECT_TRUE(*Step()) << "and stays so";
}

TEST_F(ProjectDeleterTest, AFailureIsToldAndTheStepCanBeRepeated) {
  log_answers_ = {absl::UnavailableError("no LogService")};
  EXPECT_EQ(Step().status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(*Step());
}

}  // namespace
}  // namespace kozmic::build
