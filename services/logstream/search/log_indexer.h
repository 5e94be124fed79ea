#ifndef KOZMIC_SERVICES_LOGSTREAM_SEARCH_LOG_INDEXER_H_
#define KOZMIC_SERVICES_LOGSTREAM_SEARCH_LOG_INDEXER_H_

#include <atomic>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/worker.h"
#include "services/logstream/search/search_index.h"
#include "services/logstream/store/log_store.h"

namespace kozmic {

// Brings the lines of logs into the index for search, in the background, also of logs that still
// grow. Any number of processes may do it at once.
class LogIndexer {
 public:
  // Looks by itself so often; a sealed log is looked at when it is told.
  static constexpr absl::Duration kInterval = absl::Seconds(30);

  // Neither is owned.
  LogIndexer(LogStore& store, SearchIndex& index);
  // Leaves what it is at, soon.
  ~LogIndexer();

  // There may be something to do. Thread-safe; returns at once.
  void Wake() { worker_.Wake(); }

  // Makes as many blocks of a project's lines as there are enough for, until `stopping`. What the
  // worker does.
  static absl::Status Index(LogStore& store, SearchIndex& index, const std::string& project,
                            const std::atomic<bool>& stopping);

 private:
  absl::Duration Step();

  LogStore& store_;
  SearchIndex& index_;
  std::atomic<bool> stopping_ = false;
  bool failing_ = false;
  // Last: uses the rest.
  Worker worker_;
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_SEARCH_LOG_INDEXER_H_
