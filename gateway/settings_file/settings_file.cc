#include "gateway/settings_file/settings_file.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/hook_body.h"
#include "gateway/settings_body.h"
#include "gateway/text.h"
#include "gateway/translate_project.h"
#include "gateway/translate_settings.h"
#include "lib/base/json.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "lib/yaml/yaml_text.h"

namespace kozmic::gateway {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr int kVersion = 1;

// In the order of a reader: first what it is, then what it does, then how.
constexpr const char* kHookFields[] = {
    "title",   "enabled",  "image",  "script",          "install_script",        "tracked_files",
    "events",  "branches", "labels", "timeout_seconds", "stall_timeout_seconds", "max_parallel",
    "services"};

// What a hook has that does not use a field, and API.md's HookFields assume.
bool IsUnused(const std::string& field, const ordered_json& value) {
  if (field == "enabled") return value == true;
  if (field == "max_parallel") return value == 0;
  if (field == "title" || field == "image" || field == "script" || field == "events") return false;
  return (value.is_array() && value.empty()) ||
         (value.is_string() && value.get_ref<const std::string&>().empty());
}

absl::Status Fault(absl::string_view where, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(where, ": ", what));
}

absl::StatusOr<std::vector<std::string>> ReadTexts(absl::string_view key, const json& value) {
  std::vector<std::string> texts;
  if (!value.is_array()) return Fault(key, "must be a list");
  for (const json& one : value) {
    if (!one.is_string()) return Fault(key, "must be a list of texts");
    texts.push_back(one.get<std::string>());
  }
  return texts;
}

absl::StatusOr<std::vector<project::v1::Hook>> ReadHooks(const json& value) {
  if (!value.is_array()) return Fault("hooks", "must be a list");
  if (value.size() > kMostHooks) {
    return Fault("hooks", absl::StrCat("a project has at most ", kMostHooks));
  }
  std::vector<project::v1::Hook> hooks;
  for (const json& one : value) {
    const std::string title = kozmic::JsonText(one, "title").value_or("");
    const std::string where = title.empty() ? absl::StrCat("hooks, number ", hooks.size() + 1)
                                            : absl::StrCat("the hook \"", title, "\"");
    if (!one.is_object()) return Fault(where, "must have keys, such as title and script");
    if (const absl::Status read = ReadHook(DumpJson(one), &hooks.emplace_back()); !read.ok()) {
      return Annotate(read, where);
    }
  }
  return hooks;
}

absl::StatusOr<std::vector<ProjectConfiguration::Registry>> ReadRegistries(const json& value) {
  if (!value.is_array()) return Fault("registries", "must be a list");
  std::vector<ProjectConfiguration::Registry> registries;
  for (const json& one : value) {
    const auto registry = kozmic::JsonText(one, "registry");
    const auto username = kozmic::JsonText(one, "username");
    if (!registry || !username || one.size() != 2) {
      return Fault("registries", "each has a registry and a username, which are texts");
    }
    registries.push_back({.registry = *registry, .username = *username});
  }
  return registries;
}

absl::Status ReadKey(const std::string& key, const json& value, ProjectConfiguration* out) {
  if (key == "version") {
    if (value == kVersion) return absl::OkStatus();
    return Fault(key, absl::StrCat("this release reads version ", kVersion));
  }
  if (key == "hooks") {
    KOZMIC_ASSIGN_OR_RETURN(out->hooks, ReadHooks(value));
  } else if (key == "builds") {
    if (!value.is_object()) return Fault(key, "must have keys, such as fail_fast");
    out->builds.emplace();
    KOZMIC_RETURN_IF_ERROR(Annotate(ReadSettings(DumpJson(value), &*out->builds), key));
  } else if (key == "secrets") {
    KOZMIC_ASSIGN_OR_RETURN(out->secrets, ReadTexts(key, value));
  } else if (key == "registries") {
    KOZMIC_ASSIGN_OR_RETURN(out->registries, ReadRegistries(value));
  } else if (key == "notifications") {
    KOZMIC_ASSIGN_OR_RETURN(out->notifications, ReadTexts(key, value));
  } else {
    return absl::InvalidArgumentError(absl::StrCat("there is no setting \"", key, "\""));
  }
  return absl::OkStatus();
}

}  // namespace

ordered_json HookFieldsJson(const project::v1::Hook& hook) {
  const json all = json::parse(ToJson(hook).text);
  ordered_json fields = ordered_json::object();
  for (const char* field : kHookFields) fields[field] = all.at(field);
  return fields;
}

std::string WriteSettingsFile(absl::string_view repository,
                              const ProjectConfiguration& configuration) {
  ordered_json file = {{"version", kVersion}};
  if (configuration.builds) {
    file["builds"] = ordered_json::parse(ToJson(*configuration.builds).text);
  }
  if (configuration.hooks) {
    ordered_json& hooks = file["hooks"] = ordered_json::array();
    for (const project::v1::Hook& hook : *configuration.hooks) {
      ordered_json& used = hooks.emplace_back(ordered_json::object());
      const ordered_json fields = HookFieldsJson(hook);
      for (const auto& [field, value] : fields.items()) {
        if (!IsUnused(field, value)) used[field] = value;
      }
    }
  }
  file["secrets"] = configuration.secrets;
  ordered_json& registries = file["registries"] = ordered_json::array();
  for (const ProjectConfiguration::Registry& one : configuration.registries) {
    registries.push_back({{"registry", one.registry}, {"username", one.username}});
  }
  file["notifications"] = configuration.notifications;
  return absl::StrCat("# What ", repository,
                      " is set to in Kozmic CI. The values of secrets, passwords and the paths of\n"
                      "# notifications' addresses are not told.\n",
                      YamlText(file));
}

absl::StatusOr<ProjectConfiguration> ReadSettingsFile(absl::string_view text) {
  if (!IsUtf8(text)) return absl::InvalidArgumentError("the file is not UTF-8");
  KOZMIC_ASSIGN_OR_RETURN(const json file, ParseYaml(text));
  if (!file.is_object()) {
    return absl::InvalidArgumentError("the file must have keys, such as hooks");
  }
  if (!file.contains("version")) return Fault("version", absl::StrCat("say ", kVersion));
  ProjectConfiguration configuration;
  for (const auto& [key, value] : file.items()) {
    KOZMIC_RETURN_IF_ERROR(ReadKey(key, value, &configuration));
  }
  return configuration;
}

}  // namespace kozmic::gateway
