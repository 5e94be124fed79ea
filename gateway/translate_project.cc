#include "gateway/translate_project.h"

#include <string>
#include <utility>

#include "gateway/translate.h"

namespace kozmic::gateway {
namespace {

using nlohmann::json;
using project::v1::DeployKey;
using project::v1::Hook;
using project::v1::RepositorySync;
using project::v1::RestoreHooksResponse;

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

std::string LastSegment(const std::string& name) { return name.substr(name.rfind('/') + 1); }

}  // namespace

json ToJson(const project::v1::Project& project, json latest_build) {
  return {{"id", LastNumber(project.name())},
          {"repository", project.repository()},
          {"private", project.private_()},
          {"url", project.url()},
          {"role", RoleText(project.role())},
          {"default_branch", project.default_branch()},
          {"synced_at", TimeJson(project.has_sync_time(), project.sync_time())},
          {"sync_error", project.sync_error()},
          {"latest_build", std::move(latest_build)}};
}

json ToJson(const project::v1::ListMembersResponse& members) {
  json list = json::array();
  for (const project::v1::Member& member : members.members()) {
    list.push_back({{"user",
                     {{"id", LastNumber(member.user())},
                      {"login", member.login()},
                      {"name", member.display_name()},
                      {"avatar_url", member.avatar_url()}}},
                    {"role", RoleText(member.role())}});
  }
  return {{"members", std::move(list)},
          {"synced_at", TimeJson(members.has_sync_time(), members.sync_time())},
          {"sync_error", members.sync_error()}};
}

json ToJson(const Hook& hook) {
  json events = json::array();
  for (const int event : hook.events())
    events.push_back(EventText(static_cast<Hook::Event>(event)));
  return {{"id", LastNumber(hook.name())},
          {"title", hook.title()},
          {"image", hook.image()},
          {"script", hook.script()},
          {"install_script", hook.install_script()},
          {"tracked_files", hook.tracked_files()},
          {"enabled", !hook.disabled()},
          {"branches", hook.branches()},
          {"events", std::move(events)},
          {"created_at", TimeJson(hook.has_create_time(), hook.create_time())},
          {"updated_at", TimeJson(hook.has_update_time(), hook.update_time())}};
}

json ToJson(const RestoreHooksResponse::Result& result) {
  return {{"id", LastNumber(result.hook())},
          {"title", result.title()},
          {"outcome", OutcomeText(result.outcome())}};
}

json ToJson(const project::v1::Secret& secret) {
  return {{"name", LastSegment(secret.name())},
          {"updated_at", TimeJson(secret.has_update_time(), secret.update_time())},
          {"masked", secret.masked()}};
}

json ToJson(const DeployKey& key) {
  return {{"type", key.type()},
          {"public_key", key.public_key()},
          {"fingerprint", key.fingerprint()},
          {"state", StateText(key.state())},
          {"error", key.error()},
          {"created_at", TimeJson(key.has_create_time(), key.create_time())},
          {"checked_at", TimeJson(key.has_check_time(), key.check_time())}};
}

json ToJson(const project::v1::Badge& badge) {
  return {{"url", badge.url()},
          {"token", TextOrNull(badge.token())},
          {"default_branch", badge.default_branch()}};
}

json ToJson(const project::v1::Repository& repository) {
  return {{"id", repository.repository_id()},
          {"full_name", repository.full_name()},
          {"name", LastSegment(repository.full_name())},
          {"private", repository.private_()},
          {"description", repository.description()},
          {"url", repository.url()}};
}

json ToJson(const RepositorySync& sync) {
  json error = nullptr;
  if (sync.state() == RepositorySync::STATE_FAILED) {
    error = {{"code", sync.error_reason()}, {"message", sync.error()}};
  }
  return {{"state", StateText(sync.state())},
          {"pages_done", sync.pages_done()},
          {"pages_total", sync.pages_total() > 0 ? json(sync.pages_total()) : json(nullptr)},
          {"repositories", sync.repositories()},
          {"started_at", TimeJson(sync.has_start_time(), sync.start_time())},
          {"synced_at", TimeJson(sync.has_success_time(), sync.success_time())},
          {"error", std::move(error)}};
}

Hook::Event ParseHookEvent(absl::string_view word) {
  for (const Hook::Event event : {Hook::EVENT_PUSH, Hook::EVENT_PULL_REQUEST, Hook::EVENT_TAG}) {
    if (word == EventText(event)) return event;
  }
  return Hook::EVENT_UNSPECIFIED;
}

}  // namespace kozmic::gateway
