#include "lib/base/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

#include "absl/strings/escaping.h"

namespace kozmic {

std::string Random::Bytes(size_t size) {
  std::string bytes(size, '\0');
  Fill(bytes.data(), size);
  return bytes;
}

std::string Random::Hex(size_t size) { return absl::BytesToHexString(Bytes(size)); }

double Random::Unit() {
  uint64_t bits = 0;
  Fill(&bits, sizeof(bits));
  // A double holds 53 bits exactly.
  return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

void SystemRandom::Fill(void* out, size_t size) {
  auto* cursor = static_cast<unsigned char*>(out);
  while (size > 0) {
    const ssize_t got = getrandom(cursor, size, 0);
    if (got < 0) {
      if (errno == EINTR) continue;
      std::abort();
    }
    cursor += got;
    size -= static_cast<size_t>(got);
  }
}

void SeededRandom::Fill(void* out, size_t size) {
  auto* cursor = static_cast<unsigned char*>(out);
  for (size_t i = 0; i < size; ++i) cursor[i] = static_cast<unsigned char>(engine_());
}

}  // namespace kozmic
