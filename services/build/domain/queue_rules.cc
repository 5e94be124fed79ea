#include "services/build/domain/queue_rules.h"

#include <algorithm>
#include <utility>

namespace kozmic::build {

int64_t NextRank(int64_t last_of_project, int64_t clock) {
  return std::max(last_of_project, clock) + 1;
}

Admission::Admission(int max_parallel, std::map<std::string, int> running, bool paused)
    : max_parallel_(max_parallel), paused_(paused), running_(std::move(running)) {
  for (const auto& [hook, count] : running_) total_ += count;
}

v1::Gate Admission::Admit(const std::string& hook, int hook_limit) {
  if (paused_ || (max_parallel_ > 0 && total_ >= max_parallel_)) return v1::GATE_PROJECT_LIMIT;
  int& of_hook = running_[hook];
  if (hook_limit > 0 && of_hook >= hook_limit) return v1::GATE_HOOK_LIMIT;
  ++of_hook;
  ++total_;
  return v1::GATE_OPEN;
}

}  // namespace kozmic::build
