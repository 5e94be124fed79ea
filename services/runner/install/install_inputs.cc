#include "services/runner/install/install_inputs.h"

#include "absl/strings/str_cat.h"
#include "lib/base/json.h"
#include "lib/crypto/digest.h"

namespace kozmic::runner {
namespace {

// So much of an id tells it from others.
constexpr size_t kShortId = 7;

// The end of "sha256:<id>" and of "100644 blob <id>", shortened.
std::string ShortId(absl::string_view text) {
  const size_t at = text.find_last_of(": ");
  if (at != absl::string_view::npos) text.remove_prefix(at + 1);
  return std::string(text.substr(0, kShortId));
}

std::string Changed(absl::string_view what, absl::string_view before, absl::string_view now) {
  if (before.empty()) return absl::StrCat(what, " (added)");
  if (now.empty()) return absl::StrCat(what, " (removed)");
  return absl::StrCat(what, " (", ShortId(before), " → ", ShortId(now), ")");
}

}  // namespace

std::string CacheId(const InstallInputs& inputs) {
  // Each with its length: no two lists of fields make the same text.
  std::string all;
  const auto add = [&all](absl::string_view field) {
    absl::StrAppend(&all, field.size(), ":", field);
  };
  add("kozmic install 1");
  add(inputs.project);
  add(inputs.base_image);
  add(inputs.script_sha256);
  for (const auto& [path, object] : inputs.tracked) {
    add(path);
    add(object);
  }
  return Sha256Hex(all);
}

std::string ToText(const InstallInputs& inputs) {
  return DumpJson({{"project", inputs.project},
                   {"base_image", inputs.base_image},
                   {"script_sha256", inputs.script_sha256},
                   {"tracked", inputs.tracked}});
}

std::optional<InstallInputs> InputsFromText(absl::string_view text) {
  const auto json = ParseJson(text);
  if (!json.ok()) return std::nullopt;
  const auto project = JsonText(*json, "project");
  const auto base_image = JsonText(*json, "base_image");
  const auto script_sha256 = JsonText(*json, "script_sha256");
  const nlohmann::json* tracked = JsonAt(*json, "tracked");
  if (!project || !base_image || !script_sha256 || tracked == nullptr) return std::nullopt;
  InstallInputs inputs{.project = *project,
                       .base_image = *base_image,
                       .script_sha256 = *script_sha256,
                       .tracked = {}};
  if (tracked->is_null()) return inputs;
  if (!tracked->is_object()) return std::nullopt;
  for (const auto& [path, object] : tracked->items()) {
    if (!object.is_string()) return std::nullopt;
    inputs.tracked[path] = object.get<std::string>();
  }
  return inputs;
}

std::vector<std::string> Differences(const InstallInputs& before, const InstallInputs& now) {
  std::vector<std::string> differences;
  if (before.base_image != now.base_image) {
    differences.push_back(Changed("the image", before.base_image, now.base_image));
  }
  if (before.script_sha256 != now.script_sha256) differences.emplace_back("the install script");
  for (const auto& [path, object] : now.tracked) {
    const auto old = before.tracked.find(path);
    if (old == before.tracked.end()) {
      differences.push_back(absl::StrCat(path, " (tracked now)"));
    } else if (old->second != object) {
      differences.push_back(Changed(path, old->second, object));
    }
  }
  for (const auto& [path, object] : before.tracked) {
    if (now.tracked.count(path) == 0) {
      differences.push_back(absl::StrCat(path, " (not tracked any more)"));
    }
  }
  return differences;
}

}  // namespace kozmic::runner
