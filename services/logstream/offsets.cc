#include "services/logstream/offsets.h"

#include <algorithm>

namespace kozmic {

ChunkFit FitChunk(int64_t end, int64_t offset, size_t size) {
  if (offset > end) return {.gap = offset - end};
  return {.overlap = std::min(size, static_cast<size_t>(end - offset))};
}

}  // namespace kozmic
