#ifndef KOZMIC_LIB_GITHUB_RATE_GATE_H_
#define KOZMIC_LIB_GITHUB_RATE_GATE_H_

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"

namespace kozmic::github {

// Keeps the requests of a token back while GitHub asks for that. Knows tokens by their digests
// alone. Thread-safe.
class RateGate {
 public:
  // `clock` must outlive this. Of more than `capacity` tokens that wait at the same time, those are
  // forgotten whose wait is over first.
  explicit RateGate(const Clock& clock, size_t capacity = 10000);

  // OK when `token` need not wait; else UNAVAILABLE with the detail "retry-after-seconds", which is
  // rounded up: after so many seconds it is OK.
  absl::Status Check(absl::string_view token) const;

  // `token` waits for `wait` from now, or longer when it has been told so before.
  void Close(absl::string_view token, absl::Duration wait);

  // For those who share tokens: `told` is called for each Close, on its thread, with the SHA-256 of
  // the token in hexadecimal and when it may ask again. Before the first Close.
  using Told = std::function<void(const std::string& digest, absl::Time opens)>;
  void OnClose(Told told) { told_ = std::move(told); }
  // What another one was told. Is not told to OnClose.
  void CloseUntil(const std::string& digest, absl::Time opens);

 private:
  void MakeRoom() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock& clock_;
  const size_t capacity_;
  Told told_;
  mutable absl::Mutex mutex_;
  // When each token that waits may ask again, by the token's digest.
  std::map<std::string, absl::Time> opens_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kozmic::github

#endif  // KOZMIC_LIB_GITHUB_RATE_GATE_H_
