#include "bench/report/report.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>

namespace kozmic::bench {

double Samples::At(double share) const {
  if (values_.empty()) return 0;
  std::vector<double> sorted = values_;
  std::sort(sorted.begin(), sorted.end());
  return sorted[std::min(sorted.size() - 1,
                         static_cast<size_t>(static_cast<double>(sorted.size()) * share))];
}

void Headline(absl::string_view text) {
  std::printf("%s\n", std::string(text).c_str());
  std::fflush(stdout);
}

void Row(absl::string_view what, const Samples& samples, absl::string_view unit) {
  std::printf("  %-62s p50 %8.1f %s  p95 %8.1f %s\n", std::string(what).c_str(), samples.p50(),
              std::string(unit).c_str(), samples.p95(), std::string(unit).c_str());
  std::fflush(stdout);
}

void Verdict(absl::string_view what, double value, absl::string_view relation, double asked,
             absl::string_view unit) {
  const bool enough = relation == ">="  ? value >= asked
                      : relation == "<" ? value < asked
                                        : value <= asked;
  std::printf("  %-62s     %8.2f %s  asked %s %g %s: %s\n", std::string(what).c_str(), value,
              std::string(unit).c_str(), std::string(relation).c_str(), asked,
              std::string(unit).c_str(), enough ? "met" : "MISSED");
  std::fflush(stdout);
}

}  // namespace kozmic::bench
