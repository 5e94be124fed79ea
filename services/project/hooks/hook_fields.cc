#include "services/project/hooks/hook_fields.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "lib/docker/image_reference.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/project/hooks/branch_glob.h"
#include "services/project/hooks/text_rules.h"
#include "services/project/hooks/tracked_files.h"

namespace kozmic::project {
namespace {

constexpr size_t kLongestTitle = 200;
constexpr size_t kLargestScript = 1 << 20;
constexpr size_t kMostBranches = 50;
constexpr size_t kLongestBranch = 250;
constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

absl::Status Fault(absl::string_view field, absl::string_view what) {
  return WithDetail(absl::InvalidArgumentError(absl::StrCat(field, ": ", what)), "field", field);
}

absl::Status CleanScript(absl::string_view field, std::string& script) {
  if (script.size() > kLargestScript) return Fault(field, "At most 1 MB.");
  if (absl::StrContains(script, '\0')) return Fault(field, "Must not contain NUL.");
  if (absl::StartsWith(script, kByteOrderMark)) {
    return Fault(field, "Must not start with a byte order mark.");
  }
  // A shell would take the CR for a part of the last word.
  absl::StrReplaceAll({{"\r\n", "\n"}}, &script);
  return absl::OkStatus();
}

absl::Status CleanBranches(std::vector<std::string>& branches) {
  std::vector<std::string> clean;
  for (std::string& branch : branches) {
    absl::StripAsciiWhitespace(&branch);
    if (branch.empty() || std::count(clean.begin(), clean.end(), branch) > 0) continue;
    if (HasControl(branch)) return Fault("branches", "Must not contain control characters.");
    if (Characters(branch) > kLongestBranch) {
      return Fault("branches", absl::StrCat("At most ", kLongestBranch, " characters each."));
    }
    clean.push_back(std::move(branch));
  }
  if (clean.size() > kMostBranches) {
    return Fault("branches", absl::StrCat("At most ", kMostBranches, " patterns."));
  }
  branches = std::move(clean);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<HookFields> ValidateHook(HookFields fields) {
  absl::StripAsciiWhitespace(&fields.title);
  absl::StripAsciiWhitespace(&fields.image);
  for (const auto& [field, value] :
       {std::pair("title", &fields.title), std::pair("image", &fields.image),
        std::pair("script", &fields.script)}) {
    if (value->empty()) return Fault(field, "This field is required.");
  }
  if (Characters(fields.title) > kLongestTitle) {
    return Fault("title", absl::StrCat("At most ", kLongestTitle, " characters."));
  }
  if (HasControl(fields.title)) return Fault("title", "Must not contain control characters.");

  const auto image = docker::ParseImageReference(fields.image);
  if (!image.ok()) return Fault("image", image.status().message());

  KOZMIC_RETURN_IF_ERROR(CleanScript("script", fields.script));
  KOZMIC_RETURN_IF_ERROR(CleanScript("install_script", fields.install_script));
  if (absl::StripAsciiWhitespace(fields.install_script).empty()) fields.install_script.clear();

  auto tracked = NormalizeTrackedFiles(fields.tracked_files);
  if (!tracked.ok()) return Fault("tracked_files", tracked.status().message());
  fields.tracked_files = *std::move(tracked);

  KOZMIC_RETURN_IF_ERROR(CleanBranches(fields.branches));
  if ((fields.events & kOnAnything) == 0 || (fields.events & ~kOnAnything) != 0) {
    return Fault("events", "Choose at least one event.");
  }
  return fields;
}

bool Wants(const HookFields& fields, Trigger trigger, absl::string_view ref) {
  if (!fields.enabled || (fields.events & trigger) == 0) return false;
  if (trigger == kOnTag || fields.branches.empty()) return true;
  absl::ConsumePrefix(&ref, "refs/heads/");
  return std::any_of(fields.branches.begin(), fields.branches.end(),
                     [&](const std::string& glob) { return MatchesGlob(glob, ref); });
}

}  // namespace kozmic::project
