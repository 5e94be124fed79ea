#ifndef KOZMIC_BENCH_REPORT_REPORT_H_
#define KOZMIC_BENCH_REPORT_REPORT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kozmic::bench {

// Values of one kind, in milliseconds or another unit.
class Samples {
 public:
  void Add(double value) { values_.push_back(value); }
  double p50() const { return At(0.5); }
  double p95() const { return At(0.95); }
  double p99() const { return At(0.99); }
  size_t size() const { return values_.size(); }

 private:
  double At(double share) const;

  std::vector<double> values_;
};

// Prints what a measurement is about.
void Headline(absl::string_view text);
// Prints one kind of values with their quantiles.
void Row(absl::string_view what, const Samples& samples, absl::string_view unit = "ms");
// Prints what was asked for, what came out, and whether that is enough.
void Verdict(absl::string_view what, double value, absl::string_view relation, double asked,
             absl::string_view unit = "");

}  // namespace kozmic::bench

#endif  // KOZMIC_BENCH_REPORT_REPORT_H_
