// Runs a fuzz target with the files that are its arguments and with seeded changes of them, so that
// a corpus is a normal test. A run that fails says what it ran.
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "lib/testing/fuzz.h"

namespace {

constexpr int kChanges = 3000;
// A change of a large file says no more than one of a small file, and takes longer.
constexpr size_t kLargestChanged = 8 << 10;

// What runs now, for the signal handler.
char running[512];

void TellAndEnd(int signal) {
  const char lead[] = "while it ran: ";
  size_t length = 0;
  while (running[length] != '\0') ++length;
  [[maybe_unused]] ssize_t ignored = write(STDERR_FILENO, lead, sizeof(lead) - 1);
  ignored = write(STDERR_FILENO, running, length);
  ignored = write(STDERR_FILENO, "\n", 1);
  ::signal(signal, SIG_DFL);
  raise(signal);
}

// Some bytes changed, put in, taken out or said twice.
std::string Change(std::string input, std::mt19937& random) {
  const auto below = [&](size_t limit) { return random() % limit; };
  for (size_t left = 1 + below(12); left > 0; --left) {
    const size_t at = below(input.size() + 1);
    const size_t length = 1 + below(8);
    switch (below(4)) {
      case 0:
        if (at < input.size()) input[at] = static_cast<char>(random());
        break;
      case 1:
        for (size_t i = 0; i < length; ++i) input.insert(at, 1, static_cast<char>(random()));
        break;
      case 2:
        input.erase(at, length);
        break;
      default:
        input.insert(at, input.substr(at, length));
    }
  }
  return input;
}

void Run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
}

}  // namespace

int main(int argc, char** argv) {
  for (const int one : {SIGABRT, SIGSEGV, SIGFPE, SIGILL, SIGBUS}) signal(one, TellAndEnd);
  if (argc < 2) {
    std::fprintf(stderr, "the corpus is empty\n");
    return 1;
  }
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(file), {}};
    if (!file.is_open()) {
      std::fprintf(stderr, "cannot read %s\n", argv[i]);
      return 1;
    }
    std::snprintf(running, sizeof(running), "%s", argv[i]);
    Run(input);
    if (input.size() > kLargestChanged) continue;
    for (int seed = 0; seed < kChanges; ++seed) {
      std::snprintf(running, sizeof(running), "%s, change %d", argv[i], seed);
      std::mt19937 random(static_cast<uint32_t>(seed));
      Run(Change(input, random));
    }
  }
  return 0;
}
