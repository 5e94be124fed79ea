#include "gateway/settings_file/settings_plan.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/translate_settings.h"
#include "lib/status/macros.h"

namespace kozmic::gateway {
namespace {

using nlohmann::ordered_json;
using project::v1::Hook;
using Action = SettingsPlan::Action;

std::vector<std::string> Differences(const ordered_json& now, const ordered_json& wanted) {
  std::vector<std::string> fields;
  for (const auto& [field, value] : wanted.items()) {
    if (now.at(field) != value) fields.push_back(field);
  }
  return fields;
}

// Null when there is none of that title.
absl::StatusOr<const Hook*> Titled(const std::vector<Hook>& hooks, const std::string& title,
                                   absl::string_view whose) {
  const Hook* found = nullptr;
  for (const Hook& hook : hooks) {
    if (hook.title() != title) continue;
    if (found != nullptr) {
      return absl::FailedPreconditionError(
          absl::StrCat(whose, " has two hooks \"", title,
                       "\", so it cannot be told which of them is meant: rename one first."));
    }
    found = &hook;
  }
  return found;
}

absl::Status PlanHooks(const std::vector<Hook>& now, const std::vector<Hook>& wanted, bool remove,
                       SettingsPlan& plan) {
  // What goes makes room for what comes.
  for (const Hook& hook : now) {
    const bool stays = std::any_of(wanted.begin(), wanted.end(),
                                   [&](const Hook& one) { return one.title() == hook.title(); });
    if (remove && !stays) plan.hooks.push_back({.action = Action::kRemove, .hook = hook});
  }
  std::vector<SettingsPlan::HookStep> added;
  for (const Hook& hook : wanted) {
    KOZMIC_RETURN_IF_ERROR(Titled(wanted, hook.title(), "The file").status());
    KOZMIC_ASSIGN_OR_RETURN(const Hook* old, Titled(now, hook.title(), "The project"));
    if (old == nullptr) {
      added.push_back({.action = Action::kAdd, .hook = hook});
      continue;
    }
    auto fields = Differences(HookFieldsJson(*old), HookFieldsJson(hook));
    if (fields.empty()) continue;
    SettingsPlan::HookStep& step = plan.hooks.emplace_back();
    step.hook = hook;
    step.hook.set_name(old->name());
    step.fields = std::move(fields);
  }
  const auto removed = std::count_if(plan.hooks.begin(), plan.hooks.end(), [](const auto& step) {
    return step.action == Action::kRemove;
  });
  if (now.size() - removed + added.size() > kMostHooks) {
    return absl::FailedPreconditionError(absl::StrCat(
        "The project would have more than ", kMostHooks, " hooks, which GitHub does not allow."));
  }
  std::move(added.begin(), added.end(), std::back_inserter(plan.hooks));
  return absl::OkStatus();
}

void PlanBuilds(const ProjectConfiguration& now, const ProjectConfiguration& wanted,
                SettingsPlan& plan) {
  if (!wanted.builds || !now.builds) return;
  plan.build_fields = Differences(ordered_json::parse(ToJson(*now.builds).text),
                                  ordered_json::parse(ToJson(*wanted.builds).text));
  if (plan.build_fields.empty()) return;
  plan.builds = wanted.builds;
}

bool Has(const std::vector<std::string>& texts, const std::string& text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

void NoteMissing(const ProjectConfiguration& now, const ProjectConfiguration& wanted,
                 SettingsPlan& plan) {
  for (const std::string& secret : wanted.secrets) {
    if (!Has(now.secrets, secret)) {
      plan.missing.push_back(absl::StrCat("The secret ", secret, " has no value here."));
    }
  }
  for (const ProjectConfiguration::Registry& registry : wanted.registries) {
    const bool there =
        std::any_of(now.registries.begin(), now.registries.end(), [&](const auto& one) {
          return one.registry == registry.registry && one.username == registry.username;
        });
    if (!there) {
      plan.missing.push_back(absl::StrCat("The registry ", registry.registry,
                                          " has no password here for ", registry.username, "."));
    }
  }
  for (const std::string& receiver : wanted.notifications) {
    if (!Has(now.notifications, receiver)) {
      plan.missing.push_back(absl::StrCat("No notification goes to ", receiver, " from here."));
    }
  }
}

}  // namespace

absl::StatusOr<SettingsPlan> PlanSettings(const ProjectConfiguration& now,
                                          const ProjectConfiguration& wanted, bool remove) {
  SettingsPlan plan;
  if (now.hooks && wanted.hooks) {
    KOZMIC_RETURN_IF_ERROR(PlanHooks(*now.hooks, *wanted.hooks, remove, plan));
  }
  PlanBuilds(now, wanted, plan);
  NoteMissing(now, wanted, plan);
  return plan;
}

}  // namespace kozmic::gateway
