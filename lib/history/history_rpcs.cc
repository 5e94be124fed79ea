#include "lib/history/history_rpcs.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "lib/base/json.h"
#include "lib/status/macros.h"

namespace kozmic {
namespace {

constexpr int kDefaultPage = 50;
constexpr int kLargestPage = 100;

// Null: nothing.
void SetValue(const nlohmann::json& value,
              google::protobuf::Value* (history::v1::FieldChange::*mutable_value)(),
              history::v1::FieldChange& out) {
  if (value.is_null()) return;
  // It was written by DumpJson, so it can be read.
  (void)google::protobuf::util::JsonStringToMessage(DumpJson(value), (out.*mutable_value)());
}

void TranslateField(const FieldChange& field, history::v1::FieldChange* out) {
  out->set_field(field.field);
  out->set_omitted(field.omitted);
  SetValue(field.before, &history::v1::FieldChange::mutable_before, *out);
  SetValue(field.after, &history::v1::FieldChange::mutable_after, *out);
}

history::v1::SettingsChange::Action TranslateAction(Change::Action action) {
  switch (action) {
    case Change::Action::kAdded:
      return history::v1::SettingsChange::ACTION_ADDED;
    case Change::Action::kChanged:
      return history::v1::SettingsChange::ACTION_CHANGED;
    case Change::Action::kRemoved:
      return history::v1::SettingsChange::ACTION_REMOVED;
  }
  return history::v1::SettingsChange::ACTION_UNSPECIFIED;
}

void Translate(const ChangeRecord& record, history::v1::SettingsChange* out) {
  out->set_name(absl::StrCat("projects/", record.project_id, "/settingsChanges/", record.number));
  const int64_t micros = absl::ToUnixMicros(record.time);
  out->mutable_time()->set_seconds(micros / 1000000);
  out->mutable_time()->set_nanos(static_cast<int32_t>(micros % 1000000) * 1000);
  if (record.author.user_id > 0) {
    out->set_user(absl::StrCat("users/", record.author.user_id));
  }
  out->set_login(record.author.login);
  out->set_by_access_token(record.author.by_access_token);
  out->set_subject(record.change.subject);
  out->set_title(record.change.title);
  out->set_action(TranslateAction(record.change.action));
  for (const FieldChange& field : record.change.fields) {
    TranslateField(field, out->add_fields());
  }
}

}  // namespace

absl::Status AnswerListSettingsChanges(const SettingsHistory& history, int64_t project_id,
                                       const history::v1::ListSettingsChangesRequest& request,
                                       history::v1::ListSettingsChangesResponse* response) {
  if (request.page_size() < 0 || request.page_size() > kLargestPage) {
    return absl::InvalidArgumentError(absl::StrCat("page_size: must be 0 to ", kLargestPage));
  }
  if (request.before() < 0) return absl::InvalidArgumentError("before: must not be negative");
  const int limit = request.page_size() == 0 ? kDefaultPage : request.page_size();
  KOZMIC_ASSIGN_OR_RETURN(const auto changes, history.List(project_id, request.before(), limit));
  for (const ChangeRecord& change : changes) Translate(change, response->add_changes());
  return absl::OkStatus();
}

absl::Status AnswerGetSettingsChange(const SettingsHistory& history, int64_t project_id,
                                     int64_t number, history::v1::SettingsChange* response) {
  KOZMIC_ASSIGN_OR_RETURN(const ChangeRecord change, history.Get(project_id, number));
  Translate(change, response);
  return absl::OkStatus();
}

}  // namespace kozmic
