#ifndef KOZMIC_SERVICES_LOGSTREAM_STORE_DIGEST_BOOK_H_
#define KOZMIC_SERVICES_LOGSTREAM_STORE_DIGEST_BOOK_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "lib/crypto/prefix_digest.h"

namespace kozmic {

// Digests of the logs that grow by this process's hands, so that a seal need not read what was just
// written. Knows as many as there is room for: the ones that grew last. Thread-safe.
class DigestBook {
 public:
  // A bit more than as many logs as may be appended to at once.
  static constexpr size_t kMostLogs = 2048;

  // Bytes have been committed to the log.
  void Add(const std::string& log, int64_t offset, absl::string_view bytes);
  // What is known of the log, perhaps nothing: a digest of no bytes. Known no more afterwards.
  // Waits for an Add that is at it.
  PrefixDigest Take(const std::string& log);

 private:
  void AwaitNotHashed(const std::string& log) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  PrefixDigest TakeEntry(const std::string& log) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  using Entries = std::list<std::pair<std::string, PrefixDigest>>;

  absl::Mutex mutex_;
  // Logs whose entry is out of the book while an Add is at it.
  std::unordered_set<std::string> hashed_ ABSL_GUARDED_BY(mutex_);
  // The one that grew last first.
  Entries entries_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<std::string, Entries::iterator> by_log_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_STORE_DIGEST_BOOK_H_
