#include "services/build/notify/notification_hooks.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"

namespace kozmic::build {
namespace {

constexpr int kMostHooks = 20;
constexpr size_t kShortestSecret = 16;
constexpr size_t kLongestSecret = 200;
constexpr int kResealBatch = 500;

absl::Status Fault(absl::string_view field, absl::string_view what) {
  return WithDetail(absl::InvalidArgumentError(what), "field", field);
}

// A secret is sealed for the URL whose messages it signs.
std::string SecretPlace(int64_t project, absl::string_view url) {
  return absl::StrCat("notification_hooks/", project, "/", url);
}

absl::Status CheckSecret(absl::string_view secret) {
  const bool plain = std::all_of(secret.begin(), secret.end(),
                                 [](unsigned char c) { return !absl::ascii_iscntrl(c); });
  if (secret.size() < kShortestSecret || secret.size() > kLongestSecret || !plain) {
    return Fault("secret", absl::StrCat("A secret has ", kShortestSecret, " to ", kLongestSecret,
                                        " characters, without line breaks."));
  }
  return absl::OkStatus();
}

void SetTime(absl::Time time, google::protobuf::Timestamp* out) {
  const int64_t micros = absl::ToUnixMicros(time);
  out->set_seconds(micros / 1000000);
  out->set_nanos(static_cast<int32_t>(micros % 1000000) * 1000);
}

v1::NotificationHook Translate(const NotificationHookRecord& record) {
  v1::NotificationHook hook;
  hook.set_name(absl::StrCat("projects/", record.project, "/notificationHooks/", record.id));
  hook.set_url(record.url);
  SetTime(record.create_time, hook.mutable_create_time());
  if (record.last_time != absl::InfinitePast()) {
    SetTime(record.last_time, hook.mutable_last_time());
  }
  hook.set_last_result(record.last_result);
  hook.set_waiting(record.waiting);
  return hook;
}

}  // namespace

absl::StatusOr<v1::NotificationHook> NotificationHooks::Create(int64_t project,
                                                               const std::string& url,
                                                               const std::string& secret,
                                                               const Author& by) const {
  if (const absl::Status status = poster_.CheckUrl(url); !status.ok()) {
    return Fault("url", status.message());
  }
  KOZMIC_RETURN_IF_ERROR(CheckSecret(secret));
  const auto made = store_.Create({.project = project,
                                   .url = url,
                                   .sealed_secret = box_.Seal(secret, SecretPlace(project, url))},
                                  kMostHooks, by);
  if (absl::IsFailedPrecondition(made.status())) {
    return WithReason(made.status(), "too_many_notification_hooks");
  }
  KOZMIC_RETURN_IF_ERROR(made.status());
  return Translate(*made);
}

absl::StatusOr<v1::ListNotificationHooksResponse> NotificationHooks::List(int64_t project) const {
  KOZMIC_ASSIGN_OR_RETURN(const auto records, store_.List(project));
  v1::ListNotificationHooksResponse response;
  for (const NotificationHookRecord& record : records) *response.add_hooks() = Translate(record);
  return response;
}

absl::Status NotificationHooks::Delete(int64_t project, int64_t hook, const Author& by) const {
  return store_.Delete(project, hook, by);
}

absl::StatusOr<std::string> NotificationHooks::OpenSecret(int64_t project, const std::string& url,
                                                          const std::string& sealed) const {
  return box_.Open(sealed, SecretPlace(project, url));
}

absl::StatusOr<int> NotificationHooks::Reseal() const {
  int resealed = 0;
  int unopened = 0;
  int64_t last = 0;
  while (true) {
    const auto records = store_.ListAll(last, kResealBatch);
    if (!records.ok()) return Annotate(records.status(), "seal notification hooks' secrets anew");
    if (records->empty()) break;
    last = records->back().id;
    for (const NotificationHookRecord& record : *records) {
      if (box_.IsCurrent(record.sealed_secret)) continue;
      const std::string place = SecretPlace(record.project, record.url);
      const auto secret = box_.Open(record.sealed_secret, place);
      if (!secret.ok()) {
        ++unopened;
        continue;
      }
      KOZMIC_ASSIGN_OR_RETURN(
          const bool replaced,
          store_.ReplaceSecret(record.id, record.sealed_secret, box_.Seal(*secret, place)));
      if (replaced) ++resealed;
    }
  }
  if (resealed > 0) {
    Log(Severity::kInfo, "sealed notification hooks' secrets anew", {{"count", resealed}});
  }
  if (unopened > 0) {
    Log(Severity::kError,
        "notification hooks' secrets do not open, and nothing is sent there: a key is missing in "
        "previous_secret_keys",
        {{"count", unopened}});
  }
  return resealed;
}

}  // namespace kozmic::build
