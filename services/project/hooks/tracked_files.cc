#include "services/project/hooks/tracked_files.h"

#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "lib/status/macros.h"
#include "services/project/hooks/text_rules.h"

namespace kozmic::project {
namespace {

constexpr size_t kMostPaths = 100;
constexpr size_t kLongestPath = 250;

// Empty for an empty path.
absl::StatusOr<std::string> NormalizePath(absl::string_view path) {
  path = absl::StripAsciiWhitespace(path);
  if (path.empty()) return "";
  if (HasControl(path)) return absl::InvalidArgumentError("Must not contain control characters.");
  const auto fault = [&](absl::string_view what) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", path.substr(0, kLongestPath), "\" ", what));
  };
  if (absl::StartsWith(path, "/")) return fault("must be relative to the repository's root.");
  std::vector<absl::string_view> parts;
  for (const absl::string_view part : absl::StrSplit(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (parts.empty()) {
      return fault("leads out of the repository.");
    } else {
      parts.pop_back();
    }
  }
  if (!parts.empty() && absl::EqualsIgnoreCase(parts.front(), ".git")) {
    return fault("is not a part of what is committed.");
  }
  std::string normal = parts.empty() ? "." : absl::StrJoin(parts, "/");
  if (Characters(normal) > kLongestPath) {
    return fault(absl::StrCat("is longer than ", kLongestPath, " characters."));
  }
  return normal;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> NormalizeTrackedFiles(
    const std::vector<std::string>& paths) {
  std::set<std::string> normal;
  for (const std::string& path : paths) {
    KOZMIC_ASSIGN_OR_RETURN(std::string one, NormalizePath(path));
    if (!one.empty()) normal.insert(std::move(one));
    if (normal.size() > kMostPaths) {
      return absl::InvalidArgumentError(absl::StrCat("At most ", kMostPaths, " paths."));
    }
  }
  return std::vector<std::string>(normal.begin(), normal.end());
}

}  // namespace kozmic::project
