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
constexpr size_t kMostLabels = 10;
constexpr size_t kLongestLabel = 63;
constexpr int kMostParallel = 1000;
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

absl::Status CleanLabels(std::vector<std::string>& labels) {
  std::vector<std::string> clean;
  for (std::string& label : labels) {
    absl::StripAsciiWhitespace(&label);
    if (label.empty() || std::count(clean.begin(), clean.end(), label) > 0) continue;
    const bool plain = std::all_of(label.begin(), label.end(), [](unsigned char c) {
      return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-' || c == '.' || c == '_';
    });
    if (!plain || label.size() > kLongestLabel) {
      return Fault("labels", absl::StrCat("A label has 1 to ", kLongestLabel,
                                          " of a-z, 0-9, \"-\", \".\" and \"_\"."));
    }
    clean.push_back(std::move(label));
  }
  if (clean.size() > kMostLabels) {
    return Fault("labels", absl::StrCat("At most ", kMostLabels, " labels."));
  }
  labels = std::move(clean);
  return absl::OkStatus();
}

absl::Status CleanTimeout(absl::string_view field, int least, int most, int fallback,
                          int& seconds) {
  if (seconds == 0) seconds = fallback;
  if (seconds >= least && seconds <= most) return absl::OkStatus();
  return Fault(field, absl::StrCat("Between ", least, " and ", most, " seconds."));
}

absl::Status CleanLimits(HookFields& fields) {
  KOZMIC_RETURN_IF_ERROR(
      CleanTimeout("timeout_seconds", 60, 604800, kDefaultTimeoutSeconds, fields.timeout_seconds));
  KOZMIC_RETURN_IF_ERROR(CleanTimeout("stall_timeout_seconds", 10, 86400,
                                      kDefaultStallTimeoutSeconds, fields.stall_timeout_seconds));
  if (fields.max_parallel < 0 || fields.max_parallel > kMostParallel) {
    return Fault("max_parallel", absl::StrCat("Between 1 and ", kMostParallel, ", or no limit."));
  }
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
  KOZMIC_RETURN_IF_ERROR(CleanLabels(fields.labels));
  KOZMIC_RETURN_IF_ERROR(CleanLimits(fields));
  auto services = CleanServices(std::move(fields.services));
  if (!services.ok()) return Fault("services", services.status().message());
  fields.services = *std::move(services);
  return fields;
}

SettingValues ValuesOf(const HookFields& fields) {
  std::vector<std::string> events;
  if (fields.events & kOnPush) events.push_back("push");
  if (fields.events & kOnPullRequest) events.push_back("pull_request");
  if (fields.events & kOnTag) events.push_back("tag");
  nlohmann::json services = nlohmann::json::array();
  for (const HookService& one : fields.services) services.push_back(ServiceJson(one));
  return {{"title", fields.title},
          {"enabled", fields.enabled},
          {"image", fields.image},
          {"script", fields.script},
          {"install_script", fields.install_script},
          {"tracked_files", fields.tracked_files},
          {"events", events},
          {"branches", fields.branches},
          {"labels", fields.labels},
          {"timeout_seconds", fields.timeout_seconds},
          {"stall_timeout_seconds", fields.stall_timeout_seconds},
          {"max_parallel", fields.max_parallel},
          {"services", std::move(services)}};
}

bool Wants(const HookFields& fields, Trigger trigger, absl::string_view ref) {
  if (!fields.enabled || (fields.events & trigger) == 0) return false;
  if (trigger == kOnTag || fields.branches.empty()) return true;
  absl::ConsumePrefix(&ref, "refs/heads/");
  return std::any_of(fields.branches.begin(), fields.branches.end(),
                     [&](const std::string& glob) { return MatchesGlob(glob, ref); });
}

}  // namespace kozmic::project
