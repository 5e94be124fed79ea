#include "gateway/settings_history/settings_history_routes.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/answer.h"
#include "gateway/ask.h"
#include "gateway/json_text.h"
#include "gateway/query.h"
#include "gateway/resource.h"
#include "gateway/settings_history/merged_changes.h"
#include "gateway/translate.h"
#include "google/protobuf/util/json_util.h"
#include "lib/base/json.h"

namespace kozmic::gateway {
namespace {

using BuildStub = build::v1::BuildService::Stub;
using ProjectStub = project::v1::ProjectService::Stub;
using history::v1::FieldChange;
using history::v1::SettingsChange;

constexpr int64_t kDefaultLimit = 50;
constexpr int64_t kMostChanges = 100;

const char* ActionText(SettingsChange::Action action) {
  switch (action) {
    case SettingsChange::ACTION_ADDED:
      return "added";
    case SettingsChange::ACTION_REMOVED:
      return "removed";
    default:
      return "changed";
  }
}

JsonText ValueJson(bool present, const google::protobuf::Value& value) {
  std::string text;
  // A text of UTF-8 always can be written.
  if (present) (void)google::protobuf::util::MessageToJsonString(value, &text);
  // Objects come in any order: in one that is always the same, they can be compared.
  const nlohmann::json sorted = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  return {sorted.is_discarded() ? "null" : DumpJson(sorted)};
}

JsonText ToJson(const FieldChange& field) {
  const JsonText before = ValueJson(field.has_before(), field.before());
  const JsonText after = ValueJson(field.has_after(), field.after());
  return JsonObject({{"field", field.field()},
                     {"before", before},
                     {"after", after},
                     {"omitted", field.omitted()}});
}

JsonText ToJson(Keeper keeper, const SettingsChange& change) {
  const std::string id = ChangeIdText({.keeper = keeper, .number = LastNumber(change.name())});
  const JsonText fields =
      JsonArrayOf(change.fields(), [](const FieldChange& one) { return ToJson(one); });
  return JsonObject({{"id", id},
                     {"at", TimeJson(change.has_time(), change.time())},
                     {"login", change.login()},
                     {"by_access_token", change.by_access_token()},
                     {"subject", change.subject()},
                     {"title", TextOrNull(change.title())},
                     {"action", ActionText(change.action())},
                     {"fields", fields}});
}

}  // namespace

void SettingsHistoryRoutes::AddTo(http::HardenedServer& server) const {
  using http::Exchange;
  const std::string all = "/api/v1/projects/{project}/settings/changes";
  server.Route("GET", all, [this](Exchange& exchange) { List(exchange); });
  server.Route("GET", absl::StrCat(all, "/{change}"),
               [this](Exchange& exchange) { Get(exchange); });
}

void SettingsHistoryRoutes::List(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto name = ProjectName(exchange);
  if (!name) return ReplyNotFound(exchange);
  std::optional<int64_t> asked;
  std::string token;
  if (!ReadNumber(exchange, "limit", 1, kMostChanges, &asked) ||
      !ReadText(exchange, "page_token", &token)) {
    return;
  }
  const auto from = ParseChangeCursor(token);
  if (!from) return ReplyError(exchange, 400, "invalid_argument", "page_token is none of ours");
  const int64_t limit = asked.value_or(kDefaultLimit);
  history::v1::ListSettingsChangesRequest request;
  request.set_parent(*name);
  request.set_page_size(static_cast<int32_t>(limit));
  request.set_before(from->project);
  const auto project =
      Ask(exchange, *backends_.project, &ProjectStub::ListSettingsChanges, request, session->token);
  if (!project) return;
  request.set_before(from->build);
  const auto build =
      Ask(exchange, *backends_.build, &BuildStub::ListSettingsChanges, request, session->token);
  if (!build) return;
  const ChangePage page = MergeChanges(*project, *build, static_cast<size_t>(limit), *from);
  const JsonText changes = JsonArrayOf(
      page.entries, [](const ChangePage::Entry& one) { return ToJson(one.keeper, *one.change); });
  const std::string next = page.next ? ChangeCursorText(*page.next) : "";
  Reply(exchange, 200, JsonObject({{"changes", changes}, {"next_page_token", TextOrNull(next)}}));
}

void SettingsHistoryRoutes::Get(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto name = ProjectName(exchange);
  const auto id = ParseChangeId(exchange.Variable("change"));
  if (!name || !id) return ReplyNotFound(exchange);
  history::v1::GetSettingsChangeRequest request;
  request.set_name(absl::StrCat(*name, "/settingsChanges/", id->number));
  const auto change =
      id->keeper == Keeper::kProject
          ? Ask(exchange, *backends_.project, &ProjectStub::GetSettingsChange, request,
                session->token)
          : Ask(exchange, *backends_.build, &BuildStub::GetSettingsChange, request, session->token);
  if (change) Reply(exchange, 200, ToJson(id->keeper, *change));
}

}  // namespace kozmic::gateway
