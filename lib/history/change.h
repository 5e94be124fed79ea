#ifndef KOZMIC_LIB_HISTORY_CHANGE_H_
#define KOZMIC_LIB_HISTORY_CHANGE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "nlohmann/json.hpp"

namespace kozmic {

// Who changes a setting.
struct Author {
  // 0: a service, whose name `login` is.
  int64_t user_id = 0;
  // As GitHub calls them now.
  std::string login = {};
  bool by_access_token = false;
};

// What can be read of a setting, by the names of the REST interface, in the order in which people
// read it. Nothing secret belongs here.
using SettingValues = std::vector<std::pair<std::string, nlohmann::json>>;

// A value that differs; null stands for one that there was not.
struct FieldChange {
  std::string field = {};
  nlohmann::json before = {};
  nlohmann::json after = {};
  // The values were left out, as they are too long for a list.
  bool omitted = false;

  bool operator==(const FieldChange&) const = default;
};

// The fields whose values differ, in the order of `after`, then those that only `before` has. Names
// occur once in each.
std::vector<FieldChange> FieldChanges(const SettingValues& before, const SettingValues& after);

// As kozmic.history.v1.SettingsChange.
struct Change {
  // Stored.
  enum class Action { kAdded = 1, kChanged = 2, kRemoved = 3 };

  std::string subject = {};
  std::string title = {};
  Action action = Action::kChanged;
  std::vector<FieldChange> fields = {};
};

// A change as it is kept.
struct ChangeRecord {
  int64_t number = 0;
  int64_t project_id = 0;
  absl::Time time = {};
  Author author = {};
  Change change = {};
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_HISTORY_CHANGE_H_
