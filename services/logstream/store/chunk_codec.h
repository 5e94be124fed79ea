#ifndef KOZMIC_SERVICES_LOGSTREAM_CHUNK_CODEC_H_
#define KOZMIC_SERVICES_LOGSTREAM_CHUNK_CODEC_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kozmic {

// What is written while someone waits for it, and what is kept for long.
enum class ChunkLevel { kFast, kSmall };

// A stored chunk is one zstd frame with a checksum.
std::string CompressChunk(absl::string_view bytes, ChunkLevel level = ChunkLevel::kFast);

// DATA_LOSS unless `data` is a sound frame of exactly `raw_size` bytes.
absl::StatusOr<std::string> DecompressChunk(absl::string_view data, size_t raw_size);

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_CHUNK_CODEC_H_
