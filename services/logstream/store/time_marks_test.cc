#include "services/logstream/store/time_marks.h"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kozmic {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int64_t kNow = 1'700'000'000'000;

// Found by append_buffer_fuzz: of bytes that came after all before them were committed, the last
// commit's time was kept beside their own.
TEST(TimeMarksTest, AMarkForNoByteIsReplaced) {
  TimeMarks marks;
  marks.Add(0, 1'000);
  marks.DropBefore(7);
  marks.Add(7, 2'000);
  EXPECT_EQ(marks.marks(), (std::vector<TimeMark>{{7, 2'000}}));
}

TEST(TimeMarksTest, BytesOfOneMomentAreOneMark) {
  TimeMarks times;
  times.Add(0, kNow);
  times.Add(10, kNow + TimeMarks::kStepMs - 1);
  times.Add(20, kNow + TimeMarks::kStepMs);
  EXPECT_THAT(times.marks(),
              ElementsAre(TimeMark{0, kNow}, TimeMark{20, kNow + TimeMarks::kStepMs}));
}

TEST(TimeMarksTest, AClockThatIsSetBackDoesNotTurnTimeAround) {
  TimeMarks times;
  times.Add(0, kNow);
  times.Add(5, kNow - 60'000);
  times.Add(9, 0);
  EXPECT_THAT(times.marks(), ElementsAre(TimeMark{0, kNow}));
}

TEST(TimeMarksTest, ASliceHasTheMarkThatItsFirstByteIsUnder) {
  TimeMarks times;
  times.Add(10, kNow);
  times.Add(20, kNow + 100);
  EXPECT_THAT(times.Slice(0, 30).marks(),
              ElementsAre(TimeMark{10, kNow}, TimeMark{20, kNow + 100}));
  EXPECT_THAT(times.Slice(15, 20).marks(), ElementsAre(TimeMark{15, kNow}));
  EXPECT_THAT(times.Slice(20, 21).marks(), ElementsAre(TimeMark{20, kNow + 100}));
  EXPECT_THAT(times.Slice(500, 600).marks(), ElementsAre(TimeMark{500, kNow + 100}));
  EXPECT_THAT(times.Slice(0, 10).marks(), IsEmpty());
  times.DropBefore(21);
  EXPECT_THAT(times.marks(), ElementsAre(TimeMark{21, kNow + 100}));
}

TEST(TimeMarksTest, EncodesAndDecodesAnyMarks) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    std::mt19937_64 random(seed);
    TimeMarks times;
    int64_t offset = static_cast<int64_t>(random() >> (2 + random() % 60));
    const int64_t base = offset;
    int64_t time = 1 + static_cast<int64_t>(random() % kNow);
    for (uint64_t i = random() % 20; i > 0; --i) {
      times.Add(offset, time);
      offset += static_cast<int64_t>(random() % 100'000);
      time += static_cast<int64_t>(random() % 1'000);
    }
    const auto decoded = TimeMarks::Decode(times.Encode(base), base);
    ASSERT_TRUE(decoded.ok()) << "seed " << seed << ": " << decoded.status();
    EXPECT_EQ(decoded->marks(), times.marks()) << "seed " << seed;
  }
}

TEST(TimeMarksTest, DamagedTimesAreRefused) {
  for (const std::string& text :
       {std::string("\x80"), std::string("\x01"), std::string("\x01\x80"), std::string(12, '\xff'),
        // More than the largest offset.
        std::string("\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x01", 10)}) {
    EXPECT_EQ(TimeMarks::Decode(text, 5).status().code(), absl::StatusCode::kDataLoss);
  }
  // Whatever bytes there are: an answer.
  for (uint64_t seed = 0; seed < 2'000; ++seed) {
    std::mt19937_64 random(seed);
    std::string text(random() % 40, '\0');
    for (char& c : text) c = static_cast<char>(random());
    TimeMarks::Decode(text, 0).status().IgnoreError();
  }
}

}  // namespace
}  // namespace kozmic
