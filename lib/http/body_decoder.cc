#include "lib/http/body_decoder.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace kozmic::http {
namespace {

// "ffffffff\r\n" and some: more digits could only name a chunk beyond every limit.
constexpr size_t kLongestSizeLine = 10;

}  // namespace

BodyDecoder::BodyDecoder(Framing framing, uint64_t content_length, size_t limit)
    : framing_(framing), limit_(limit) {
  if (framing == Framing::kNone || (framing == Framing::kLength && content_length == 0)) {
    state_ = State::kDone;
  } else if (framing == Framing::kLength) {
    remaining_ = content_length;
    if (content_length > limit) state_ = State::kTooLarge;
  }
}

BodyDecoder::State BodyDecoder::Feed(absl::string_view& input) {
  if (framing_ == Framing::kLength) {
    FeedLength(input);
  } else {
    while (state_ == State::kMore && !input.empty()) FeedChunked(input);
  }
  return state_;
}

bool BodyDecoder::Append(absl::string_view bytes) {
  if (bytes.size() > limit_ - body_.size()) {
    state_ = State::kTooLarge;
    return false;
  }
  body_.append(bytes.data(), bytes.size());
  return true;
}

void BodyDecoder::FeedLength(absl::string_view& input) {
  if (state_ != State::kMore) return;
  const size_t take = std::min<uint64_t>(remaining_, input.size());
  if (!Append(input.substr(0, take))) return;
  input.remove_prefix(take);
  remaining_ -= take;
  if (remaining_ == 0) state_ = State::kDone;
}

void BodyDecoder::FeedChunked(absl::string_view& input) {
  if (part_ == Part::kData) {
    const size_t take = std::min<uint64_t>(remaining_, input.size());
    if (!Append(input.substr(0, take))) return;
    input.remove_prefix(take);
    remaining_ -= take;
    if (remaining_ == 0) part_ = Part::kDataEnd;
    return;
  }
  const char c = input[0];
  input.remove_prefix(1);
  line_.push_back(c);
  if (c == '\n') {
    EndLine();
  } else if (line_.size() > kLongestSizeLine) {
    state_ = State::kMalformed;
  }
}

void BodyDecoder::EndLine() {
  if (line_.size() < 2 || line_[line_.size() - 2] != '\r') {
    state_ = State::kMalformed;
    return;
  }
  line_.resize(line_.size() - 2);
  if (part_ == Part::kSizeLine) {
    uint64_t size = 0;
    bool valid = !line_.empty();
    for (unsigned char digit : line_) {
      valid = valid && absl::ascii_isxdigit(digit);
      size = size * 16 + static_cast<uint64_t>(absl::ascii_isdigit(digit)
                                                   ? digit - '0'
                                                   : absl::ascii_tolower(digit) - 'a' + 10);
    }
    if (!valid) {
      state_ = State::kMalformed;
    } else if (size > limit_ - body_.size()) {
      state_ = State::kTooLarge;
    }
    remaining_ = size;
    part_ = size == 0 ? Part::kTrailer : Part::kData;
  } else if (!line_.empty()) {
    state_ = State::kMalformed;
  } else if (part_ == Part::kTrailer) {
    state_ = State::kDone;
  } else {
    part_ = Part::kSizeLine;
  }
  line_.clear();
}

}  // namespace kozmic::http
