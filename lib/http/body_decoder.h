#ifndef KOZMIC_LIB_HTTP_BODY_DECODER_H_
#define KOZMIC_LIB_HTTP_BODY_DECODER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/http/request_head.h"

namespace kozmic::http {

// Collects a request's body from bytes that come in pieces. Holds at most `limit` bytes, whatever
// the sender claims: memory follows what has arrived. Chunk extensions and trailers are refused.
class BodyDecoder {
 public:
  enum class State { kMore, kDone, kTooLarge, kMalformed };

  BodyDecoder(Framing framing, uint64_t content_length, size_t limit);

  // Takes this body's bytes off the front of `input`; what is left belongs to the next request.
  State Feed(absl::string_view& input);

  State state() const { return state_; }
  const std::string& body() const { return body_; }
  std::string TakeBody() { return std::move(body_); }

 private:
  enum class Part { kData, kSizeLine, kDataEnd, kTrailer };

  void FeedLength(absl::string_view& input);
  void FeedChunked(absl::string_view& input);
  void EndLine();
  bool Append(absl::string_view bytes);

  const Framing framing_;
  const size_t limit_;
  State state_ = State::kMore;
  std::string body_;
  // Of the body or of the chunk.
  uint64_t remaining_ = 0;
  Part part_ = Part::kSizeLine;
  std::string line_;
};

}  // namespace kozmic::http

#endif  // KOZMIC_LIB_HTTP_BODY_DECODER_H_
