// Lines and times of logs, of every store.

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/logstream/limits.h"
#include "services/logstream/store/chunk_codec.h"
#include "services/logstream/store/log_store.h"
#include "services/logstream/store/log_store_backends.h"

namespace kozmic {
namespace {

using ::testing::ElementsAre;

constexpr char kLog[] = "logs/1-2-1-1";
constexpr int64_t kNow = 1'700'000'000'000;

class LineIndexTest : public ::testing::TestWithParam<LogStoreKind> {
 protected:
  LogStore& store() { return backend_->store(); }
  void Append(const std::string& bytes, const TimeMarks& times = {}) {
    const auto appended = store().Append(kLog, static_cast<int64_t>(log_.size()), bytes, times);
    ASSERT_TRUE(appended.ok()) << appended.status();
    ASSERT_TRUE(appended->done);
    log_ += bytes;
  }

  const std::unique_ptr<LogBackend> backend_ = GetParam().make();
  std::string log_;
};

// Where each line begins; the last one may be empty.
std::vector<int64_t> LineStarts(const std::string& log) {
  std::vector<int64_t> starts = {0};
  for (size_t at = 0; at < log.size(); ++at) {
    if (log[at] == '\n') starts.push_back(static_cast<int64_t>(at) + 1);
  }
  return starts;
}

TEST_P(LineIndexTest, FindsEveryLineHoweverTheLogWasCut) {
  std::mt19937 random(7);
  for (int i = 0; i < 60; ++i) {
    std::string piece(1 + random() % 12, 'x');
    for (char& c : piece) {
      if (random() % 4 == 0) c = '\n';
    }
    Append(piece);
  }
  ASSERT_TRUE(store().Seal(kLog, {}).ok());
  const std::vector<int64_t> starts = LineStarts(log_);
  for (size_t line = 0; line < starts.size(); ++line) {
    const auto found = FindLine(store(), kLog, static_cast<int64_t>(line));
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ(*found, starts[line]) << "line " << line;
  }
  const auto end = static_cast<int64_t>(log_.size());
  EXPECT_EQ(*FindLine(store(), kLog, static_cast<int64_t>(starts.size())), end);
  EXPECT_EQ(*FindLine(store(), kLog, 1'000'000), end);
  EXPECT_EQ(*FindLine(store(), kLog, -5), 0);

  std::vector<int64_t> lines = starts;
  if (lines.back() == end) lines.pop_back();
  for (size_t back = 1; back <= lines.size(); ++back) {
    EXPECT_EQ(*FindLineFromEnd(store(), kLog, end, static_cast<int64_t>(back)),
              lines[lines.size() - back])
        << back;
  }
  EXPECT_EQ(*FindLineFromEnd(store(), kLog, end, 1'000), 0);
}

TEST_P(LineIndexTest, FindsLinesThatAreLongerThanAChunk) {
  Append("first\n");
  for (int i = 0; i < 3; ++i) Append(std::string(kChunkBytes, 'x'));
  Append("\nlast\n");
  ASSERT_TRUE(store().Seal(kLog, {}).ok());
  const auto last = static_cast<int64_t>(log_.size()) - 5;
  EXPECT_EQ(*FindLine(store(), kLog, 1), 6);
  EXPECT_EQ(*FindLine(store(), kLog, 2), last);
  EXPECT_EQ(*FindLineFromEnd(store(), kLog, static_cast<int64_t>(log_.size()), 1), last);
  EXPECT_EQ(*FindLineFromEnd(store(), kLog, static_cast<int64_t>(log_.size()), 2), 6);
}

TEST_P(LineIndexTest, ALogThatIsNotThereHasNoLines) {
  EXPECT_EQ(*FindLine(store(), kLog, 5), 0);
  EXPECT_EQ(*FindLineFromEnd(store(), kLog, 0, 5), 0);
}

TEST_P(LineIndexTest, TellsWhenBytesWereWritten) {
  TimeMarks first;
  first.Add(0, kNow);
  first.Add(2, kNow + 50);
  Append("abcd", first);
  Append("ef");
  TimeMarks last;
  last.Add(6, kNow + 1'000);
  Append("gh", last);
  const auto times = store().ReadTimes(kLog, 0, 100);
  ASSERT_TRUE(times.ok()) << times.status();
  EXPECT_THAT(times->marks.marks(),
              ElementsAre(TimeMark{0, kNow}, TimeMark{2, kNow + 50}, TimeMark{6, kNow + 1'000}));
  EXPECT_EQ(times->next, 8);

  ASSERT_TRUE(store().Seal(kLog, {}).ok());
  EXPECT_EQ(store().ReadTimes(kLog, 0, 100)->marks.marks(), times->marks.marks());
  // In pieces, each beginning where the one before ended.
  TimeMarks all;
  int64_t next = 0;
  while (next < 8) {
    const auto piece = store().ReadTimes(kLog, next, 1);
    ASSERT_TRUE(piece.ok()) << piece.status();
    ASSERT_GT(piece->next, next);
    all.Add(piece->marks);
    next = piece->next;
  }
  EXPECT_EQ(all.marks(), times->marks.marks());
  EXPECT_EQ(store().ReadTimes(kLog, 8, 100)->next, 8);
  EXPECT_EQ(store().ReadTimes("logs/9-9-9-9", 3, 100)->next, 3);
}

INSTANTIATE_TEST_SUITE_P(Stores, LineIndexTest, LogStoreKinds(), LogStoreKindName);

// The release before this one adds chunks without counting lines.
TEST(PostgresLineIndexTest, LinesAreFoundWhereTheyWereNotCounted) {
  PostgresLogBackend backend;
  const auto append = [&](int64_t offset, const std::string& bytes) {
    ASSERT_TRUE(backend.store().Append(kLog, offset, bytes, {})->done);
  };
  append(0, "a\nb\n");
  append(4, "c\nd");
  const std::string old = CompressChunk("e\n");
  ASSERT_TRUE(backend.pool
                  .Transact([&](pqxx::work& tx) {
                    tx.exec0("UPDATE logs SET size = size + 2");
                    tx.exec_params0(
                        "INSERT INTO chunks (log_id, start_offset, raw_size, data) "
                        "SELECT id, 7, 2, $1 FROM logs",
                        ToBytea(old));
                    return absl::OkStatus();
                  })
                  .ok());
  append(9, "f\ng\n");
  const std::vector<int64_t> starts = LineStarts("a\nb\nc\nde\nf\ng\n");
  for (size_t line = 0; line < starts.size(); ++line) {
    EXPECT_EQ(*FindLine(backend.store(), kLog, static_cast<int64_t>(line)), starts[line]) << line;
  }
}

}  // namespace
}  // namespace kozmic
