#include "lib/metrics/metrics.h"

#include <algorithm>
#include <map>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "prometheus/registry.h"
#include "prometheus/text_serializer.h"

namespace kozmic {
namespace {

// Finer where calls are, coarser where jobs are.
const prometheus::Histogram::BucketBoundaries& Buckets() {
  static const auto& buckets = *new prometheus::Histogram::BucketBoundaries{
      0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
      1,      2.5,   5,      10,    30,   60,    120,  300, 600};
  return buckets;
}

prometheus::Registry& Registry() {
  // A counter that is used anew is the one that there was.
  static auto& registry = *new prometheus::Registry(prometheus::Registry::InsertBehavior::Merge);
  return registry;
}

class Lookups {
 public:
  absl::Mutex mutex;
  std::vector<const LookedUpGauges*> all ABSL_GUARDED_BY(mutex);
};

Lookups& AllLookups() {
  static auto& lookups = *new Lookups();
  return lookups;
}

}  // namespace

CounterFamily& CounterNamed(const std::string& name, const std::string& help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(Registry());
}

GaugeFamily& GaugeNamed(const std::string& name, const std::string& help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(Registry());
}

SecondsFamily::SecondsFamily(const std::string& name, const std::string& help)
    : family_(prometheus::BuildHistogram().Name(name).Help(help).Register(Registry())) {}

prometheus::Histogram& SecondsFamily::With(const prometheus::Labels& labels) {
  return family_.Add(labels, Buckets());
}

LookedUpGauges::LookedUpGauges(Look look) : look_(std::move(look)) {
  Lookups& lookups = AllLookups();
  absl::MutexLock lock(&lookups.mutex);
  lookups.all.push_back(this);
}

LookedUpGauges::~LookedUpGauges() {
  Lookups& lookups = AllLookups();
  absl::MutexLock lock(&lookups.mutex);
  std::erase(lookups.all, this);
}

std::string MetricsText() {
  std::vector<prometheus::MetricFamily> families = Registry().Collect();
  Lookups& lookups = AllLookups();
  {
    absl::MutexLock lock(&lookups.mutex);
    // Values of one name belong to one family, whoever has looked them up.
    std::map<std::string, prometheus::MetricFamily> looked_up;
    for (const LookedUpGauges* gauges : lookups.all) {
      for (const LookedUpGauges::Value& value : gauges->look_()) {
        prometheus::MetricFamily& family = looked_up[value.name];
        family.name = value.name;
        family.help = value.help;
        family.type = prometheus::MetricType::Gauge;
        prometheus::ClientMetric& metric = family.metric.emplace_back();
        for (const auto& [label, text] : value.labels) metric.label.push_back({label, text});
        metric.gauge.value = value.value;
      }
    }
    for (auto& [name, family] : looked_up) families.push_back(std::move(family));
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace kozmic
