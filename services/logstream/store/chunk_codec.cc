#include "services/logstream/store/chunk_codec.h"

#include <cstdlib>
#include <memory>

#include "absl/strings/str_cat.h"
#include "zstd.h"

namespace kozmic {
namespace {

int ZstdLevel(ChunkLevel level) {
  switch (level) {
    // The fastest: logs compress well anyhow, and commits wait for it.
    case ChunkLevel::kFast:
      return 1;
    case ChunkLevel::kSmall:
      return 6;
  }
  return 1;
}

struct CompressorDeleter {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

}  // namespace

std::string CompressChunk(absl::string_view bytes, ChunkLevel level) {
  // A context costs more to set up than a small chunk to compress.
  thread_local const std::unique_ptr<ZSTD_CCtx, CompressorDeleter> context(ZSTD_createCCtx());
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, ZstdLevel(level));
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::string data(ZSTD_compressBound(bytes.size()), '\0');
  const size_t size =
      ZSTD_compress2(context.get(), data.data(), data.size(), bytes.data(), bytes.size());
  // With room for the bound, only a lack of memory can fail.
  if (ZSTD_isError(size)) std::abort();
  data.resize(size);
  return data;
}

absl::StatusOr<std::string> DecompressChunk(absl::string_view data, size_t raw_size) {
  std::string bytes(raw_size, '\0');
  const size_t size = ZSTD_decompress(bytes.data(), bytes.size(), data.data(), data.size());
  if (ZSTD_isError(size)) {
    return absl::DataLossError(absl::StrCat("damaged chunk: ", ZSTD_getErrorName(size)));
  }
  if (size != raw_size) {
    return absl::DataLossError(
        absl::StrCat("damaged chunk: ", size, " bytes instead of ", raw_size));
  }
  return bytes;
}

}  // namespace kozmic
