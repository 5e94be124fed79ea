#include "gateway/translate_project.h"

#include <cstdint>
#include <string>

#include "gateway/translate.h"

namespace kozmic::gateway {
namespace {

using project::v1::DeployKey;
using project::v1::Hook;
using project::v1::RepositorySync;
using project::v1::RestoreHooksResponse;

// What 0 means in a hook.
constexpr int32_t kTimeoutSeconds = 3600;
constexpr int32_t kStallTimeoutSeconds = 900;

int32_t OrDefault(int32_t number, int32_t fallback) { return number == 0 ? fallback : number; }

const char* RoleText(project::v1::Role role) {
  switch (role) {
    case project::v1::ROLE_OWNER:
      return "owner";
    case project::v1::ROLE_MANAGER:
      return "manager";
    default:
      return "member";
  }
}

const char* EventText(Hook::Event event) {
  switch (event) {
    case Hook::EVENT_PUSH:
      return "push";
    case Hook::EVENT_PULL_REQUEST:
      return "pull_request";
    case Hook::EVENT_TAG:
      return "tag";
    default:
      return "";
  }
}

const char* OutcomeText(RestoreHooksResponse::Outcome outcome) {
  switch (outcome) {
    case RestoreHooksResponse::OUTCOME_RECREATED:
      return "recreated";
    case RestoreHooksResponse::OUTCOME_EDITED:
      return "edited";
    default:
      return "untouched";
  }
}

const char* StateText(DeployKey::State state) {
  switch (state) {
    case DeployKey::STATE_PRESENT:
      return "present";
    case DeployKey::STATE_MISSING:
      return "missing";
    default:
      return "unknown";
  }
}

const char* StateText(RepositorySync::State state) {
  switch (state) {
    case RepositorySync::STATE_RUNNING:
      return "running";
    case RepositorySync::STATE_DONE:
      return "done";
    case RepositorySync::STATE_FAILED:
      return "failed";
    default:
      return "never";
  }
}

JsonText ServiceJson(const build::v1::Service& service) {
  const std::map<std::string, std::string> environment(service.environment().begin(),
                                                       service.environment().end());
  return JsonObject({{"name", service.name()},
                     {"image", service.image()},
                     {"environment", JsonObjectOf(environment)}});
}

}  // namespace

JsonText ToJson(const project::v1::Project& project, const JsonValue& latest_build) {
  return JsonObject({{"id", LastNumber(project.name())},
                     {"repository", project.repository()},
                     {"private", project.private_()},
                     {"url", project.url()},
                     {"role", RoleText(project.role())},
                     {"default_branch", project.default_branch()},
                     {"synced_at", TimeJson(project.has_sync_time(), project.sync_time())},
                     {"sync_error", project.sync_error()},
                     {"latest_build", latest_build}});
}

JsonText ToJson(const project::v1::ListMembersResponse& members) {
  const JsonText list = JsonArrayOf(members.members(), [](const project::v1::Member& member) {
    return JsonObject({{"user", JsonObject({{"id", LastNumber(member.user())},
                                            {"login", member.login()},
                                            {"name", member.display_name()},
                                            {"avatar_url", member.avatar_url()}})},
                       {"role", RoleText(member.role())}});
  });
  return JsonObject({{"members", list},
                     {"synced_at", TimeJson(members.has_sync_time(), members.sync_time())},
                     {"sync_error", members.sync_error()}});
}

JsonText ToJson(const Hook& hook) {
  const auto text = [](const std::string& one) { return JsonValue(one); };
  const JsonText events = JsonArrayOf(hook.events(), [](int event) {
    return JsonValue(EventText(static_cast<Hook::Event>(event)));
  });
  return JsonObject(
      {{"id", LastNumber(hook.name())},
       {"title", hook.title()},
       {"image", hook.image()},
       {"script", hook.script()},
       {"install_script", hook.install_script()},
       {"tracked_files", JsonArrayOf(hook.tracked_files(), text)},
       {"enabled", !hook.disabled()},
       {"branches", JsonArrayOf(hook.branches(), text)},
       {"events", events},
       {"labels", JsonArrayOf(hook.labels(), text)},
       {"timeout_seconds", OrDefault(hook.timeout_seconds(), kTimeoutSeconds)},
       {"stall_timeout_seconds", OrDefault(hook.stall_timeout_seconds(), kStallTimeoutSeconds)},
       {"max_parallel", hook.max_parallel()},
       {"services", JsonArrayOf(hook.services(), ServiceJson)},
       {"created_at", TimeJson(hook.has_create_time(), hook.create_time())},
       {"updated_at", TimeJson(hook.has_update_time(), hook.update_time())}});
}

JsonText ToJson(const RestoreHooksResponse::Result& result) {
  return JsonObject({{"id", LastNumber(result.hook())},
                     {"title", result.title()},
                     {"outcome", OutcomeText(result.outcome())}});
}

JsonText ToJson(const project::v1::Secret& secret) {
  return JsonObject({{"name", LastSegment(secret.name())},
                     {"updated_at", TimeJson(secret.has_update_time(), secret.update_time())},
                     {"masked", secret.masked()}});
}

JsonText ToJson(const project::v1::RegistryCredential& credential) {
  return JsonObject(
      {{"registry", LastSegment(credential.name())},
       {"username", credential.username()},
       {"updated_at", TimeJson(credential.has_update_time(), credential.update_time())}});
}

JsonText ToJson(const DeployKey& key) {
  return JsonObject({{"type", key.type()},
                     {"public_key", key.public_key()},
                     {"fingerprint", key.fingerprint()},
                     {"state", StateText(key.state())},
                     {"error", key.error()},
                     {"created_at", TimeJson(key.has_create_time(), key.create_time())},
                     {"checked_at", TimeJson(key.has_check_time(), key.check_time())}});
}

JsonText ToJson(const project::v1::Badge& badge) {
  return JsonObject({{"url", badge.url()},
                     {"token", TextOrNull(badge.token())},
                     {"default_branch", badge.default_branch()}});
}

JsonText ToJson(const project::v1::Repository& repository) {
  return JsonObject({{"id", repository.repository_id()},
                     {"full_name", repository.full_name()},
                     {"name", LastSegment(repository.full_name())},
                     {"private", repository.private_()},
                     {"description", repository.description()},
                     {"url", repository.url()}});
}

JsonText ToJson(const RepositorySync& sync) {
  JsonText error = {"null"};
  if (sync.state() == RepositorySync::STATE_FAILED) {
    error = JsonObject({{"code", sync.error_reason()}, {"message", sync.error()}});
  }
  return JsonObject(
      {{"state", StateText(sync.state())},
       {"pages_done", sync.pages_done()},
       {"pages_total", sync.pages_total() > 0 ? JsonValue(sync.pages_total()) : JsonValue(nullptr)},
       {"repositories", sync.repositories()},
       {"started_at", TimeJson(sync.has_start_time(), sync.start_time())},
       {"synced_at", TimeJson(sync.has_success_time(), sync.success_time())},
       {"error", error}});
}

Hook::Event ParseHookEvent(absl::string_view word) {
  for (const Hook::Event event : {Hook::EVENT_PUSH, Hook::EVENT_PULL_REQUEST, Hook::EVENT_TAG}) {
    if (word == EventText(event)) return event;
  }
  return Hook::EVENT_UNSPECIFIED;
}

}  // namespace kozmic::gateway
