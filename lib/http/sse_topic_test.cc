#include "lib/http/sse_topic.h"

#include <gtest/gtest.h>

namespace kozmic::http {
namespace {

using Step = SseTopic::Step;

SseFrame Bytes(uint64_t begin, const std::string& bytes) {
  return {begin, begin + bytes.size(), "log", bytes,
          [begin, bytes](uint64_t from) { return bytes.substr(from - begin); }};
}

// What the reader gets now, joined; "!" where it is behind.
std::string Drain(const SseTopic& topic, SseTopic::Reader& reader) {
  std::string text;
  for (;;) {
    SseWire wire;
    const Step step = topic.Next(reader, &wire);
    if (step == Step::kNothing) return text;
    if (step == Step::kBehind) return text + "!";
    const size_t start = wire->find("data: ") + 6;
    text += wire->substr(start, wire->size() - start - 2);
  }
}

TEST(SseTopicTest, GivesEachFrameOnceFromTheCursorOn) {
  SseTopic topic(0, 1000, true);
  topic.Append(Bytes(0, "abc"));
  auto early = topic.Join(0);
  auto middle = topic.Join(4);
  topic.Append(Bytes(3, "def"));
  EXPECT_EQ(Drain(topic, early), "abcdef");
  EXPECT_EQ(Drain(topic, middle), "ef") << "a cursor within a frame gets its tail";
  EXPECT_EQ(middle.cursor, 6U);
  topic.Append(Bytes(6, "g"));
  EXPECT_EQ(Drain(topic, early), "g");
  EXPECT_EQ(Drain(topic, middle), "g");
  EXPECT_EQ(Drain(topic, middle), "");
}

TEST(SseTopicTest, AReaderAheadWaitsForItsOffset) {
  SseTopic topic(0, 1000, true);
  auto ahead = topic.Join(5);
  topic.Append(Bytes(0, "abc"));
  EXPECT_EQ(Drain(topic, ahead), "");
  topic.Append(Bytes(3, "defg"));
  EXPECT_EQ(Drain(topic, ahead), "fg");
}

TEST(SseTopicTest, AReaderBeforeTheStartIsBehind) {
  SseTopic topic(100, 1000, true);
  auto late = topic.Join(99);
  EXPECT_EQ(Drain(topic, late), "!");
  auto fits = topic.Join(100);
  EXPECT_EQ(Drain(topic, fits), "");
}

TEST(SseTopicTest, TheRingIsBoundedAndWhoFallsOutIsBehind) {
  SseTopic topic(0, 300, true);
  auto slow = topic.Join(0);
  for (int i = 0; i < 100; ++i) topic.Append(Bytes(static_cast<uint64_t>(i) * 10, "0123456789"));
  EXPECT_LE(topic.held_bytes(), 300U);
  EXPECT_EQ(Drain(topic, slow), "!");
  auto recent = topic.Join(990);
  EXPECT_EQ(Drain(topic, recent), "0123456789");
}

TEST(SseTopicTest, AMarkReachesWhoeverIsThereAndWhoeverComesBack) {
  SseTopic topic(0, 1000, true);
  auto reader = topic.Join(0);
  topic.Append(Bytes(0, "abc"));
  topic.Append({3, 3, "log_end", "E", nullptr});
  EXPECT_EQ(Drain(topic, reader), "abcE");
  EXPECT_EQ(Drain(topic, reader), "");
  auto again = topic.Join(3);
  EXPECT_EQ(Drain(topic, again), "E");
}

TEST(SseTopicTest, AReaderBeyondTheEndLearnsOfIt) {
  SseTopic topic(0, 1000, true);
  auto beyond = topic.Join(7);
  topic.Append(Bytes(0, "abc"));
  topic.Append({3, 3, "log_end", "E", nullptr});
  EXPECT_EQ(Drain(topic, beyond), "E");
  EXPECT_EQ(Drain(topic, beyond), "");
}

TEST(SseTopicTest, StatesSkipWhatASnapshotCovers) {
  SseTopic topic(0, 1000, false);
  topic.Append({0, 5, "project", "r5", nullptr});
  topic.Append({0, 9, "project", "r9", nullptr});
  auto reader = topic.Join(5);
  EXPECT_EQ(Drain(topic, reader), "r9");
}

TEST(SseTopicTest, DataCannotForgeFields) {
  EXPECT_EQ(*ToWire("e", "a\nid: 7\r\rb"), "event: e\ndata: a id: 7  b\n\n");
}

}  // namespace
}  // namespace kozmic::http
