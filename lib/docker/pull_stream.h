#ifndef KOZMIC_LIB_DOCKER_PULL_STREAM_H_
#define KOZMIC_LIB_DOCKER_PULL_STREAM_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kozmic::docker {

// One message of a running pull or push.
struct TransferProgress {
  // A layer's short id; empty for messages about the whole image.
  std::string layer;
  // "Downloading", "Pull complete", "Digest: sha256:...".
  std::string status;
  // Bytes; 0 when unknown.
  int64_t current = 0;
  int64_t total = 0;
  // Of a push, once: "sha256:…" of the manifest that is in the registry now.
  std::string digest;
};

// Reads the stream of JSON messages that answers a pull or push.
class TransferStream {
 public:
  explicit TransferStream(std::function<void(const TransferProgress&)> progress)
      : progress_(std::move(progress)) {}

  // False when a message is longer than any of Docker's.
  bool Feed(absl::string_view bytes);
  // Call at the end. The error that the stream carried, by TransferError; OK without one.
  absl::Status Finish();

 private:
  void Take(absl::string_view line);

  const std::function<void(const TransferProgress&)> progress_;
  std::string partial_;
  std::string error_;
};

// What an error's text of a pull or push means; the message stays Docker's own:
// UNAVAILABLE: the registry cannot be reached or answers with server errors; it may work later.
// RESOURCE_EXHAUSTED: the registry limits how often one may ask.
// PERMISSION_DENIED: it wants other credentials. (For an image that does not exist, many say so.)
// NOT_FOUND: no such image or tag. Otherwise `otherwise`.
absl::Status TransferError(absl::string_view message, absl::StatusCode otherwise);

}  // namespace kozmic::docker

#endif  // KOZMIC_LIB_DOCKER_PULL_STREAM_H_
