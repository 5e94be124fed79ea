#ifndef KOZMIC_SERVICES_LOGSTREAM_OFFSETS_H_
#define KOZMIC_SERVICES_LOGSTREAM_OFFSETS_H_

#include <cstddef>
#include <cstdint>

namespace kozmic {

// How a chunk lies to what is known already, the bytes before `end`.
struct ChunkFit {
  // Bytes missing between `end` and the chunk; then there is no overlap.
  int64_t gap = 0;
  // So many of the chunk's first bytes are known already.
  size_t overlap = 0;
};

// For a chunk of `size` bytes at `offset` (not negative).
ChunkFit FitChunk(int64_t end, int64_t offset, size_t size);

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_OFFSETS_H_
