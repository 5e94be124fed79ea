#ifndef KOZMIC_LIB_METRICS_METRICS_H_
#define KOZMIC_LIB_METRICS_METRICS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "prometheus/counter.h"
#include "prometheus/family.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"

namespace kozmic {

// What this process tells of itself to Prometheus. There is one set of metrics in a process, which
// lives as long as the process does; asking for one that there is answers the same one. Names begin
// with "kozmic_" and end in their unit. Labels are few and of few values: never a project, a branch
// or a user. All of it is thread-safe, and cheap enough for every call.
using CounterFamily = prometheus::Family<prometheus::Counter>;
using GaugeFamily = prometheus::Family<prometheus::Gauge>;

CounterFamily& CounterNamed(const std::string& name, const std::string& help);
GaugeFamily& GaugeNamed(const std::string& name, const std::string& help);

// Histograms of seconds, from half a millisecond to ten minutes.
class SecondsFamily {
 public:
  SecondsFamily(const std::string& name, const std::string& help);

  prometheus::Histogram& With(const prometheus::Labels& labels);

 private:
  prometheus::Family<prometheus::Histogram>& family_;
};

inline void Observe(prometheus::Histogram& histogram, absl::Duration duration) {
  histogram.Observe(absl::ToDoubleSeconds(duration));
}

// Gauges that are looked up whenever somebody asks, as long as this lives: the destructor waits for
// a look that goes on. `look` may take a second or so, and leaves out what it cannot find out.
class LookedUpGauges {
 public:
  struct Value {
    std::string name;
    std::string help;
    double value = 0;
    prometheus::Labels labels = {};
  };
  using Look = std::function<std::vector<Value>()>;

  explicit LookedUpGauges(Look look);
  ~LookedUpGauges();
  LookedUpGauges(const LookedUpGauges&) = delete;
  LookedUpGauges& operator=(const LookedUpGauges&) = delete;

 private:
  const Look look_;

  friend std::string MetricsText();
};

// All of them as Prometheus reads them (text format 0.0.4).
std::string MetricsText();

}  // namespace kozmic

#endif  // KOZMIC_LIB_METRICS_METRICS_H_
