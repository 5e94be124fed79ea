#ifndef KOZMIC_GATEWAY_SETTINGS_HISTORY_MERGED_CHANGES_H_
#define KOZMIC_GATEWAY_SETTINGS_HISTORY_MERGED_CHANGES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kozmic/history/v1/history.pb.h"

namespace kozmic::gateway {

// The services that keep settings, in the order in which changes of one moment are told.
enum class Keeper { kProject, kBuild };

// Where in each service's history a page begins: only changes with lower numbers; 0: the newest.
struct ChangeCursor {
  int64_t project = 0;
  int64_t build = 0;

  bool operator==(const ChangeCursor&) const = default;
};

// As page tokens: "12.40". Nothing for any other text but an empty one, which is the beginning.
std::optional<ChangeCursor> ParseChangeCursor(absl::string_view token);
std::string ChangeCursorText(const ChangeCursor& cursor);

// A change's name for the browser: "p12", "b40".
struct ChangeId {
  Keeper keeper = Keeper::kProject;
  int64_t number = 0;
};
std::optional<ChangeId> ParseChangeId(absl::string_view id);
std::string ChangeIdText(const ChangeId& id);

struct ChangePage {
  struct Entry {
    Keeper keeper = Keeper::kProject;
    // Of the list it came from.
    const history::v1::SettingsChange* change = nullptr;
  };
  // Newest first.
  std::vector<Entry> entries = {};
  // Nothing: there are no more.
  std::optional<ChangeCursor> next = {};
};

// One page of both histories: of each come its newest `limit` from `from` on. Refers to the lists.
ChangePage MergeChanges(const history::v1::ListSettingsChangesResponse& project,
                        const history::v1::ListSettingsChangesResponse& build, size_t limit,
                        const ChangeCursor& from);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_SETTINGS_HISTORY_MERGED_CHANGES_H_
