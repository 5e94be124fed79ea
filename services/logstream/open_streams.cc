#include "services/logstream/open_streams.h"

#include <utility>
#include <vector>

#include "lib/status/annotate.h"

namespace kozmic {

absl::Status DrainingError() {
  return WithReason(absl::UnavailableError("the server is ending; try again"), "draining");
}

absl::Status OpenStreams::Add(std::shared_ptr<OpenStream> stream) {
  absl::MutexLock lock(&mutex_);
  if (draining_) return DrainingError();
  if (streams_.size() >= most_) {
    return WithReason(absl::ResourceExhaustedError("too many streams are open; try again"),
                      "too_many_streams");
  }
  const OpenStream* key = stream.get();
  streams_.emplace(key, std::move(stream));
  return absl::OkStatus();
}

void OpenStreams::Remove(const OpenStream* stream) {
  // The last reference may go here; not under the lock.
  std::shared_ptr<OpenStream> gone;
  absl::MutexLock lock(&mutex_);
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  gone = std::move(found->second);
  streams_.erase(found);
}

void OpenStreams::DrainAll() {
  std::vector<std::shared_ptr<OpenStream>> streams;
  {
    absl::MutexLock lock(&mutex_);
    draining_ = true;
    for (const auto& [key, stream] : streams_) streams.push_back(stream);
  }
  for (const auto& stream : streams) stream->Drain();
}

}  // namespace kozmic
