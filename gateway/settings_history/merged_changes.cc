#include "gateway/settings_history/merged_changes.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/text.h"
#include "gateway/translate.h"

namespace kozmic::gateway {
namespace {

using history::v1::SettingsChange;

// No change has a lower number: what is added later belongs on an earlier page.
constexpr int64_t kOver = 1;

std::pair<int64_t, int32_t> TimeOf(const SettingsChange& change) {
  return {change.time().seconds(), change.time().nanos()};
}

}  // namespace

std::optional<ChangeCursor> ParseChangeCursor(absl::string_view token) {
  if (token.empty()) return ChangeCursor();
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(token, absl::MaxSplits('.', 1));
  const auto project = ParseNumber(parts.first, 0);
  const auto build = ParseNumber(parts.second, 0);
  if (!project || !build) return std::nullopt;
  return ChangeCursor{.project = *project, .build = *build};
}

std::string ChangeCursorText(const ChangeCursor& cursor) {
  return absl::StrCat(cursor.project, ".", cursor.build);
}

std::optional<ChangeId> ParseChangeId(absl::string_view id) {
  if (id.empty() || (id[0] != 'p' && id[0] != 'b')) return std::nullopt;
  const auto number = ParseNumber(id.substr(1), 1);
  if (!number) return std::nullopt;
  return ChangeId{.keeper = id[0] == 'p' ? Keeper::kProject : Keeper::kBuild, .number = *number};
}

std::string ChangeIdText(const ChangeId& id) {
  return absl::StrCat(id.keeper == Keeper::kProject ? "p" : "b", id.number);
}

ChangePage MergeChanges(const history::v1::ListSettingsChangesResponse& project,
                        const history::v1::ListSettingsChangesResponse& build, size_t limit,
                        const ChangeCursor& from) {
  ChangePage page;
  ChangeCursor reached = from;
  int p = 0;
  int b = 0;
  while (page.entries.size() < limit && (p < project.changes_size() || b < build.changes_size())) {
    const bool is_projects =
        b == build.changes_size() ||
        (p < project.changes_size() && TimeOf(project.changes(p)) >= TimeOf(build.changes(b)));
    const SettingsChange& change = is_projects ? project.changes(p++) : build.changes(b++);
    (is_projects ? reached.project : reached.build) = LastNumber(change.name());
    page.entries.push_back(
        {.keeper = is_projects ? Keeper::kProject : Keeper::kBuild, .change = &change});
  }
  // Of a history of which nothing came yet: below what it may have told, so that what is added
  // meanwhile belongs to this page.
  if (reached.project == 0 && !project.changes().empty()) {
    reached.project = LastNumber(project.changes(0).name()) + 1;
  }
  if (reached.build == 0 && !build.changes().empty()) {
    reached.build = LastNumber(build.changes(0).name()) + 1;
  }
  const auto is_over = [limit](const auto& list, int taken) {
    return taken == list.changes_size() && static_cast<size_t>(taken) < limit;
  };
  const bool project_is_over = is_over(project, p);
  const bool build_is_over = is_over(build, b);
  if (project_is_over) reached.project = kOver;
  if (build_is_over) reached.build = kOver;
  if (!project_is_over || !build_is_over) page.next = reached;
  return page;
}

}  // namespace kozmic::gateway
