#ifndef KOZMIC_LIB_BASE_RANDOM_H_
#define KOZMIC_LIB_BASE_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

namespace kozmic {

// Where randomness comes from. Thread-safe unless said otherwise.
class Random {
 public:
  virtual ~Random() = default;
  virtual void Fill(void* out, size_t size) = 0;

  // `size` random bytes.
  std::string Bytes(size_t size);
  // Lower-case hexadecimal of `size` random bytes: 2 * size characters.
  std::string Hex(size_t size);
  // Uniform in [0, 1).
  double Unit();
};

// The kernel's generator; fit for secrets. Aborts the process when the kernel has none.
class SystemRandom final : public Random {
 public:
  void Fill(void* out, size_t size) override;
};

// The same bytes for the same seed, for tests. Not thread-safe.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : engine_(seed) {}
  void Fill(void* out, size_t size) override;

 private:
  std::mt19937_64 engine_;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_BASE_RANDOM_H_
