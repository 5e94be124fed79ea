#include "lib/history/change.h"

#include <algorithm>

namespace kozmic {
namespace {

const nlohmann::json* Find(const SettingValues& values, const std::string& field) {
  const auto found = std::find_if(values.begin(), values.end(),
                                  [&](const auto& one) { return one.first == field; });
  return found == values.end() ? nullptr : &found->second;
}

}  // namespace

std::vector<FieldChange> FieldChanges(const SettingValues& before, const SettingValues& after) {
  std::vector<FieldChange> changes;
  for (const auto& [field, value] : after) {
    const nlohmann::json* old = Find(before, field);
    if (old == nullptr) {
      changes.push_back({.field = field, .after = value});
    } else if (*old != value) {
      changes.push_back({.field = field, .before = *old, .after = value});
    }
  }
  for (const auto& [field, value] : before) {
    if (Find(after, field) == nullptr) changes.push_back({.field = field, .before = value});
  }
  return changes;
}

}  // namespace kozmic
