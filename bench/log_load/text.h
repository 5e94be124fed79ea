#ifndef KOZMIC_BENCH_LOG_LOAD_TEXT_H_
#define KOZMIC_BENCH_LOG_LOAD_TEXT_H_

#include <cstdint>
#include <string>

namespace kozmic::bench {

// About so many bytes in lines of 80: the same again and again but for a number,
std::string RepetitiveLines(int64_t bytes);
// of random letters, which hardly compress,
std::string RandomLines(int64_t bytes, uint32_t seed);
// as build logs have them: a few thousand words, paths, numbers.
std::string LogLines(int64_t bytes, uint32_t seed);

}  // namespace kozmic::bench

#endif  // KOZMIC_BENCH_LOG_LOAD_TEXT_H_
