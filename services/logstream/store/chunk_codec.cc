#include "services/logstream/store/chunk_codec.h"

#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
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
using Compressor = std::unique_ptr<ZSTD_CCtx, CompressorDeleter>;

// A context costs more to set up than a small chunk to compress, and is as large as several chunks:
// there are as many as are ever used at once, not one for each thread.
class Compressors {
 public:
  static Compressors& Get() {
    static Compressors& all = *new Compressors();
    return all;
  }

  Compressor Take() {
    absl::MutexLock lock(&mutex_);
    if (idle_.empty()) return Compressor(ZSTD_createCCtx());
    Compressor last = std::move(idle_.back());
    idle_.pop_back();
    return last;
  }
  void Return(Compressor compressor) {
    absl::MutexLock lock(&mutex_);
    idle_.push_back(std::move(compressor));
  }

 private:
  absl::Mutex mutex_;
  std::vector<Compressor> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::string CompressChunk(absl::string_view bytes, ChunkLevel level) {
  Compressor context = Compressors::Get().Take();
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, ZstdLevel(level));
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  // Not zeroed, and not kept at its full size.
  const std::unique_ptr<char[]> data(new char[ZSTD_compressBound(bytes.size())]);
  const size_t size = ZSTD_compress2(context.get(), data.get(), ZSTD_compressBound(bytes.size()),
                                     bytes.data(), bytes.size());
  // With room for the bound, only a lack of memory can fail.
  if (ZSTD_isError(size)) std::abort();
  Compressors::Get().Return(std::move(context));
  return {data.get(), size};
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
