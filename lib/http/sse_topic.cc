#include "lib/http/sse_topic.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace kozmic::http {

SseWire ToWire(absl::string_view event, absl::string_view data) {
  std::string text = absl::StrCat("event: ", event, "\ndata: ", data, "\n\n");
  // A line break within the data would end the field, and let data pass for other fields.
  const auto begin =
      text.begin() + static_cast<ptrdiff_t>(std::string("event: \ndata: ").size() + event.size());
  std::replace_if(
      begin, text.end() - 2, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return std::make_shared<const std::string>(std::move(text));
}

void SseTopic::Append(const SseFrame& frame) {
  Entry entry{frame, ToWire(frame.event, frame.data)};
  // Only the wire form is needed; the tail renders from its own source.
  entry.frame.data.clear();
  held_bytes_ += entry.size();
  position_ = std::max(position_, frame.end);
  ring_.push_back(std::move(entry));
  while (held_bytes_ > ring_bytes_ && ring_.size() > 1) {
    held_bytes_ -= ring_.front().size();
    ring_.pop_front();
    ++first_sequence_;
  }
}

SseTopic::Reader SseTopic::Join(uint64_t cursor) const { return {cursor, first_sequence_}; }

SseTopic::Step SseTopic::Next(Reader& reader, SseWire* wire) const {
  if (reader.next_sequence < first_sequence_) return Step::kBehind;
  if (contiguous_) {
    const size_t next = reader.next_sequence - first_sequence_;
    const uint64_t available = next < ring_.size() ? ring_[next].frame.begin : position_;
    if (reader.cursor < available) return Step::kBehind;
  }
  for (; reader.next_sequence < first_sequence_ + ring_.size(); ++reader.next_sequence) {
    const Entry& entry = ring_[reader.next_sequence - first_sequence_];
    const SseFrame& frame = entry.frame;
    const bool is_mark = frame.begin == frame.end;
    // A reader beyond a mark of bytes saw some that were lost, and must learn of the end.
    const bool is_past =
        is_mark ? !contiguous_ && frame.end < reader.cursor : frame.end <= reader.cursor;
    if (is_past) continue;
    *wire = frame.begin < reader.cursor && frame.tail
                ? ToWire(frame.event, frame.tail(reader.cursor))
                : entry.wire;
    reader.cursor = frame.end;
    ++reader.next_sequence;
    return Step::kFrame;
  }
  return Step::kNothing;
}

}  // namespace kozmic::http
