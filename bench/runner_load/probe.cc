// What the measured containers run; static, so that any image can have it.
//
//   probe now            prints the time: nanoseconds since the epoch
//   probe lines BYTES    prints so many bytes of lines of 80 bytes, as programs with stdio do

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace {

constexpr int kLine = 80;

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "now") == 0) {
    timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    std::printf("%lld%09ld\n", static_cast<long long>(now.tv_sec), now.tv_nsec);
    return 0;
  }
  if (argc == 3 && std::strcmp(argv[1], "lines") == 0) {
    char line[kLine + 1] = {};
    std::memset(line, 'x', kLine - 1);
    line[kLine - 1] = '\n';
    for (long long left = std::atoll(argv[2]); left > 0; left -= kLine) std::fputs(line, stdout);
    return std::fflush(stdout) == 0 ? 0 : 1;
  }
  return 2;
}
