#include "services/project/webhooks/stored_event.h"

#include <exception>

#include "absl/strings/str_cat.h"
#include "lib/base/json.h"
#include "nlohmann/json.hpp"

namespace kozmic::project {

NLOHMANN_JSON_SERIALIZE_ENUM(WebhookEvent::Kind, {{WebhookEvent::Kind::kIgnored, "ignored"},
                                                  {WebhookEvent::Kind::kFailed, "failed"},
                                                  {WebhookEvent::Kind::kPing, "ping"},
                                                  {WebhookEvent::Kind::kBuild, "build"},
                                                  {WebhookEvent::Kind::kAccess, "access"},
                                                  {WebhookEvent::Kind::kGone, "gone"}})
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Head, ref, commit, message, author_name,
                                                author_login, author_avatar_url)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(WebhookEvent, kind, outcome, action, head, before,
                                                source, trigger, pull_request, event_seconds, fork,
                                                branch_ref)

std::string StoreEvent(const WebhookEvent& event) { return DumpJson(event); }

absl::StatusOr<WebhookEvent> LoadEvent(absl::string_view text) {
  try {
    return nlohmann::json::parse(text).get<WebhookEvent>();
  } catch (const std::exception& error) {
    return absl::DataLossError(absl::StrCat("not a stored event: ", error.what()));
  }
}

}  // namespace kozmic::project
