#ifndef KOZMIC_SERVICES_LOGSTREAM_LIMITS_H_
#define KOZMIC_SERVICES_LOGSTREAM_LIMITS_H_

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace kozmic {

// Most bytes in one message of an append or a tail, in one chunk of the store.
inline constexpr size_t kChunkBytes = 256 << 10;
// Most bytes in one commit: what its waiting for the disk costs is then spread over several chunks.
inline constexpr size_t kCommitBytes = 4 * kChunkBytes;
// Most uncommitted bytes of one append stream; then nothing more is read from it. While one commit
// waits for the disk, the next one's bytes are compressed and those after them come.
inline constexpr size_t kAppendBufferBytes = 2 * kCommitBytes + 2 * kChunkBytes;
// Most live bytes that wait for one reader; a slower one reads from the store.
inline constexpr size_t kTailWindowBytes = 256 << 10;
// Most bytes of one entry of the live feed.
inline constexpr size_t kLiveEntryBytes = 64 << 10;
// Of the bytes that a writer sends, so many a second reach other replicas live, after a first burst
// of as many; the others, which nobody can read that fast, they read from the store.
inline constexpr size_t kBroadcastBytesPerSecond = 1 << 20;
// While a log grows faster than that, they hear of its commits so often.
inline constexpr absl::Duration kBroadcastInterval = absl::Milliseconds(100);
// A stream's commits begin at least so far apart, unless there is a whole chunk: rows of a few
// bytes each would make logs slow to read.
inline constexpr absl::Duration kCommitInterval = absl::Milliseconds(30);
// Lines are counted from a log's end within so many bytes.
inline constexpr int64_t kMostTailBytes = 64 << 20;
// About so many marks are in one answer of ListLogTimes.
inline constexpr size_t kMostTimes = 50'000;
// Sealed logs are looked for that are to be moved to the archive, besides at each seal.
inline constexpr absl::Duration kArchiveInterval = absl::Minutes(1);
// How often the store is asked about followed logs, in case hints were lost.
inline constexpr absl::Duration kSweepInterval = absl::Seconds(1);

// After so long a DeleteLogs frees no further part: seals wait for the same threads.
inline constexpr absl::Duration kRemovalStep = absl::Milliseconds(500);

// Counted apart: readers must not take the places that runners need.
inline constexpr size_t kMostAppends = 1024;
inline constexpr size_t kMostTails = 2048;
inline constexpr int64_t kDefaultMaxLogSize = int64_t{1} << 30;

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_LIMITS_H_
