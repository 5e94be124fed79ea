#include "gateway/settings_file/settings_file_routes.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "gateway/answer.h"
#include "gateway/ask.h"
#include "gateway/json_text.h"
#include "gateway/query.h"
#include "gateway/resource.h"
#include "gateway/translate.h"
#include "lib/base/log.h"
#include "lib/http/router.h"
#include "lib/outgoing/receiver.h"
#include "lib/rpc/client.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"

namespace kozmic::gateway {
namespace {

using BuildStub = build::v1::BuildService::Stub;
using ProjectStub = project::v1::ProjectService::Stub;
using Action = SettingsPlan::Action;

constexpr char kMediaType[] = "application/yaml";
// After which nothing more is begun, and nothing waited for: GitHub may be slow, and browsers and
// ./kozmic wait for 30 s at least.
constexpr absl::Duration kApplyTime = absl::Seconds(20);

// What may be over in a moment, or is somebody else's doing at the same time.
bool IsUnfinished(const absl::Status& status) {
  return IsRetryable(status) || Reason(status) == "title_taken";
}

const char* ActionText(Action action) {
  switch (action) {
    case Action::kAdd:
      return "added";
    case Action::kRemove:
      return "removed";
    case Action::kChange:
      break;
  }
  return "changed";
}

JsonText TextsOf(const std::vector<std::string>& texts) {
  return JsonArrayOf(texts, [](const std::string& one) { return JsonValue(one); });
}

JsonText ToJson(const SettingsPlan& plan, bool applied) {
  JsonArray changes;
  for (const SettingsPlan::HookStep& step : plan.hooks) {
    changes.Add(JsonObject({{"what", "hook"},
                            {"title", step.hook.title()},
                            {"action", ActionText(step.action)},
                            {"fields", TextsOf(step.fields)}}));
  }
  if (plan.builds) {
    changes.Add(JsonObject({{"what", "builds"},
                            {"title", nullptr},
                            {"action", ActionText(Action::kChange)},
                            {"fields", TextsOf(plan.build_fields)}}));
  }
  return JsonObject({{"applied", applied},
                     {"changes", std::move(changes).Take()},
                     {"missing", TextsOf(plan.missing)}});
}

// How far it came, and why no further.
void ReplyUnfinished(http::Exchange& exchange, const absl::Status& status, size_t done,
                     size_t all) {
  const std::string far = absl::StrCat(done, " of ", all, " changes are done. ");
  if (!IsUnfinished(status)) {
    return ReplyStatus(exchange,
                       done == 0 ? status : Annotate(status, absl::StripSuffix(far, ". ")),
                       kChange.invalid_argument);
  }
  Log(Severity::kWarning, "a settings file was not applied to its end", {{"error", status}});
  const std::string wait = Detail(status, "retry-after-seconds");
  exchange.response.set_header("Retry-After", wait.empty() ? "5" : wait);
  ReplyError(exchange, 503, "unfinished",
             absl::StrCat(far, "GitHub or a part of Kozmic is slow or away (", status.message(),
                          "): apply the same file again in a moment, and it goes on."));
}

}  // namespace

void SettingsFileRoutes::AddTo(http::HardenedServer& server) const {
  using http::Exchange;
  const std::string file = "/api/v1/projects/{project}/settings/file";
  server.Route("GET", file, [this](Exchange& exchange) { Export(exchange); });
  server.Route("PUT", file, {.max_body_bytes = kLargestSettingsFile, .content_type = kMediaType},
               [this](Exchange& exchange) { Apply(exchange); });
}

std::optional<ProjectConfiguration> SettingsFileRoutes::Configuration(
    http::Exchange& exchange, const std::string& project, const std::string& bearer) const {
  ProjectConfiguration configuration;
  project::v1::ListSecretsRequest secrets_request;
  secrets_request.set_parent(project);
  // First: it tells who may not configure the project.
  const auto secrets =
      Ask(exchange, *backends_.project, &ProjectStub::ListSecrets, secrets_request, bearer);
  if (!secrets) return std::nullopt;
  for (const auto& one : secrets->secrets()) {
    configuration.secrets.push_back(LastSegment(one.name()));
  }

  project::v1::ListHooksRequest hooks_request;
  hooks_request.set_parent(project);
  const auto hooks =
      Ask(exchange, *backends_.project, &ProjectStub::ListHooks, hooks_request, bearer);
  if (!hooks) return std::nullopt;
  configuration.hooks.emplace(hooks->hooks().begin(), hooks->hooks().end());

  project::v1::ListRegistryCredentialsRequest registries_request;
  registries_request.set_parent(project);
  const auto registries = Ask(exchange, *backends_.project, &ProjectStub::ListRegistryCredentials,
                              registries_request, bearer);
  if (!registries) return std::nullopt;
  for (const auto& one : registries->credentials()) {
    configuration.registries.push_back(
        {.registry = LastSegment(one.name()), .username = one.username()});
  }

  build::v1::GetProjectSettingsRequest settings_request;
  settings_request.set_name(absl::StrCat(project, "/settings"));
  configuration.builds =
      Ask(exchange, *backends_.build, &BuildStub::GetProjectSettings, settings_request, bearer);
  if (!configuration.builds) return std::nullopt;

  build::v1::ListNotificationHooksRequest notifications_request;
  notifications_request.set_parent(project);
  const auto notifications = Ask(exchange, *backends_.build, &BuildStub::ListNotificationHooks,
                                 notifications_request, bearer);
  if (!notifications) return std::nullopt;
  for (const auto& one : notifications->hooks()) {
    configuration.notifications.push_back(ReceiverOf(one.url()));
  }
  return configuration;
}

void SettingsFileRoutes::Export(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto name = ProjectName(exchange);
  if (!name) return ReplyNotFound(exchange);
  project::v1::GetProjectRequest request;
  request.set_name(*name);
  const auto project =
      Ask(exchange, *backends_.project, &ProjectStub::GetProject, request, session->token);
  if (!project) return;
  const auto configuration = Configuration(exchange, *name, session->token);
  if (!configuration) return;
  exchange.response.set_header("Cache-Control", "no-store");
  exchange.response.set_header(
      "Content-Disposition",
      absl::StrCat("attachment; filename=\"",
                   absl::StrReplaceAll(project->repository(), {{"/", "-"}}), ".kozmic.yaml\""));
  exchange.response.set_content(WriteSettingsFile(project->repository(), *configuration),
                                kMediaType);
}

void SettingsFileRoutes::Apply(http::Exchange& exchange) const {
  const auto session = sessions_.RequireForChange(exchange);
  if (!session) return;
  const auto name = ProjectName(exchange);
  if (!name) return ReplyNotFound(exchange);
  bool dry_run = false, remove = false;
  if (!ReadFlag(exchange, "dry_run", &dry_run) || !ReadFlag(exchange, "remove", &remove)) return;
  const http::Admission::Place place = places_.Enter(session->token);
  if (!place) {
    return ReplyBusy(exchange, "too_many_files",
                     "Too many files are being applied at once. Try again in a moment.");
  }
  const absl::Time end = absl::Now() + kApplyTime;
  // First: it tells who may not configure the project, and what others send is not read.
  const auto now = Configuration(exchange, *name, session->token);
  if (!now) return;
  auto wanted = ReadSettingsFile(exchange.request.body);
  if (!wanted.ok()) return ReplyStatus(exchange, wanted.status(), kChange.invalid_argument);
  if (wanted->hooks) {
    const absl::Status kept = Normalise(*wanted->hooks, *name, session->token);
    if (!kept.ok()) return ReplyStatus(exchange, kept, kChange.invalid_argument);
  }
  const auto plan = PlanSettings(*now, *wanted, remove);
  if (!plan.ok()) return ReplyStatus(exchange, plan.status());
  if (!dry_run) {
    const Carried carried = Carry(*plan, *name, session->token, end);
    if (!carried.status.ok()) {
      return ReplyUnfinished(exchange, carried.status, carried.done,
                             plan->hooks.size() + (plan->builds ? 1 : 0));
    }
  }
  Reply(exchange, 200, ToJson(*plan, !dry_run));
}

absl::Status SettingsFileRoutes::Normalise(std::vector<project::v1::Hook>& hooks,
                                           const std::string& project,
                                           const std::string& bearer) const {
  for (project::v1::Hook& hook : hooks) {
    project::v1::ValidateHookRequest request;
    request.set_parent(project);
    *request.mutable_hook() = hook;
    auto kept = Call(*backends_.project, &ProjectStub::ValidateHook, request, bearer, kCallTimeout);
    if (!kept.ok()) {
      return Annotate(kept.status(), absl::StrCat("the hook \"", hook.title(), "\""));
    }
    hook = *std::move(kept);
  }
  return absl::OkStatus();
}

absl::Status SettingsFileRoutes::Carry(const SettingsPlan::HookStep& step,
                                       const std::string& project, const std::string& bearer,
                                       absl::Duration timeout) const {
  switch (step.action) {
    case Action::kAdd: {
      project::v1::CreateHookRequest request;
      request.set_parent(project);
      // Somebody else may be applying the same file.
      request.set_only_title(true);
      *request.mutable_hook() = step.hook;
      return Call(*backends_.project, &ProjectStub::CreateHook, request, bearer, timeout).status();
    }
    case Action::kChange: {
      project::v1::UpdateHookRequest request;
      *request.mutable_hook() = step.hook;
      return Call(*backends_.project, &ProjectStub::UpdateHook, request, bearer, timeout).status();
    }
    case Action::kRemove:
      break;
  }
  project::v1::DeleteHookRequest request;
  request.set_name(step.hook.name());
  return Call(*backends_.project, &ProjectStub::DeleteHook, request, bearer, timeout).status();
}

SettingsFileRoutes::Carried SettingsFileRoutes::Carry(const SettingsPlan& plan,
                                                      const std::string& project,
                                                      const std::string& bearer,
                                                      absl::Time end) const {
  Carried carried;
  for (const SettingsPlan::HookStep& step : plan.hooks) {
    const absl::Duration left = end - absl::Now();
    carried.status = left > absl::ZeroDuration() ? Carry(step, project, bearer, left)
                                                 : absl::DeadlineExceededError("the time is over");
    if (!carried.status.ok()) {
      carried.status =
          Annotate(carried.status, absl::StrCat("the hook \"", step.hook.title(), "\""));
      return carried;
    }
    ++carried.done;
  }
  if (!plan.builds) return carried;
  build::v1::UpdateProjectSettingsRequest request;
  *request.mutable_settings() = *plan.builds;
  request.mutable_settings()->set_name(absl::StrCat(project, "/settings"));
  carried.status = Annotate(Call(*backends_.build, &BuildStub::UpdateProjectSettings, request,
                                 bearer, std::min(kCallTimeout, end - absl::Now()))
                                .status(),
                            "builds");
  return carried;
}

}  // namespace kozmic::gateway
