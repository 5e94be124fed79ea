#ifndef KOZMIC_TESTS_FAULTS_ROW_H_
#define KOZMIC_TESTS_FAULTS_ROW_H_

#include <random>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "tests/faults/seeds.h"
#include "tests/faults/world.h"

namespace kozmic::faults {

// One row of the fault matrix on the World, with one of the Seeds().
class Row : public ::testing::TestWithParam<int> {
 protected:
  Row() : world_(World::Get()), installation_(world_.installation()), random_(GetParam()) {
    world_.Mend();
    journal_ = world_.JournalEnd();
  }
  ~Row() override { world_.Mend(); }

  // Seconds between two bounds.
  absl::Duration Some(double least, double most) {
    return absl::Seconds(std::uniform_real_distribution<double>(least, most)(random_));
  }
  template <typename T>
  const T& OneOf(const std::vector<T>& all) {
    return all[std::uniform_int_distribution<size_t>(0, all.size() - 1)(random_)];
  }
  // The fault falls into the load at a moment of the seed's choice.
  static void Let(absl::Duration pass) { absl::SleepFor(pass); }
  void ExpectAllBuiltWithin(const std::vector<std::string>& commits, absl::Duration time) {
    ExpectAllBuilt(world_, commits, journal_, time);
  }
  // I1: whatever was answered with 2xx is kept, and is accounted for in the end. Some must be.
  void ExpectKept(const std::vector<WebhookSender::Sent>& all);

  World& world_;
  Installation& installation_;
  std::mt19937 random_;
  int64_t journal_ = 0;
};

}  // namespace kozmic::faults

#endif  // KOZMIC_TESTS_FAULTS_ROW_H_
