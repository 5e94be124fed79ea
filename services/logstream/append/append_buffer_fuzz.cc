// The chunk protocol: whatever chunks come, in whatever order, with commits in between, the buffer
// has what a plain model of it has, and refuses what that refuses.
#include <algorithm>
#include <string>

#include "absl/status/status.h"
#include "lib/testing/fuzz.h"
#include "services/logstream/append/append_buffer.h"

namespace kozmic {
namespace {

constexpr size_t kLongestChunk = 60;

// A writer's view of a log and its store.
struct Model {
  std::string bytes;
  size_t committed = 0;
  size_t limit = 0;
};

void Offer(AppendBuffer& buffer, Model& model, size_t offset, const std::string& chunk,
           int64_t time) {
  const size_t end = model.bytes.size();
  const auto accepted = buffer.Accept(static_cast<int64_t>(offset), chunk, time);
  if (offset > end) {
    return Require(absl::IsOutOfRange(accepted.status()), "a gap is refused");
  }
  const size_t known = std::min(chunk.size(), end - offset);
  if (offset < model.committed && !chunk.empty()) {
    Require(accepted.ok() && accepted->taken == 0 &&
                accepted->in_store == std::min(chunk.size(), model.committed - offset),
            "what is committed is the store's to compare");
    return;
  }
  if (model.bytes.compare(offset, known, chunk, 0, known) != 0) {
    return Require(absl::IsDataLoss(accepted.status()), "other bytes are a conflict");
  }
  const std::string fresh = chunk.substr(known);
  if (!fresh.empty() && end + fresh.size() > model.limit) {
    return Require(absl::IsResourceExhausted(accepted.status()), "the limit is exact");
  }
  Require(accepted.ok() && accepted->in_store == 0 && accepted->taken == fresh.size(),
          "new bytes are taken");
  model.bytes += fresh;
}

void Check(const AppendBuffer& buffer, const Model& model) {
  Require(buffer.committed() == static_cast<int64_t>(model.committed), "committed");
  Require(buffer.end() == static_cast<int64_t>(model.bytes.size()), "end");
  Require(buffer.Batch(buffer.size()) == model.bytes.substr(model.committed), "the bytes");
  int64_t before = -1;
  for (const TimeMark& mark : buffer.times().marks()) {
    Require(
        mark.offset > before && mark.offset >= buffer.committed() && mark.offset <= buffer.end(),
        "times of what is buffered or comes next, in order");
    before = mark.offset;
  }
}

}  // namespace
}  // namespace kozmic

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace kozmic;
  FuzzInput input(data, size);
  Model model;
  model.bytes = input.Bytes(input.Below(64));
  model.committed = model.bytes.size();
  model.limit = model.committed + 16 * input.Below(64);
  AppendBuffer buffer(static_cast<int64_t>(model.committed), static_cast<int64_t>(model.limit));
  int64_t time = 1;
  while (!input.empty()) {
    const size_t end = model.bytes.size();
    switch (input.Below(4)) {
      case 0: {
        // Anything, anywhere near.
        const size_t offset = end + 2 - std::min(end + 2, input.Below(128));
        Offer(buffer, model, offset, input.Bytes(input.Below(kLongestChunk)), time);
        break;
      }
      case 1: {
        // Said again, with something new behind it.
        const size_t offset = end - std::min(end, input.Below(128));
        Offer(buffer, model, offset,
              model.bytes.substr(offset) + input.Bytes(input.Below(kLongestChunk)), time);
        break;
      }
      case 2: {
        const size_t batch = buffer.Batch(input.Below(100)).size();
        buffer.Commit(batch);
        model.committed += batch;
        break;
      }
      default:
        time += static_cast<int64_t>(input.Byte());
    }
    Check(buffer, model);
  }
  buffer.Drop();
  model.bytes.resize(model.committed);
  Check(buffer, model);
  return 0;
}
