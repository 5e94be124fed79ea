#include "lib/metrics/metrics.h"

#include <memory>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kozmic {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(MetricsTest, OneThatIsThereIsTheSame) {
  CounterNamed("kozmic_a_total", "As.").Add({{"kind", "x"}}).Increment();
  CounterNamed("kozmic_a_total", "As.").Add({{"kind", "x"}}).Increment();
  CounterNamed("kozmic_a_total", "As.").Add({{"kind", "y"}}).Increment();
  EXPECT_THAT(MetricsText(), AllOf(HasSubstr("# HELP kozmic_a_total As.\n"),
                                   HasSubstr("# TYPE kozmic_a_total counter\n"),
                                   HasSubstr("kozmic_a_total{kind=\"x\"} 2\n"),
                                   HasSubstr("kozmic_a_total{kind=\"y\"} 1\n")));
}

TEST(MetricsTest, DurationsFallIntoBuckets) {
  SecondsFamily family("kozmic_b_seconds", "Bs.");
  Observe(family.With({}), absl::Milliseconds(3));
  Observe(family.With({}), absl::Minutes(20));
  EXPECT_THAT(MetricsText(), AllOf(HasSubstr("kozmic_b_seconds_count 2\n"),
                                   HasSubstr("kozmic_b_seconds_bucket{le=\"0.0025\"} 0\n"),
                                   HasSubstr("kozmic_b_seconds_bucket{le=\"0.005\"} 1\n"),
                                   HasSubstr("kozmic_b_seconds_bucket{le=\"600\"} 1\n"),
                                   HasSubstr("kozmic_b_seconds_bucket{le=\"+Inf\"} 2\n")));
}

TEST(MetricsTest, GaugesAreLookedUpAsLongAsTheirOwnerLives) {
  int looks = 0;
  auto gauges = std::make_unique<LookedUpGauges>([&looks] {
    return std::vector<LookedUpGauges::Value>{
        {.name = "kozmic_c", .help = "Cs.", .value = 7.5, .labels = {{"of", "x"}}},
        {.name = "kozmic_looks", .help = "Looks.", .value = static_cast<double>(++looks)}};
  });
  const LookedUpGauges others([] {
    return std::vector<LookedUpGauges::Value>{
        {.name = "kozmic_c", .help = "Cs.", .value = 1, .labels = {{"of", "y"}}}};
  });
  EXPECT_THAT(MetricsText(), HasSubstr("kozmic_looks 1\n"));
  EXPECT_THAT(MetricsText(), AllOf(HasSubstr("kozmic_looks 2\n"),
                                   HasSubstr("# TYPE kozmic_c gauge\nkozmic_c{of=\"x\"} 7.5\n"
                                             "kozmic_c{of=\"y\"} 1\n")));
  gauges.reset();
  EXPECT_THAT(MetricsText(), Not(HasSubstr("kozmic_looks")));
}

}  // namespace
}  // namespace kozmic
